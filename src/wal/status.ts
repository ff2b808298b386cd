/**
 * What can be recovered now, and what is wrong: segments found, missing, late and damaged, timelines, base backups, the
 * archiver's lag. The archive alone is enough; with the server, what is still on its way is told from what is lost.
 */
import { messageOf } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Session } from '../pg/pool.ts';
import { type Archive, type Contents, readContents } from './archive.ts';
import { type Base, listBases } from './base-manifest.ts';
import { verifyBase } from './base-verify.ts';
import { readCluster } from './cluster.ts';
import { readArchiver } from './enable.ts';
import {
  beginning,
  type Hole,
  holes,
  type Inspected,
  type Inventory,
  type Reach,
  reaches,
  timelinesOf,
} from './inspect.ts';
import { lsnText, parseSegment, segmentOf } from './lsn.ts';
import { lastTransaction } from './scan.ts';
import { changedFiles, quickFault, readSums } from './segment-check.ts';
import { archivesTo } from './settings.ts';
import { type ServerState, type Told, tellFindings } from './status-findings.ts';
import { pathOf } from './timelines.ts';

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
  const segments = await checkSegments(input, contents);
  const bases = await checkBases(input);
  const inventory: Inventory = {
    segmentSize: archive.wal_segment_size,
    segments,
    histories: contents.histories,
    bases,
  };
  const known = timelinesOf(inventory);
  const timeline = Math.max(server?.timeline ?? 0, known.at(-1) ?? 1);
  const missing = missingIn(inventory, timeline, server);
  const windows = await windowsOf(reaches(inventory, timeline), input);
  const told: Told = { archive, contents, inventory, server, timeline, holes: missing };
  return { inventory, contents, server, timeline, holes: missing, windows, findings: tellFindings(told) };
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

async function checkSegments(input: StatusInput, { segments }: Contents): Promise<readonly Inspected[]> {
  const { archive, verify, runtime } = input;
  const quick = new Map<string, string>();
  for (const { name } of segments) {
    runtime.signal.throwIfAborted();
    const fault = await quickFault(archive, name).catch((thrown: unknown) => messageOf(thrown));
    if (fault !== null) quick.set(name, fault);
  }
  const whole = segments.map((one) => one.name).filter((name) => !quick.has(name));
  const changed = verify ? await readAll(input, whole) : [];
  for (const name of changed) quick.set(name, 'its checksum is not that of the file that the server wrote');
  return segments.map(({ timeline, number, name }) => ({ timeline, number, fault: quick.get(name) ?? null }));
}

async function readAll({ archive, runtime }: StatusInput, names: readonly string[]): Promise<readonly string[]> {
  const sums = await readSums(archive);
  return await withTask(runtime, { id: 'segments', title: `Read ${names.length} segments` }, () =>
    changedFiles(archive, names, sums, (done) =>
      runtime.emit({ kind: 'progress', task: 'segments', done, total: names.length }),
    ),
  );
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
