/**
 * What can be recovered now, and what is wrong: segments found, missing, late and damaged, timelines, base backups, the
 * archiver's lag. The archive alone is enough; with the server, what is still on its way is told from what is lost.
 */
import type { Finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Session } from '../pg/pool.ts';
import { type Archive, type Contents, readContents, type StoredSegment } from './archive.ts';
import { type Base, listBases } from './base-manifest.ts';
import { verifyBase } from './base-verify.ts';
import { readCluster } from './cluster.ts';
import { readArchiver } from './enable.ts';
import { beginning, type Hole, holes, type Inventory, type Reach, reaches, timelinesOf } from './inspect.ts';
import { judgeSegments } from './judge.ts';
import { lsnText, parseSegment, segmentOf } from './lsn.ts';
import { lastTransaction } from './scan.ts';
import { archivesTo } from './settings.ts';
import { type ServerState, type Told, tellFindings } from './status-findings.ts';
import { pathOf, timelineOfSegment } from './timelines.ts';

export interface StatusInput {
  readonly archive: Archive;
  /** Null: the server cannot be asked. */
  readonly session: Session | null;
  /** True: every byte of segments and base backups is read. */
  readonly verify: boolean;
  readonly runtime: Runtime;
}

export interface WalStatus {
  readonly inventory: Inventory;
  readonly contents: Contents;
  readonly server: ServerState | null;
  /** The timeline that recovery would take: the newest that is known. */
  readonly timeline: number;
  readonly holes: readonly Hole[];
  readonly windows: readonly Window[];
  /** The last segment that recovery from the newest good base backup gets to: what was written behind it, a loss now loses. */
  readonly newest: StoredSegment | null;
  readonly findings: readonly Finding[];
}

/** A stretch of time of which any moment can be recovered. */
export interface Window {
  /** Its base backups, oldest first. */
  readonly bases: readonly string[];
  readonly timeline: number;
  /** ISO time and position: the end of the oldest base backup. */
  readonly from: string;
  readonly from_lsn: string;
  /** The last transaction in the WAL behind it, to the microsecond. */
  readonly to: string;
  readonly to_lsn: string;
}

export async function readStatus(input: StatusInput): Promise<WalStatus> {
  const { archive, session } = input;
  const contents = await readContents(archive);
  const server = session === null ? null : await readServer(session, contents, archive);
  const bases = await checkBases(input);
  const major = bases.findLast((base) => base.manifest !== null)?.manifest?.server.major ?? server?.major ?? null;
  const { segments, unread } = await judgeSegments({ ...input, segments: contents.segments, major });
  const inventory: Inventory = {
    segmentSize: archive.wal_segment_size,
    segments,
    histories: contents.histories,
    bases,
  };
  const known = timelinesOf(inventory);
  const timeline = Math.max(server?.timeline ?? 0, known.at(-1) ?? 1);
  const missing = missingIn(inventory, timeline, server);
  const found = reaches(inventory, timeline);
  const windows = await windowsOf(found, input);
  const newest = newestOf(found.at(-1), contents, archive.wal_segment_size);
  const told: Told = { archive, contents, inventory, server, timeline, holes: missing, unread };
  const findings = tellFindings(told);
  return { inventory, contents, server, timeline, holes: missing, windows, newest, findings };
}

async function readServer(session: Session, contents: Contents, archive: Archive): Promise<ServerState> {
  const cluster = await readCluster(session);
  const archiver = await readArchiver(session);
  const archived = new Set(contents.segments.map((one) => one.name));
  const size = archive.wal_segment_size;
  const current = cluster.lsn === null ? null : segmentOf(cluster.lsn, size);
  const waiting = archiver.present.filter((name) => {
    const segment = parseSegment(name, size);
    // Beyond the current one lie recycled files with names of the future.
    const written = segment !== null && current !== null && segment.number < current;
    return written && segment.timeline === cluster.timeline && !archived.has(name);
  });
  return { ...cluster, ...archiver, waiting, archiving: await archivesTo(session, archive.dir) };
}

async function checkBases({ archive, verify, runtime }: StatusInput): Promise<readonly Base[]> {
  const bases = await listBases(archive);
  if (!verify) return bases;
  return await withTask(runtime, { id: 'bases', title: `Read ${bases.length} base backups` }, async () => {
    for (const base of bases) await verifyBase(archive, base, runtime);
    return await listBases(archive);
  });
}

function missingIn(inventory: Inventory, timeline: number, server: ServerState | null): readonly Hole[] {
  const path = pathOf(timeline, inventory.histories);
  const first = beginning(inventory);
  if (path === null || first === null) return [];
  const current = server?.lsn ?? null;
  const last = current === null ? undefined : segmentOf(current, inventory.segmentSize) - 1n;
  return holes(inventory, path, first, server?.timeline === timeline ? last : undefined);
}

export function newestOf(reach: Reach | undefined, { segments }: Contents, segmentSize: number): StoredSegment | null {
  if (reach === undefined || reach.last === null) return null;
  const { path, last: number } = reach;
  const timeline = timelineOfSegment(path, number, segmentSize);
  return segments.find((one) => one.number === number && one.timeline === timeline) ?? null;
}

/** Base backups that reach the same end share a window. */
async function windowsOf(found: readonly Reach[], { archive, runtime }: StatusInput): Promise<readonly Window[]> {
  const windows: Window[] = [];
  const ends = [...new Set(found.map((one) => one.last))];
  for (const last of ends) {
    const group = found.filter((one) => one.last === last);
    const [oldest] = group;
    if (oldest?.base.manifest == null) continue;
    const { base, path, first, timeline } = oldest;
    const { stopped_at, stop_lsn, server } = oldest.base.manifest;
    const newest =
      last === null
        ? null
        : await lastTransaction({ archive, path, first, last, start: base.start, major: server.major, runtime });
    const later = newest?.at != null && newest.lsn > base.stop ? newest : null;
    windows.push({
      bases: group.map((one) => one.base.id),
      timeline,
      from: stopped_at,
      from_lsn: stop_lsn,
      to: later?.at == null ? stopped_at : momentText(later.at),
      to_lsn: later === null ? stop_lsn : lsnText(later.end),
    });
  }
  return windows;
}

/** ISO 8601 with microseconds, which Date cannot hold. */
export function momentText(microseconds: bigint): string {
  const fraction = String(((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n).padStart(6, '0');
  const seconds = new Date(Number((microseconds - BigInt(fraction)) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${fraction}Z`;
}
