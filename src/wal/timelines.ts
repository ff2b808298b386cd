/**
 * Timelines: every promotion begins a new one, and its history file says where it left which older one. A recovery
 * follows one path: older timelines up to where they were left, the chosen one to its end.
 */
import { type Lsn, parseLsn, segmentOf } from './lsn.ts';

/** A piece of the path of a timeline. */
export interface Leg {
  readonly timeline: number;
  /** Where the path leaves it; null for the last leg, which has no end. */
  readonly until: Lsn | null;
}

/** The older timelines of a history file, as `<timeline> <position> <reason>` lines; null: it cannot be understood. */
export function parseHistory(text: string): readonly Leg[] | null {
  const legs: Leg[] = [];
  for (const line of text.split('\n').map((one) => one.replace(/#.*/, '').trim())) {
    if (line === '') continue;
    const [, timeline, position = ''] = /^(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line) ?? [];
    const until = parseLsn(position);
    if (timeline === undefined || until === null) return null;
    legs.push({ timeline: Number(timeline), until });
  }
  return legs;
}

/** The path of a timeline, oldest leg first; null when its history file is missing or cannot be understood. */
export function pathOf(timeline: number, histories: ReadonlyMap<number, readonly Leg[]>): readonly Leg[] | null {
  if (timeline === 1) return [{ timeline, until: null }];
  const before = histories.get(timeline);
  return before === undefined ? null : [...before, { timeline, until: null }];
}

/** Whether a position on `timeline` lies on the path: not behind the point where the path left that timeline. */
export function isOnPath(path: readonly Leg[], timeline: number, lsn: Lsn): boolean {
  const leg = path.find((one) => one.timeline === timeline);
  return leg !== undefined && (leg.until === null || lsn <= leg.until);
}

/**
 * Which timeline's file holds a segment of the path. The segment in which a timeline was left exists in both: the newer
 * one's counts, as for PostgreSQL, because the older one's may never have been completed.
 */
export function timelineOfSegment(path: readonly Leg[], number: bigint, segmentSize: number): number {
  const leg = path.find((one) => one.until === null || number < segmentOf(one.until, segmentSize));
  return leg?.timeline ?? path.at(-1)?.timeline ?? 1;
}
