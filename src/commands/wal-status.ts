/** `wal status`: what can be recovered now, and what is wrong with the archive. */
import { resolve } from 'node:path';
import { duration } from '../base/duration.ts';
import { type Block, type Cell, outcome } from '../base/finding.ts';
import { type Archive, openArchive } from '../wal/archive.ts';
import { chainFault } from '../wal/base-manifest.ts';
import { type Proof, timelinesOf } from '../wal/inspect.ts';
import { lsnText, segmentText } from '../wal/lsn.ts';
import type { WalStatus } from '../wal/status.ts';
import type { Run } from './command.ts';
import { monitored } from './monitored.ts';
import { mebibytes } from './size.ts';
import { readWalStatus } from './wal-read.ts';

export const run: Run = async (context, options) => {
  if (options.remote === true) return await (await import('./wal-remote.ts')).status(context, options);
  return await status(context, options);
};

const status: Run = monitored('wal status', async (context, options) => {
  const { config, runtime } = context;
  const archive = await openArchive(resolve(config.root, config.backup.wal.dir));
  const how = { verify: options.verify === true, asks: true };
  const { status: read, unreachable } = await readWalStatus(context, archive, how);
  const now = runtime.now().getTime();
  return outcome(dataOf(archive, read, now), viewOf(read, now), [...read.findings, ...unreachable]);
});

function dataOf(archive: Archive, status: WalStatus, now: number): object {
  const { contents, inventory, server, timeline, holes, windows } = status;
  const size = inventory.segmentSize;
  const name = (number: bigint, on: number): string => segmentText({ timeline: on, number }, size);
  return {
    dir: archive.dir,
    system_identifier: archive.system_identifier,
    segment_size: size,
    timeline,
    timelines: timelinesOf(inventory),
    segments: {
      found: contents.segments.length,
      damaged: inventory.segments.filter((one) => one.fault !== null).length,
      judged_by: proofsOf(status),
      oldest: contents.segments[0]?.name ?? null,
      newest: contents.segments.at(-1)?.name ?? null,
      bytes: contents.segments.reduce((sum, one) => sum + one.size, 0),
      bytes_stored: contents.segments.reduce((sum, one) => sum + one.stored, 0),
    },
    missing: holes.map((hole) => ({
      timeline: hole.timeline,
      first: name(hole.first, hole.timeline),
      last: name(hole.last, hole.timeline),
      count: Number(hole.last - hole.first + 1n),
    })),
    bases: inventory.bases.map((base) => ({
      id: base.id,
      parent: base.manifest?.parent ?? null,
      stopped_at: base.manifest?.stopped_at ?? null,
      stop_lsn: base.manifest?.stop_lsn ?? null,
      timeline: base.manifest?.timeline ?? null,
      size: base.manifest?.size ?? null,
      fault: chainFault(base, inventory.bases),
    })),
    restorable: windows,
    server: server && {
      timeline: server.timeline,
      lsn: server.lsn === null ? null : lsnText(server.lsn),
      archiving: server.archiving,
      waiting: server.waiting,
      ready: server.ready,
      last_archived: server.last_archived,
      last_archived_at: server.last_archived_at?.toISOString() ?? null,
      last_failed: server.last_failed,
      last_failed_at: server.last_failed_at?.toISOString() ?? null,
      archived: Number(server.archived),
      failed: Number(server.failed),
    },
    rpo_ms: rpoOf(status, now),
  };
}

/**
 * The age of the last segment that recovery gets to: what a total loss of the server now would cost at most. Segments behind
 * a hole do not count; null: nothing can be recovered.
 */
export function rpoOf({ newest }: WalStatus, now: number): number | null {
  return newest === null ? null : Math.max(0, Math.round(now - newest.at));
}

/** How many segments were judged by what. */
function proofsOf({ inventory }: WalStatus): Readonly<Record<Proof, number>> {
  const counts = { checksum: 0, records: 0, header: 0 };
  for (const { proof } of inventory.segments) counts[proof] += 1;
  return counts;
}

function proofText(status: WalStatus): string {
  const { checksum, records, header } = proofsOf(status);
  if (checksum + records === 0) return 'size and header; every byte with --verify';
  const told = [`${checksum} by checksum`, `${records} by their records`, `${header} by size and header`];
  return told.filter((_, i) => [checksum, records, header][i] !== 0).join(', ');
}

function viewOf(status: WalStatus, now: number): readonly Block[] {
  const { contents, windows, inventory, server } = status;
  const stored = contents.segments.reduce((sum, one) => sum + one.stored, 0);
  const rpo = rpoOf(status, now);
  const facts: Cell[][] = [
    ['segments', `${contents.segments.length}, ${mebibytes(stored)} on the disk`],
    ['judged by', proofText(status)],
    ['base backups', String(inventory.bases.length)],
    ['timeline', String(status.timeline)],
    [
      'RPO',
      rpo === null ? 'nothing can be recovered' : `${duration(rpo)} (age of the last segment that recovery gets to)`,
    ],
  ];
  if (server !== null) facts.push(['waiting', `${server.waiting.length} segments`]);
  const blocks: Block[] = [{ kind: 'table', head: ['archive', ''], rows: facts }];
  if (windows.length === 0) {
    return [...blocks, { kind: 'text', text: 'no moment can be recovered', tone: 'bad' }];
  }
  const rows = windows.map(({ from, to, to_lsn, timeline, bases }): Cell[] => [
    { text: from, tone: 'good' },
    { text: to, tone: 'good' },
    to_lsn,
    String(timeline),
    String(bases.length),
  ]);
  return [...blocks, { kind: 'table', head: ['recoverable from', 'to', 'position', 'timeline', 'base backups'], rows }];
}
