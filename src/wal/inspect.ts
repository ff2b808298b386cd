/**
 * What an archive can do, judged by its list of files: which segments are there, where the holes are, and from which base
 * backup to where recovery can go. Pure: the same lists give the same answer.
 */
import { type Base, chainFault } from './base-manifest.ts';
import { type SegmentName, segmentOf, segmentText } from './lsn.ts';
import { isOnPath, type Leg, pathOf, timelineOfSegment } from './timelines.ts';

/** What a verdict rests on: size and header alone, the archiver's CRC of the whole file, or the CRC of each record. */
export type Proof = 'header' | 'checksum' | 'records';

export interface Inspected extends SegmentName {
  /** What is wrong with it; null: nothing that was looked for. */
  readonly fault: string | null;
  readonly proof: Proof;
}

export interface Inventory {
  /** Bytes. */
  readonly segmentSize: number;
  readonly segments: readonly Inspected[];
  readonly histories: ReadonlyMap<number, readonly Leg[]>;
  readonly bases: readonly Base[];
}

/** Segments that follow each other and are missing. */
export interface Hole {
  readonly timeline: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** From a base backup to the end of the whole WAL behind it. */
export interface Reach {
  readonly base: Base;
  readonly timeline: number;
  readonly path: readonly Leg[];
  readonly first: bigint;
  /** The last segment before a hole or the end; null: not even the first one is there. */
  readonly last: bigint | null;
}

/** Every timeline that has segments or a history, ascending. */
export function timelinesOf({
  segments,
  histories,
}: Pick<Inventory, 'histories'> & { readonly segments: readonly SegmentName[] }): readonly number[] {
  const all = new Set([...segments.map((one) => one.timeline), ...histories.keys()]);
  return [...all].sort((a, b) => a - b);
}

/** How far recovery goes from each good base backup on the path of a timeline, oldest first. */
export function reaches(inventory: Inventory, timeline: number): readonly Reach[] {
  const { bases, histories, segmentSize } = inventory;
  const path = pathOf(timeline, histories);
  if (path === null) return [];
  const good = goodSegments(inventory);
  return bases
    .filter((base) => chainFault(base, bases) === null && isOnPath(path, base.manifest?.timeline ?? 0, base.stop))
    .map((base) => {
      const first = segmentOf(base.start, segmentSize);
      let next = first;
      while (good.has(key({ timeline: timelineOfSegment(path, next, segmentSize), number: next }))) next += 1n;
      return { base, timeline, path, first, last: next === first ? null : next - 1n };
    });
}

/** Missing segments of a path, from `first` to the newest that is there (or to `last`). */
export function holes(inventory: Inventory, path: readonly Leg[], first: bigint, last?: bigint): readonly Hole[] {
  const { segments, segmentSize } = inventory;
  const there = new Set(segments.map(key));
  const on = (number: bigint): number => timelineOfSegment(path, number, segmentSize);
  const newest = segments.filter((one) => on(one.number) === one.timeline).at(-1)?.number ?? first - 1n;
  const end = last !== undefined && last > newest ? last : newest;
  const found: Hole[] = [];
  for (let number = first; number <= end; number += 1n) {
    const timeline = on(number);
    if (there.has(key({ timeline, number }))) continue;
    const before = found.at(-1);
    if (before?.last === number - 1n && before.timeline === timeline)
      found[found.length - 1] = { ...before, last: number };
    else found.push({ timeline, first: number, last: number });
  }
  return found;
}

/** The names of what is missing. */
export function namesIn({ timeline, first, last }: Hole, size: number): readonly string[] {
  const names: string[] = [];
  for (let number = first; number <= last; number += 1n) names.push(segmentText({ timeline, number }, size));
  return names;
}

/** Where the WAL must begin: at the oldest base backup's start, else at the oldest segment. */
export function beginning({ bases, segments, segmentSize }: Inventory): bigint | null {
  const starts = bases.filter((base) => base.manifest !== null).map((base) => segmentOf(base.start, segmentSize));
  return starts.length > 0 ? starts.reduce(min) : (segments[0]?.number ?? null);
}

function goodSegments({ segments }: Inventory): ReadonlySet<string> {
  return new Set(segments.filter((one) => one.fault === null).map(key));
}

function key({ timeline, number }: SegmentName): string {
  return `${timeline}:${number}`;
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
