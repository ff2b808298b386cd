/** What can be recovered from the bucket, and what is wrong there: by names, sizes and times, as the list of objects tells them. */
import type { Finding } from '../base/finding.ts';
import type { StoredSegment } from './archive.ts';
import { beginning, type Hole, holes, type Inspected, type Inventory, reaches, timelinesOf } from './inspect.ts';
import type { RemoteArchive } from './remote-archive.ts';
import { newestOf } from './status.ts';
import { tellFindings } from './status-findings.ts';
import { pathOf } from './timelines.ts';

export interface RemoteStatus {
  readonly inventory: Inventory;
  readonly timeline: number;
  readonly holes: readonly Hole[];
  /** The last segment that recovery from the newest good base backup gets to; null: nothing can be recovered. */
  readonly newest: StoredSegment | null;
  readonly findings: readonly Finding[];
}

export function judgeRemote({ identity, contents, bases }: RemoteArchive, place: string): RemoteStatus {
  const segmentSize = identity.wal_segment_size;
  const segments = contents.segments.map(({ timeline, number, size }): Inspected => {
    const fault = size > 0 && size <= segmentSize ? null : `it has ${size} bytes; a segment has at most ${segmentSize}`;
    return { timeline, number, fault, proof: 'header' };
  });
  const inventory: Inventory = { segmentSize, segments, histories: contents.histories, bases };
  const timeline = timelinesOf(inventory).at(-1) ?? 1;
  const [path, first] = [pathOf(timeline, contents.histories), beginning(inventory)];
  const missing = path === null || first === null ? [] : holes(inventory, path, first);
  const archive = { ...identity, dir: place };
  const told = { archive, contents, inventory, server: null, timeline, holes: missing, unread: null };
  return {
    inventory,
    timeline,
    holes: missing,
    newest: newestOf(reaches(inventory, timeline).at(-1), contents, segmentSize),
    findings: tellFindings(told).map((one) => ({ ...one, subject: `remote ${one.subject}` })),
  };
}
