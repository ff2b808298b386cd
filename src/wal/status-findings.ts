/** What is wrong with an archive, in words, each with what to do. */
import { type Finding, finding, type Level } from '../base/finding.ts';
import type { Archive, Contents } from './archive.ts';
import { chainFault } from './base-manifest.ts';
import type { Cluster } from './cluster.ts';
import type { ArchiverState } from './enable.ts';
import { type Hole, type Inventory, namesIn, timelinesOf } from './inspect.ts';
import { historyName, segmentOf, segmentText } from './lsn.ts';

export interface ServerState extends Cluster, ArchiverState {
  /** True: it archives, and into this archive. */
  readonly archiving: boolean;
  /** Segments that are written and not archived. */
  readonly waiting: readonly string[];
}

export interface Told {
  readonly archive: Archive;
  readonly contents: Contents;
  readonly inventory: Inventory;
  readonly server: ServerState | null;
  readonly timeline: number;
  readonly holes: readonly Hole[];
  /** Why records of segments without a checksum were not read; null: they were, or nobody asked. */
  readonly unread: string | null;
}

const NEW_BASE = 'Take a new base backup, from which recovery does not need it: strata wal base';

export function tellFindings(told: Told): readonly Finding[] {
  return [
    ...clusterFaults(told),
    ...segmentFaults(told),
    ...unproved(told),
    ...timelineFaults(told),
    ...baseFaults(told),
    ...lag(told),
  ];
}

function clusterFaults({ archive, server }: Told): readonly Finding[] {
  if (server === null || server.system_identifier === archive.system_identifier) return [];
  const message = `it is of cluster ${archive.system_identifier}, the server is ${server.system_identifier}`;
  const hint = 'Name the archive of this server with --wal-dir or backup.wal.dir.';
  return [finding({ code: 'wal/other-cluster', level: 'error', subject: archive.dir, message, hint })];
}

/** What is behind the newest good base backup is what the next recovery needs; before it, only the past is lost. */
function levelAt(number: bigint, { bases, segmentSize }: Inventory): Level {
  const newest = bases.filter((base) => chainFault(base, bases) === null).at(-1);
  return newest !== undefined && number < segmentOf(newest.start, segmentSize) ? 'warning' : 'error';
}

function segmentFaults({ inventory, holes, server }: Told): readonly Finding[] {
  const size = inventory.segmentSize;
  const damaged = inventory.segments.flatMap((one) => {
    if (one.fault === null) return [];
    const [subject, level] = [segmentText(one, size), levelAt(one.number, inventory)];
    return [finding({ code: 'wal/segment-damaged', level, subject, message: one.fault, ...advice(level) })];
  });
  const waiting = new Set(server?.waiting ?? []);
  const missing = holes.flatMap((hole) => {
    const names = namesIn(hole, size).filter((name) => !waiting.has(name));
    const [first, last] = [names[0], names.at(-1)];
    if (first === undefined) return [];
    const many = names.length === 1 ? 'a segment is missing' : `${names.length} segments are missing, up to ${last}`;
    const level = levelAt(hole.last, inventory);
    const message = `${many}: no recovery goes past it`;
    return [finding({ code: 'wal/segment-missing', level, subject: first, message, ...advice(level) })];
  });
  return [...damaged, ...missing];
}

/** No damage, but not known to be whole either. */
function unproved({ inventory, unread }: Told): readonly Finding[] {
  const size = inventory.segmentSize;
  const [first, ...more] = inventory.segments.filter((one) => one.fault === null && one.proof === 'header');
  if (unread === null || first === undefined) return [];
  const which = more.length === 0 ? 'it has' : `it and ${more.length} others have`;
  const message = `${which} no checksum of the archiver, and the records cannot be read: ${unread}`;
  return [finding({ code: 'wal/segment-unproved', level: 'warning', subject: segmentText(first, size), message })];
}

function advice(level: Level): { readonly hint?: string } {
  return level === 'error' ? { hint: NEW_BASE } : {};
}

function timelineFaults({ contents, inventory, server, timeline }: Told): readonly Finding[] {
  const found: Finding[] = contents.brokenHistories.map((name) =>
    finding({
      code: 'wal/history-damaged',
      level: 'error',
      subject: name,
      message: 'the history file cannot be understood: its timeline cannot be recovered to',
      hint: `Copy it again from pg_wal of a server that is on that timeline.`,
    }),
  );
  for (const one of timelinesOf(inventory)) {
    const name = historyName(one);
    if (one === 1 || inventory.histories.has(one) || contents.brokenHistories.includes(name)) continue;
    const message = `the history of timeline ${one} is missing: nothing on it can be recovered`;
    const hint = `Copy ${name} from pg_wal of the server that was promoted, or take a new base backup: strata wal base`;
    found.push(finding({ code: 'wal/history-missing', level: 'error', subject: name, message, hint }));
  }
  if (server !== null && server.timeline < timeline) {
    const message = `the archive goes on to timeline ${timeline}, the server is on ${server.timeline}: another server was promoted`;
    const hint = 'One of the two must stop archiving here: strata wal disable --apply';
    found.push(
      finding({ code: 'wal/timeline', level: 'error', subject: `timeline ${server.timeline}`, message, hint }),
    );
  }
  return found;
}

function baseFaults({ inventory: { bases } }: Told): readonly Finding[] {
  const bad = bases.flatMap((base) => {
    const fault = chainFault(base, bases);
    if (fault === null) return [];
    const hint = 'Do not rely on it: take a new one with: strata wal base';
    return [finding({ code: 'wal/base-damaged', level: 'error', subject: base.id, message: fault, hint })];
  });
  if (bases.length > bad.length) return bad;
  const hint = 'Take one with: strata wal base';
  const message = 'there is no good base backup: nothing can be recovered';
  return [...bad, finding({ code: 'wal/no-base', level: 'error', subject: 'base backups', message, hint })];
}

/** More than this waiting is more than a moment's work. */
const MANY = 10;

function lag({ server, archive }: Told): readonly Finding[] {
  if (server === null || server.in_recovery) return [];
  if (!server.archiving) {
    const message = 'the server does not archive into this archive';
    const hint = 'See what is missing with: strata wal enable';
    return [finding({ code: 'wal/disabled', level: 'error', subject: archive.dir, message, hint })];
  }
  const { ready, last_archived_at, last_failed_at, last_failed } = server;
  const failing = last_failed_at !== null && (last_archived_at === null || last_failed_at > last_archived_at);
  if (failing) {
    const message = `the archiver fails with ${last_failed}; ${ready} files wait`;
    const hint = `Look for "strata archiver:" in the log of the server. Is ${archive.dir} full? Until it works, pg_wal grows.`;
    return [finding({ code: 'wal/archiver-failing', level: 'error', subject: last_failed ?? '', message, hint })];
  }
  if (ready < MANY) return [];
  const message = `${ready} files wait for the archiver: it is slower than the server writes`;
  return [finding({ code: 'wal/archiver-late', level: 'error', subject: 'archiver', message })];
}
