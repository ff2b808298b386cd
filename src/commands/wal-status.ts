/** `wal status`: what can be recovered now, and what is wrong with the archive. */
import { resolve } from 'node:path';
import { duration } from '../base/duration.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Cell, type Finding, finding, outcome } from '../base/finding.ts';
import type { Session } from '../pg/pool.ts';
import { type Archive, openArchive } from '../wal/archive.ts';
import { chainFault } from '../wal/base-manifest.ts';
import { timelinesOf } from '../wal/inspect.ts';
import { lsnText, segmentText } from '../wal/lsn.ts';
import { readStatus, type WalStatus } from '../wal/status.ts';
import type { Context, Run } from './command.ts';
import { withDatabase } from './database.ts';
import { mebibytes } from './size.ts';

export const run: Run = async (context, options) => {
  const { config, runtime } = context;
  const archive = await openArchive(resolve(config.root, config.backup.wal.dir));
  const verify = options.verify === true;
  const read = (session: Session | null): Promise<WalStatus> => readStatus({ archive, session, verify, runtime });
  const { status, unreachable } = await withServerOrWithout(context, read);
  const now = runtime.now().getTime();
  return outcome(dataOf(archive, status, now), viewOf(status, now), [...status.findings, ...unreachable]);
};

/** An archive must be judged above all when the server is gone. */
async function withServerOrWithout(
  context: Context,
  read: (session: Session | null) => Promise<WalStatus>,
): Promise<{ readonly status: WalStatus; readonly unreachable: readonly Finding[] }> {
  let reached = false;
  try {
    const status = await withDatabase(context, (session) => {
      reached = true;
      return read(session);
    });
    return { status, unreachable: [] };
  } catch (thrown) {
    if (reached || !(thrown instanceof ToolError) || thrown.exit !== 3) throw thrown;
    const message = `the server cannot be asked what waits to be archived: ${messageOf(thrown)}`;
    const found = finding({ code: 'wal/server-unreachable', level: 'warning', subject: 'server', message });
    return { status: await read(null), unreachable: [found] };
  }
}

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

/** The age of the newest archived segment: what a total loss of the server now would cost at most. */
function rpoOf({ contents }: WalStatus, now: number): number | null {
  const newest = contents.segments.reduce((latest, one) => Math.max(latest, one.at), 0);
  return newest === 0 ? null : Math.max(0, Math.round(now - newest));
}

function viewOf(status: WalStatus, now: number): readonly Block[] {
  const { contents, windows, inventory, server } = status;
  const stored = contents.segments.reduce((sum, one) => sum + one.stored, 0);
  const rpo = rpoOf(status, now);
  const facts: Cell[][] = [
    ['segments', `${contents.segments.length}, ${mebibytes(stored)} on the disk`],
    ['base backups', String(inventory.bases.length)],
    ['timeline', String(status.timeline)],
    ['newest archived', rpo === null ? 'nothing' : `${duration(rpo)} ago`],
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
