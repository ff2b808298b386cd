/**
 * Erasures, and the list of them that is kept beside the backups, so that a restored backup brings nobody back. How one
 * subject is erased is a script of the project, which reads the key with `current_setting('strata.subject')`; here it
 * runs, is remembered, and is repeated.
 *
 * The line is on the disk before the erasure commits: whatever is killed, what was erased is listed. What is listed and
 * was not erased is erased by the next restore, or when the command is repeated. A script that fails leaves no line, as
 * it would fail in every restore, too.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { syncFolder } from '../disk/durable.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { withTransaction } from '../pg/transaction.ts';
import { refuseTransactions, type Script, scriptFault } from './script.ts';

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
}

/** An erasure that can be run. */
export interface Erasure extends Script {
  readonly script: string;
  readonly subject: string;
}

export interface ErasureList {
  readonly listed: readonly Listed[];
  /** A warning about a torn last line. */
  readonly findings: readonly Finding[];
}

/** Two erasures at once would write into one another's lines; first eight bytes of SHA-256 of `strata erasure`. */
const ADVISORY_KEY = '2943127073373209063';

/** The list in a folder of backups; empty without a file. Throws ERASURE_LIST. */
export async function readErasures(dir: string): Promise<ErasureList> {
  const path = join(dir, ERASURES_FILE);
  const lines = (await readList(path)).split('\n');
  const last = lines.pop() ?? '';
  const listed = lines.map((line, at) => parseLine(line) ?? fail(path, `line ${at + 1} is not that of an erasure`));
  if (last === '') return { listed, findings: [] };
  const whole = parseLine(last);
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

function parseLine(line: string): Listed | null {
  try {
    const { at, script, sha256: hash, subject } = JSON.parse(line) as Record<string, unknown>;
    if (![at, script, hash, subject].every((value) => typeof value === 'string' && value !== '')) return null;
    return { at, script, sha256: hash, subject } as Listed;
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

/** Runs it and puts it on the list of `dir`. Throws ERASURE_FAILED or ERASURE_LIST; then nothing is erased. */
export async function eraseSubject(session: Session, erasure: Erasure, dir: string, at: Date): Promise<void> {
  await withTransaction(session, async () => {
    await runErasure(session, erasure);
    await session.query(`SELECT pg_advisory_xact_lock(${ADVISORY_KEY})`);
    const { script, sql, subject } = erasure;
    await append(dir, { at: at.toISOString(), script, sha256: sha256(sql), subject });
  });
}

/** Runs all of them, in order; what one leaves in its transaction (`SET LOCAL ROLE`) does not reach the next. Throws ERASURE_FAILED. */
export async function repeatErasures(session: Session, erasures: readonly Erasure[]): Promise<void> {
  for (const erasure of erasures) await withTransaction(session, () => runErasure(session, erasure));
}

async function runErasure(session: Session, { file, sql, subject }: Erasure): Promise<void> {
  refuseTransactions('ERASURE_FAILED', { file, sql });
  try {
    await session.query(`SELECT set_config('strata.subject', $1, true)`, [subject]);
    await session.batch(sql);
    // What waits for the commit is found out now, while there is no line yet.
    await session.batch('SET CONSTRAINTS ALL IMMEDIATE');
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    const hint = 'Mend the script. It must suit the schema of every backup that is kept, not only that of today.';
    throw scriptFault('ERASURE_FAILED', thrown, { file, sql }, hint);
  }
}

/** A torn last line is cut off: its erasure did not commit. */
async function append(dir: string, line: Listed): Promise<void> {
  const { findings } = await readErasures(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, ERASURES_FILE);
  const before = await readList(path);
  const file = await open(path, 'a', 0o600);
  try {
    if (findings.length > 0) await file.truncate(Buffer.byteLength(before.slice(0, before.lastIndexOf('\n') + 1)));
    const unended = findings.length === 0 && before !== '' && !before.endsWith('\n');
    await file.appendFile(`${unended ? '\n' : ''}${JSON.stringify(line)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dir);
}
