/**
 * The list of erasures that is kept beside the backups, `erasures.jsonl`. It is only ever added to: a line that is lost is a person who comes back
 * with the next restore.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { syncFolder } from '../disk/durable.ts';

export const ERASURES_FILE = 'erasures.jsonl';

/** One line of the list. */
export interface Listed {
  /** ISO time. */
  readonly at: string;
  /** Name of the script: `user` for `sql/erasure/user.sql`. */
  readonly script: string;
  /** Of the script as it was then; a restore runs it as it is now. */
  readonly sha256: string;
  /** The subject's key. */
  readonly subject: string;
  /** Where it was: only backups of a database of this name repeat it. Absent, as in older lines: all do. */
  readonly database?: string;
}

export interface ErasureList {
  readonly listed: readonly Listed[];
  /** A warning about a torn last line. */
  readonly findings: readonly Finding[];
}

/** The list in a folder of backups; empty without a file. Throws ERASURE_LIST. */
export async function readErasures(dir: string): Promise<ErasureList> {
  const path = join(dir, ERASURES_FILE);
  const lines = (await readList(path)).split('\n');
  const last = lines.pop() ?? '';
  const listed = lines.map((line, at) => parseErasure(line) ?? fail(path, `line ${at + 1} is not that of an erasure`));
  if (last === '') return { listed, findings: [] };
  const whole = parseErasure(last);
  return whole === null
    ? { listed, findings: [torn(path, lines.length + 1)] }
    : { listed: [...listed, whole], findings: [] };
}

async function readList(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    return fail(path, `it cannot be read: ${(thrown as Error).message}`);
  }
}

function fail(path: string, detail: string): never {
  throw new ToolError('ERASURE_LIST', 'the list of erasures cannot be read whole', {
    detail: `${path}: ${detail}`,
    hint: 'Mend it from another copy: without it, a restore would bring back who was erased.',
  });
}

/** Null: it is none. */
export function parseErasure(line: string): Listed | null {
  try {
    const { at, script, sha256: hash, subject, database } = JSON.parse(line) as Record<string, unknown>;
    if (![at, script, hash, subject].every((value) => typeof value === 'string' && value !== '')) return null;
    if (!['string', 'undefined'].includes(typeof database) || database === '') return null;
    return { at, script, sha256: hash, subject, ...(database === undefined ? {} : { database }) } as Listed;
  } catch {
    return null;
  }
}

function torn(path: string, line: number): Finding {
  return finding({
    code: 'restore/erasures-torn',
    level: 'warning',
    subject: path,
    message: `line ${line}, the last one, is torn: an erasure was killed before it was done`,
    hint: 'Repeat that erasure with strata subject erase; the line goes then.',
  });
}

/** One line of the list, without its end. */
export function erasureText({ at, script, sha256, subject, database }: Listed): string {
  return JSON.stringify({ at, script, sha256, subject, database });
}

/** Puts those on the list that are not there. How many it were. */
export async function mergeErasures(dir: string, more: readonly Listed[]): Promise<number> {
  const known = new Set((await readErasures(dir)).listed.map(erasureText));
  const missing = more.filter((one) => !known.has(erasureText(one)));
  if (missing.length > 0) await appendErasures(dir, missing);
  return missing.length;
}

/** To the disk itself. A torn last line is cut off: its erasure did not commit. */
export async function appendErasures(dir: string, lines: readonly Listed[]): Promise<void> {
  const { findings } = await readErasures(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, ERASURES_FILE);
  const before = await readList(path);
  const file = await open(path, 'a', 0o600);
  try {
    if (findings.length > 0) await file.truncate(Buffer.byteLength(before.slice(0, before.lastIndexOf('\n') + 1)));
    const unended = findings.length === 0 && before !== '' && !before.endsWith('\n');
    await file.appendFile((unended ? '\n' : '') + lines.map((line) => `${erasureText(line)}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dir);
}
