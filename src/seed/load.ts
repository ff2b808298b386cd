/**
 * Loads planned seed sets, all of them in one transaction. Rows go by COPY into a temporary table with the columns'
 * own types (so a wrong value is caught there, with its line) and from there by one INSERT … ON CONFLICT into the
 * table: triggers fire, constraints hold, and a row that is already as it should be is not touched, so that loading
 * again changes nothing, `updated_at` included.
 */
import { ToolError } from '../base/errors.ts';
import { ident, qname, type Sql } from '../base/ident.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Column, Snapshot } from '../catalog/model.ts';
import { copyLine, copyRows } from '../pg/copy.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { cancelRunning } from '../pg/session.ts';
import { withTransaction } from '../pg/transaction.ts';
import { encode, encodingOf } from './encode.ts';
import { copyFault, insertFault } from './load-fault.ts';
import { advanceSequences, type Given } from './sequences.ts';
import type { Batch, FileLoad } from './tables.ts';

export interface Counts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface LoadedFile extends Counts {
  readonly set: string;
  readonly file: string;
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

const NONE: Counts = { inserted: 0, updated: 0, unchanged: 0 };
const STAGE = 'strata_seed' as const;
const NUMBER = 'strata_seed_row' as const;
/** "strata_s" in ASCII: two loads at once would only wait for each other's rows, or deadlock. */
const LOCK_KEY = '8319400174550081395';

interface Around {
  readonly snapshot: Snapshot;
  readonly runtime: Runtime;
}

/**
 * All or nothing. Throws SEED_FAILED with file and row of the first row that the server refuses, and RUN_INTERRUPTED when
 * the runtime's signal is aborted: the statement under way is cancelled, and nothing is loaded.
 */
export async function loadSeeds(
  session: Session,
  loads: readonly FileLoad[],
  around: Around,
): Promise<readonly LoadedFile[]> {
  const { signal } = around.runtime;
  const cancel = (): void => void cancelRunning(session.target, session.pid).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await withTransaction(session, () => loadAll(session, loads, around), { retries: 2 });
  } catch (thrown) {
    throw signal.aborted ? interrupted(thrown) : thrown;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function interrupted(cause: unknown): ToolError {
  return new ToolError('RUN_INTERRUPTED', 'seeding was interrupted; nothing was loaded', { cause });
}

async function loadAll(session: Session, loads: readonly FileLoad[], around: Around): Promise<readonly LoadedFile[]> {
  const total = loads.reduce((sum, { file }) => sum + file.rows.length, 0);
  await session.query(`SELECT pg_catalog.pg_advisory_xact_lock(${LOCK_KEY})`);
  await session.query('SET CONSTRAINTS ALL DEFERRED');
  const loaded: LoadedFile[] = [];
  let done = 0;
  for (const load of loads) {
    // Between two statements there is nothing that the server could cancel.
    if (around.runtime.signal.aborted) throw interrupted(undefined);
    loaded.push(await loadFile(session, load, around.snapshot));
    done += load.file.rows.length;
    around.runtime.emit({ kind: 'progress', task: 'seed', done, total, unit: 'rows', text: load.file.file });
  }
  await checkDeferred(session, loads);
  await advanceSequences(session, loads.flatMap(givenOf), around.snapshot);
  return loaded;
}

function givenOf({ table, batches }: FileLoad): readonly Given[] {
  return batches.map(({ columns }) => ({ table, columns: columns.map(({ name }) => name) }));
}

/** Deferred constraints are checked here rather than at COMMIT, where no table could be named any more. */
async function checkDeferred(session: Session, loads: readonly FileLoad[]): Promise<void> {
  try {
    await session.query('SET CONSTRAINTS ALL IMMEDIATE');
  } catch (thrown) {
    throw insertFault(thrown, loads.at(-1), null);
  }
}

async function loadFile(session: Session, load: FileLoad, snapshot: Snapshot): Promise<LoadedFile> {
  let counts = NONE;
  for (const batch of load.batches) {
    const more = await loadBatch(session, load, batch, snapshot);
    counts = {
      inserted: counts.inserted + more.inserted,
      updated: counts.updated + more.updated,
      unchanged: counts.unchanged + more.unchanged,
    };
  }
  const { file, table } = load;
  return { set: file.set, file: file.file, schema: table.schema, table: table.name, rows: file.rows.length, ...counts };
}

async function loadBatch(session: Session, load: FileLoad, batch: Batch, snapshot: Snapshot): Promise<Counts> {
  const target = qname(load.table.schema, load.table.name);
  const columns = batch.columns.map(({ name }) => ident(name)).join(', ');
  const list = columns === '' ? '' : `, ${columns}`;
  await session.batch(
    `CREATE TEMPORARY TABLE ${STAGE} ON COMMIT DROP AS SELECT 0 AS ${NUMBER}${list} FROM ${target} WITH NO DATA`,
  );
  try {
    await copyRows(session, ident(STAGE), [NUMBER, ...batch.columns.map(({ name }) => name)], lines(batch, snapshot));
  } catch (thrown) {
    throw copyFault(thrown, load, batch);
  }
  const counts = await insertStaged(session, load, batch, target);
  await session.query(`DROP TABLE ${STAGE}`);
  return counts;
}

function* lines(batch: Batch, snapshot: Snapshot): Generator<string> {
  const encodings = batch.columns.map((column) => ({ column, encoding: encodingOf(column, snapshot.types) }));
  for (const [at, row] of batch.rows.entries()) {
    yield copyLine([String(at), ...encodings.map(({ column, encoding }) => encode(row[column.name], encoding))]);
  }
}

async function insertStaged(session: Session, load: FileLoad, batch: Batch, target: Sql): Promise<Counts> {
  const existing = await countExisting(session, batch, target);
  await session.query(`SAVEPOINT ${STAGE}`);
  let affected: number;
  try {
    affected = await insertUpTo(session, load, batch, target, batch.rows.length);
  } catch (thrown) {
    if (thrown instanceof ServerError && thrown.sqlstate === SQLSTATE.queryCanceled) throw thrown;
    const culprit = await firstRefused(session, load, batch, target);
    throw insertFault(thrown, load, culprit === null ? null : (batch.numbers[culprit] ?? null));
  }
  await session.query(`RELEASE SAVEPOINT ${STAGE}`);
  const inserted = load.mode === 'upsert' ? Math.min(batch.rows.length - existing, affected) : affected;
  const updated = affected - inserted;
  return { inserted, updated, unchanged: batch.rows.length - inserted - updated };
}

/** Rows whose key is there already. */
async function countExisting(session: Session, { key }: Batch, target: Sql): Promise<number> {
  if (key === null) return 0;
  const equals = key.nullsEqual ? 'IS NOT DISTINCT FROM' : '=';
  const match = key.columns.map((name) => `t.${ident(name)} ${equals} s.${ident(name)}`).join(' AND ');
  const [row] = await session.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${STAGE} s WHERE EXISTS (SELECT FROM ${target} t WHERE ${match})`,
  );
  return row?.count ?? 0;
}

/** Inserts the first `count` staged rows; the number of rows that were inserted or updated. */
async function insertUpTo(session: Session, load: FileLoad, batch: Batch, target: Sql, count: number): Promise<number> {
  const names = batch.columns.map(({ name }) => ident(name));
  const rows = `FROM ${STAGE} WHERE ${NUMBER} < ${count} ORDER BY ${NUMBER}`;
  const identity = batch.columns.some((column) => column.identity !== null) ? ' OVERRIDING SYSTEM VALUE' : '';
  // A row without a single column takes every default; SELECT without a list cannot say that for many rows.
  const columns = names.length === 0 ? '' : ` (${names.join(', ')})`;
  const [result] = await session.batch(
    `INSERT INTO ${target} AS t${columns}${identity} SELECT ${names.join(', ')} ${rows} ${conflict(load, batch)}`,
  );
  return result?.rowCount ?? 0;
}

function conflict({ mode }: FileLoad, { key, columns }: Batch): string {
  if (key === null) return '';
  const arbiter = `ON CONFLICT (${key.columns.map(ident).join(', ')})`;
  const others = columns.filter((column) => !key.columns.includes(column.name) && column.identity !== 'always');
  if (mode === 'keep' || others.length === 0) return `${arbiter} DO NOTHING`;
  const set = others.map(({ name }) => `${ident(name)} = EXCLUDED.${ident(name)}`).join(', ');
  // Compared as text: the only equality that every type has, and the only one that sees 'a' become 'A' in a citext.
  const differs = others.map((column) => isDifferent(column)).join(' OR ');
  return `${arbiter} DO UPDATE SET ${set} WHERE ${differs}`;
}

function isDifferent({ name }: Column): string {
  return `t.${ident(name)}::pg_catalog.text IS DISTINCT FROM EXCLUDED.${ident(name)}::pg_catalog.text`;
}

/**
 * Which row is to blame, as a 0-based number in the batch: the server names it only sometimes. Halving finds it with few
 * inserts: the first n rows pass, the first n + 1 do not. Null when it cannot be said.
 */
async function firstRefused(session: Session, load: FileLoad, batch: Batch, target: Sql): Promise<number | null> {
  let passes = 0;
  let fails = batch.rows.length;
  while (fails - passes > 1) {
    const middle = Math.floor((passes + fails) / 2);
    if (await isRefused(session, load, batch, target, middle)) fails = middle;
    else passes = middle;
  }
  return fails > 0 ? passes : null;
}

async function isRefused(session: Session, load: FileLoad, batch: Batch, target: Sql, count: number): Promise<boolean> {
  await session.query(`ROLLBACK TO SAVEPOINT ${STAGE}`);
  try {
    await insertUpTo(session, load, batch, target, count);
    return false;
  } catch {
    return true;
  }
}
