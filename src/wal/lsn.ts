/**
 * Positions in the WAL and the names of its files. A position (LSN) is a bigint; as text it is `0/3000060`. A segment's
 * name is 24 hex digits: timeline, then the segment's number split at 4 GiB (XLogFileName in xlog_internal.h).
 */

export type Lsn = bigint;

/** One segment by what its name says. */
export interface SegmentName {
  readonly timeline: number;
  /** Counted from the beginning of the WAL: position divided by the size of segments. */
  readonly number: bigint;
}

/** Null: not written as PostgreSQL writes a position. */
export function parseLsn(text: string): Lsn | null {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? [];
  return high === undefined ? null : (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function lsnText(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

export function segmentOf(lsn: Lsn, segmentSize: number): bigint {
  return lsn / BigInt(segmentSize);
}

export function segmentText({ timeline, number }: SegmentName, segmentSize: number): string {
  const perFile = 0x100000000n / BigInt(segmentSize);
  return hex(BigInt(timeline)) + hex(number / perFile) + hex(number % perFile);
}

/** Null: not the name of a segment of that size. */
export function parseSegment(text: string, segmentSize: number): SegmentName | null {
  const [, timeline, high, low] = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(text) ?? [];
  if (timeline === undefined) return null;
  const perFile = 0x100000000n / BigInt(segmentSize);
  const below = BigInt(`0x${low}`);
  if (below >= perFile) return null;
  return { timeline: Number.parseInt(timeline, 16), number: BigInt(`0x${high}`) * perFile + below };
}

export function historyName(timeline: number): string {
  return `${hex(BigInt(timeline))}.history`;
}

function hex(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
