/**
 * Reads WAL with pg_waldump, which checks the CRC of every record on the way: up to where the WAL of a path is whole, and
 * what was committed when. Recovery is then asked for something that is known to be there: to PostgreSQL, WAL that is
 * damaged or missing is simply the end of the WAL.
 */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { runProgram } from '../pg/programs.ts';
import { type Archive, walFolder } from './archive.ts';
import { type Lsn, lsnText, parseLsn, segmentText } from './lsn.ts';
import { exactProgram } from './programs.ts';
import { type Leg, timelineOfSegment } from './timelines.ts';

/** A transaction that ended, or a restore point. */
export interface Moment {
  /** Where its record begins, and where the next one does. */
  readonly lsn: Lsn;
  readonly end: Lsn;
  /** `other`: any other record that tells how far the WAL goes. */
  readonly kind: 'transaction' | 'restore_point' | 'other';
  /** Microseconds since 1970, as PostgreSQL counts; null for others, which tell none. */
  readonly at: bigint | null;
  /** Name of a restore point. */
  readonly name: string | null;
}

export interface ScanInput {
  readonly archive: Archive;
  readonly path: readonly Leg[];
  /** Numbers of the first segment and of the last one. */
  readonly first: bigint;
  readonly last: bigint;
  /** A record begins there; default: the first one in the first segment. */
  readonly start?: Lsn;
  readonly major: number;
  readonly runtime: Runtime;
}

export interface Scanned {
  /** Why reading ended: at the end of the last segment, or earlier and why. */
  readonly broken: string | null;
}

/**
 * Calls `onMoment` for each transaction's end and restore point, in order; ends early when it returns false.
 * The segments are lent under the names of one timeline: pg_waldump follows no switch.
 */
export async function scan(input: ScanInput, onMoment: (moment: Moment) => boolean): Promise<Scanned> {
  const { archive, path, first, last, start, major, runtime } = input;
  const size = archive.wal_segment_size;
  const program = await exactProgram('pg_waldump', major, runtime);
  const folder = await mkdtemp(join(tmpdir(), 'strata-wal-'));
  try {
    for (let number = first; number <= last; number += 1n) {
      const source = segmentText({ timeline: timelineOfSegment(path, number, size), number }, size);
      const name = segmentText({ timeline: 1, number }, size);
      await symlink(join(walFolder(archive), source), join(folder, name));
    }
    const from = start ?? first * BigInt(size);
    const args = [`--path=${folder}`, '--timeline=1', `--start=${lsnText(from)}`];
    const end = `--end=${lsnText((last + 1n) * BigInt(size))}`;
    const { broken } = await dump([...args, end, '--rmgr=Transaction', '--rmgr=XLOG'], { program, runtime, onMoment });
    // The last record may go on in a segment that is not there yet: that is the end, and no damage.
    const beyond = segmentText({ timeline: 1, number: last + 1n }, size);
    return { broken: broken?.includes(beyond) ? null : broken };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface DumpOptions {
  readonly program: Awaited<ReturnType<typeof exactProgram>>;
  readonly runtime: Runtime;
  readonly onMoment: (moment: Moment) => boolean;
}

async function dump(args: readonly string[], { program, runtime, onMoment }: DumpOptions): Promise<Scanned> {
  const enough = new AbortController();
  const stdout = lines((line) => {
    // What is still in the pipe is not asked for any more.
    const moment = enough.signal.aborted ? null : parseLine(line);
    if (moment !== null && !onMoment(moment)) enough.abort();
  });
  try {
    const signal = AbortSignal.any([runtime.signal, enough.signal]);
    await runProgram(program, args, null, { env: { ...runtime.env, TZ: 'UTC' }, stdout, signal });
    return { broken: null };
  } catch (thrown) {
    if (enough.signal.aborted && !runtime.signal.aborted) return { broken: null };
    if (!(thrown instanceof ToolError) || thrown.code !== 'PROGRAM_FAILED' || runtime.signal.aborted) throw thrown;
    return { broken: lastComplaint(thrown.more.detail ?? thrown.message) };
  }
}

function lastComplaint(detail: string): string {
  return (
    detail
      .split('\n')
      .at(-1)
      ?.replace(/^pg_waldump: (error|fatal): /, '') ?? detail
  );
}

/**
 * `rmgr: Transaction len (rec/tot): 34/ 34, tx: 735, lsn: 0/0151E5B8, prev 0/0151E578, desc: COMMIT 2026-11-26 … UTC`.
 * Commits, aborts and prepares carry a time; PostgreSQL stops a recovery to a moment at those.
 */
function parseLine(line: string): Moment | null {
  const [, total = '0', position = '', desc = ''] =
    /len \(rec\/tot\):\s*\d+\/\s*(\d+),.* lsn: ([0-9A-F]+\/[0-9A-F]+),.* desc: (.*)/.exec(line) ?? [];
  const lsn = parseLsn(position);
  if (lsn === null) return null;
  // Records begin at multiples of 8 bytes; page headers between are no matter here.
  const end = lsn + ((BigInt(total) + 7n) & ~7n);
  const [, time] =
    /^(?:COMMIT|ABORT)(?:_PREPARED)?\b.*?(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? UTC)/.exec(desc) ?? [];
  if (time !== undefined) return { lsn, end, kind: 'transaction', at: microseconds(time), name: null };
  const [, name] = /^RESTORE_POINT (.*)$/.exec(desc) ?? [];
  return { lsn, end, kind: name === undefined ? 'other' : 'restore_point', at: null, name: name ?? null };
}

/**
 * The last transaction in the segments, looked for from their end; null: there is none. Throws PROGRAM_MISSING.
 */
export async function lastTransaction(input: ScanInput): Promise<Moment | null> {
  for (let back = 1n; ; back *= 4n) {
    const first = input.last - back + 1n > input.first ? input.last - back + 1n : input.first;
    let found: Moment | null = null;
    const start = first === input.first && input.start !== undefined ? { start: input.start } : {};
    const { start: _, ...rest } = input;
    await scan({ ...rest, ...start, first }, (moment) => {
      if (moment.kind === 'transaction') found = moment;
      return true;
    });
    if (found !== null || first === input.first) return found;
  }
}

/** `2026-11-26 00:01:17.786123 UTC`, exactly. */
function microseconds(text: string): bigint {
  const [, seconds = '', fraction = ''] = /^(\S+ [\d:]{8})(?:\.(\d+))? UTC$/.exec(text) ?? [];
  return BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0') || '0');
}

/** A sink that calls for each whole line. */
function lines(onLine: (line: string) => void): Writable {
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const parts = (rest + chunk.toString('utf8')).split('\n');
      rest = parts.pop() ?? '';
      parts.forEach(onLine);
      done();
    },
  });
}
