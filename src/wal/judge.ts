/**
 * Judges every segment of an archive. At a glance: size, and what the first page's header says. Whole: the CRC that the archiver
 * took from the server's own file; where its line is missing (a crash came between file and line, or the file was copied in),
 * pg_waldump reads the records, each of which has a CRC. What neither can be done for is told, never called good.
 */
import { messageOf, ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Archive, StoredSegment } from './archive.ts';
import type { Inspected, Proof } from './inspect.ts';
import { scan } from './scan.ts';
import { changedFiles, quickFault, readSums } from './segment-check.ts';

export interface JudgeInput {
  readonly archive: Archive;
  readonly segments: readonly StoredSegment[];
  /** True: every byte is read. */
  readonly verify: boolean;
  /** Whose records they are; null: no base backup and no server tells. */
  readonly major: number | null;
  readonly runtime: Runtime;
}

export interface Judged {
  readonly segments: readonly Inspected[];
  /** Why some segments' records could not be read; null: none had to be, or all were. */
  readonly unread: string | null;
}

export async function judgeSegments(input: JudgeInput): Promise<Judged> {
  const { archive, segments, verify, runtime } = input;
  const faults = new Map<string, string>();
  for (const { name } of segments) {
    runtime.signal.throwIfAborted();
    const fault = await quickFault(archive, name).catch((thrown: unknown) => messageOf(thrown));
    if (fault !== null) faults.set(name, fault);
  }
  const sums = await readSums(archive);
  const whole = segments.filter(({ name }) => !faults.has(name));
  const unread = verify ? await readAll(input, { whole, sums, faults }) : null;
  const proofOf = (name: string): Proof => {
    if (!verify) return 'header';
    if (sums.has(name)) return 'checksum';
    return unread === null ? 'records' : 'header';
  };
  return {
    segments: segments.map(({ timeline, number, name }) => {
      const fault = faults.get(name) ?? null;
      return { timeline, number, fault, proof: proofOf(name) };
    }),
    unread,
  };
}

interface Reading {
  readonly whole: readonly StoredSegment[];
  readonly sums: Awaited<ReturnType<typeof readSums>>;
  /** By name; found ones are added. */
  readonly faults: Map<string, string>;
}

async function readAll(input: JudgeInput, { whole, sums, faults }: Reading): Promise<string | null> {
  const { archive, runtime } = input;
  const total = whole.length;
  return await withTask(runtime, { id: 'segments', title: `Read ${total} segments` }, async () => {
    const onRead = (done: number): void => runtime.emit({ kind: 'progress', task: 'segments', done, total });
    const names = whole.map(({ name }) => name);
    for (const name of await changedFiles(archive, names, sums, onRead))
      faults.set(name, 'its checksum is not that of the file that the server wrote');
    return await readRecords(
      input,
      whole.filter(({ name }) => !sums.has(name)),
      faults,
    );
  });
}

async function readRecords(
  { archive, segments, major, runtime }: JudgeInput,
  unsummed: readonly StoredSegment[],
  faults: Map<string, string>,
): Promise<string | null> {
  if (unsummed.length === 0) return null;
  if (major === null) return 'no base backup tells which version of PostgreSQL wrote them';
  const there = new Set(
    segments.map(({ name, timeline, number }) => (faults.has(name) ? '' : `${timeline} ${number}`)),
  );
  for (const { name, timeline, number } of unsummed) {
    // The record that ends at its beginning stands with its CRC in the segment before.
    const first = there.has(`${timeline} ${number - 1n}`) ? number - 1n : number;
    const path = [{ timeline, until: null }];
    try {
      const { broken } = await scan({ archive, path, first, last: number, major, runtime }, () => true);
      if (broken !== null) faults.set(name, `its records are damaged: ${broken}`);
    } catch (thrown) {
      if (!(thrown instanceof ToolError) || thrown.code !== 'PROGRAM_MISSING') throw thrown;
      return `${thrown.message}. ${thrown.more.hint ?? ''}`;
    }
  }
  return null;
}
