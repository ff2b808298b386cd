/**
 * What is in the tables: rows counted and hashed, the same way when a backup is taken and after it was restored.
 *
 * The checksum of a table is the sum over its rows of a hash of the row: independent of the order of rows, and
 * duplicates count. See rowHash().
 */
import { ident, literal, qname } from '../base/ident.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { cancelledBy } from './cancel.ts';
import type { Contents, SequenceContents, TableContents } from './manifest.ts';
import largeObjectsSql from './sql/large-objects.sql';
import largeObjectsCountSql from './sql/large-objects-count.sql';
import sequencesSql from './sql/sequences.sql';
import tablesSql from './sql/tables.sql';

/**
 * How rows are hashed: `bytes` of the columns one by one; `columns`, as until 0.1, the same with hash functions that fold numbers of
 * 64 bits; `text` the row's text (as of manifests that do not say); `none` only counts.
 */
export type Hashing = NonNullable<Contents['hashed']> | 'text' | 'none';

export interface ContentsOptions {
  readonly hashing: Hashing;
  readonly signal: AbortSignal;
  /** Sessions that read at once, all in the snapshot of the first. Default 1. */
  readonly jobs?: number;
}

interface Listed {
  readonly schema: string;
  readonly name: string;
  readonly bytes: number;
  readonly columns: readonly Column[];
}

interface Column {
  readonly name: string;
  /** Null: the type is none of pg_catalog's. */
  readonly type: string | null;
}

/** One round trip takes tables until one of these is reached: small tables share one, large ones can be interrupted between. */
const BATCH = { tables: 50, bytes: 16 * 1024 * 1024 };

/**
 * Settings under which a row's text is the same on every server. Timeouts of the role or database are lifted: a large
 * table takes as long as it takes. Row security is off so that a filtered table is an error, as in pg_dump.
 */
export const STABLE_TEXT = `
  SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off; SET LOCAL TimeZone = 'UTC';
  SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1;
  SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C'; SET LOCAL xmlbinary = 'base64';
  SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off;
  SELECT set_config(name, '0', true) FROM pg_settings
   WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/** Must run inside a repeatable-read transaction that has sent STABLE_TEXT. */
export async function readContents(session: Session, options: ContentsOptions): Promise<Contents> {
  const sequences = await session.query<SequenceContents>(sequencesSql);
  const large_objects = await readLargeObjects(session, options);
  const listed = await session.query<Listed>(tablesSql);
  const found = new Map<Listed, TableContents>();
  const queue = batches(listed);
  await onSeveral(session, options, async (one) => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      options.signal.throwIfAborted();
      const batch = next.value;
      const results = await one.batch(batch.map((table) => tableSql(table, options)).join(';\n'));
      batch.forEach((table, i) => {
        const { schema, name } = table;
        const row = results[i]?.rows[0] as { rows: string; checksum: string | null };
        found.set(table, { schema, name, rows: Number(row.rows), checksum: row.checksum });
      });
    }
  });
  const tables = listed.map((table) => found.get(table) as TableContents);
  const { hashing } = options;
  const hashed = hashing === 'bytes' || hashing === 'columns' ? { hashed: hashing } : {};
  return { ...hashed, tables, sequences, large_objects };
}

/** Runs `work` on the session and on as many more as there are jobs for, until all of them have ended. */
async function onSeveral(
  session: Session,
  { jobs = 1, signal }: ContentsOptions,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  if (jobs === 1) return work(session);
  const [row] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
  const setup = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(row?.id ?? '')}; ${STABLE_TEXT}`;
  const others = Array.from({ length: jobs - 1 }, () =>
    withSession(session.target, async (other) => {
      await other.batch(setup);
      await cancelledBy(signal, other, () => work(other));
    }),
  );
  const ended = await Promise.allSettled([work(session), ...others]);
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function readLargeObjects(session: Session, options: ContentsOptions): Promise<Contents['large_objects']> {
  const [may] = await session.query<{ yes: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT') AS yes`,
  );
  const [row] = await session.query<Contents['large_objects']>(
    options.hashing !== 'none' && may?.yes ? largeObjectsSql : largeObjectsCountSql,
  );
  return row ?? { count: 0, checksum: null };
}

function* batches(tables: readonly Listed[]): Generator<readonly Listed[]> {
  let batch: Listed[] = [];
  let bytes = 0;
  for (const table of tables) {
    batch.push(table);
    bytes += table.bytes;
    if (batch.length >= BATCH.tables || bytes >= BATCH.bytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

function tableSql({ schema, name, columns }: Listed, { hashing }: ContentsOptions): string {
  const hash = hashing === 'bytes' || hashing === 'columns' ? rowHash(columns, hashing) : textHash(columns);
  const checksum = hashing === 'none' ? 'NULL::text' : `coalesce(sum(${hash}), 0)::text`;
  return `SELECT count(*)::text AS rows, ${checksum} AS checksum FROM ONLY ${qname(schema, name)} AS t`;
}

/**
 * Types whose extended hash function tells every two values apart and gives the same on every version: rows of tables that
 * are partitioned by hash lie where these functions say. Not an enum's (it hashes an oid), an interval's (a day is 24 hours), a
 * float's (0 is -0), json's (there is none).
 */
const HASHED = new Set(['bool', 'char', 'int2', 'int4', 'oid', 'uuid', 'bytea', 'date']);
/**
 * Types whose values are hashed by their bytes: the hash functions of 64-bit numbers fold both halves into one (that of 4294967296
 * is that of 1), and 1.0 and 1.00 have one hash, but not the same bytes.
 */
const SENT = new Map([
  ['int8', 'int8send'],
  ['time', 'time_send'],
  ['timestamp', 'timestamp_send'],
  ['timestamptz', 'timestamptz_send'],
  ['numeric', 'numeric_send'],
]);
const WORDS = new Set(['text', 'varchar']);

/**
 * The hash of a row, a 64-bit number. A gigabyte takes 2.2 s of the server's CPU, against 5 s by way of the row's text, and 4 s for
 * the COPY that pg_dump asks for. hash_record_extended() alone will not do: it is a sum over the columns, and the sum of sums
 * over all rows stays the same when two rows exchange a value. Hence the hash of it once more. The rest goes by its text.
 */
function rowHash(columns: readonly Column[], hashing: 'bytes' | 'columns'): string {
  const parts = columns.flatMap((column) => columnHashed(column, hashing) ?? []);
  if (parts.length === 0) return textHash(columns);
  const rest = columns.filter((column) => columnHashed(column, hashing) === null);
  const all = rest.length === 0 ? parts : [...parts, rowText(rest)];
  return `hashtextextended(hash_record_extended(ROW(${all.join(', ')}), 0)::text COLLATE "C", 0)`;
}

function columnHashed({ name, type }: Column, hashing: 'bytes' | 'columns'): string | null {
  const column = `t.${ident(name)}`;
  if (type === null) return null;
  if (WORDS.has(type)) return `${column} COLLATE "C"`;
  const send = SENT.get(type);
  if (send === undefined) return HASHED.has(type) ? column : null;
  return hashing === 'bytes' || type === 'numeric' ? `${send}(${column})` : column;
}

function textHash(columns: readonly Column[]): string {
  return `hashtextextended(${rowText(columns)}, 0)`;
}

function rowText(columns: readonly Column[]): string {
  return `ROW(${columns.map(({ name }) => `t.${ident(name)}`).join(', ')})::text COLLATE "C"`;
}
