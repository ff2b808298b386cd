/** The table of files, as the configuration names it, page by page in the order of keys. */
import { ToolError } from '../base/errors.ts';
import { ident, literal, qname } from '../base/ident.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import type { FileRow, FileRows } from './model.ts';

export interface FilesTable {
  readonly schema: string;
  readonly table: string;
  /** Empty: there is no such column. */
  readonly columns: {
    readonly bucket: string;
    readonly key: string;
    readonly size: string;
    readonly gone: string;
    readonly created: string;
  };
}

/** Rows of one page: a few MB. */
const PAGE = 10_000;

/** Sent first: rows that a policy hides would make their objects orphans. The server refuses instead. */
export const SEE_ALL = 'SET row_security = off';

/**
 * Lends the rows of a bucket. By a cursor that outlives its transaction: sorted once, whatever the collation of the index, and
 * no snapshot is held while the bucket is listed.
 */
export async function withRows<T>(
  session: Session,
  files: FilesTable,
  bucket: string,
  work: (rows: FileRows) => Promise<T>,
): Promise<T> {
  const { key, size, gone, created } = files.columns;
  const columns = [
    `${ident(key)} AS key`,
    size === '' ? 'NULL AS size' : `${ident(size)}::text AS size`,
    gone === '' ? 'false AS gone' : `${ident(gone)} IS NOT NULL AS gone`,
    created === '' ? 'NULL AS created' : `extract(epoch FROM ${ident(created)})::float8 AS created`,
  ];
  const query = `SELECT ${columns.join(', ')} FROM ${qname(files.schema, files.table)}
    WHERE ${ident(files.columns.bucket)} = ${literal(bucket)} ORDER BY ${ident(key)} COLLATE "C"`;
  await read(session, files, `DECLARE strata_files NO SCROLL CURSOR WITH HOLD FOR ${query}`);
  try {
    return await work(async () => (await read<Row>(session, files, `FETCH ${PAGE} FROM strata_files`)).map(rowOf));
  } finally {
    await session.query('CLOSE strata_files').catch(() => undefined);
  }
}

/** Names of the buckets that rows name. */
export async function bucketsIn(session: Session, files: FilesTable): Promise<readonly string[]> {
  const column = ident(files.columns.bucket);
  const sql = `SELECT DISTINCT ${column} AS name FROM ${qname(files.schema, files.table)} ORDER BY 1`;
  return (await read<{ readonly name: string }>(session, files, sql)).map(({ name }) => name);
}

interface Row {
  readonly key: string;
  readonly size: string | null;
  readonly gone: boolean;
  /** Seconds since the epoch. */
  readonly created: number | null;
}

function rowOf({ key, size, gone, created }: Row): FileRow {
  return {
    ...{ key, gone },
    ...(size === null ? {} : { size: Number(size) }),
    ...(created === null ? {} : { createdAt: new Date(created * 1000) }),
  };
}

async function read<R extends object>(
  session: Session,
  { schema, table }: FilesTable,
  sql: string,
): Promise<readonly R[]> {
  try {
    return await session.query<R>(sql);
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    const hidden = thrown.sqlstate === '42501';
    throw new ToolError('FILES_TABLE', `the table of files, ${schema}.${table}, cannot be read: ${thrown.message}`, {
      hint: hidden
        ? 'Use a role that sees every row, BYPASSRLS and pg_read_all_data: a row that is hidden would make its object an orphan.'
        : 'Name the table and its columns in the configuration: files.table, files.columns.',
      cause: thrown,
    });
  }
}
