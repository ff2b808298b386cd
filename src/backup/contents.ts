/**
 * What is in the tables: rows counted and hashed, the same way when a backup is taken and after it was restored.
 *
 * The checksum of a table is the sum over its rows of hashtextextended(row's text): independent of the order of rows,
 * and duplicates count. Measured on 1.5 million rows (200 MB): 0.63 s, against 1.74 s with md5 and 4.6 s for pg_dump
 * itself. hash_record_extended takes 0.24 s, but refuses types without a hash function (json, xml, point).
 */
import { ident, qname } from '../base/ident.ts';
import type { Session } from '../pg/pool.ts';
import type { Contents, SequenceContents, TableContents } from './manifest.ts';
import largeObjectsSql from './sql/large-objects.sql';
import largeObjectsCountSql from './sql/large-objects-count.sql';
import sequencesSql from './sql/sequences.sql';
import tablesSql from './sql/tables.sql';

export interface ContentsOptions {
  /** False: rows are only counted. */
  readonly checksums: boolean;
  readonly signal: AbortSignal;
}

interface Listed {
  readonly schema: string;
  readonly name: string;
  readonly bytes: number;
  readonly columns: readonly string[];
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
  const tables: TableContents[] = [];
  for (const batch of batches(listed)) {
    options.signal.throwIfAborted();
    const sql = batch.map((table) => tableSql(table, options)).join(';\n');
    const results = await session.batch(sql);
    batch.forEach(({ schema, name }, i) => {
      const row = results[i]?.rows[0] as { rows: string; checksum: string | null };
      tables.push({ schema, name, rows: Number(row.rows), checksum: row.checksum });
    });
  }
  return { tables, sequences, large_objects };
}

async function readLargeObjects(session: Session, options: ContentsOptions): Promise<Contents['large_objects']> {
  const [may] = await session.query<{ yes: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT') AS yes`,
  );
  const [row] = await session.query<Contents['large_objects']>(
    options.checksums && may?.yes ? largeObjectsSql : largeObjectsCountSql,
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

function tableSql(table: Listed, options: ContentsOptions): string {
  const row = `ROW(${table.columns.map((column) => `t.${ident(column)}`).join(', ')})`;
  const checksum = options.checksums
    ? `coalesce(sum(hashtextextended(${row}::text COLLATE "C", 0)), 0)::text`
    : 'NULL::text';
  return `SELECT count(*)::text AS rows, ${checksum} AS checksum FROM ONLY ${qname(table.schema, table.name)} AS t`;
}
