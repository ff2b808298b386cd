/**
 * The SQL of a batch: rows with keys above the last one and up to the bound. Going by key and not by "what is left" reads
 * each row once, whatever the condition is, and remembers its place in one row.
 */
import { ident, literal } from '../base/ident.ts';
import type { BatchStatement, KeyColumn } from './batch-statement.ts';
import { type HistoryName, withNames } from './history.ts';
import batchesText from './sql/batches.sql';

/** Values of the key's columns, as text. */
export type Key = readonly string[];

/** Above `after` (null: from the beginning), up to and with `until` (null: to the end). */
export interface Range {
  readonly after: Key | null;
  readonly until: Key | null;
}

/** The author's statement on a range. */
export function rangeSql(statement: BatchStatement, columns: readonly KeyColumn[], range: Range): string {
  const { head, condition, reference } = statement;
  const conditions = [
    // The parenthesis takes the place of a blank, so that the server's positions stay those of the author's text.
    ...(condition === null ? [] : [`(${condition.replace(/^\s/, '')}\n)`]),
    ...bounds(columns, range, (name) => ` ${reference}.${ident(name)}`),
  ];
  return conditions.length === 0 ? head : `${head}WHERE${conditions.join(' AND')}`;
}

/** The key of the row that is `rows` rows further on: one row, or none when fewer are left. */
export function boundSql(
  { table, only }: BatchStatement,
  columns: readonly KeyColumn[],
  after: Key | null,
  rows: number,
): string {
  const names = columns.map(({ name }) => ident(name));
  const where = bounds(columns, { after, until: null }, ident).map((text) => ` WHERE ${text}`);
  const list = names.map((name) => `${name}::text`).join(', ');
  return `SELECT ARRAY[${list}] AS key FROM ${only ? 'ONLY ' : ''}${table}${where.join('')} ORDER BY ${names.join(', ')} LIMIT 1 OFFSET ${rows - 1}`;
}

function bounds(columns: readonly KeyColumn[], { after, until }: Range, named: (name: string) => string): string[] {
  const left = tuple(columns.map(({ name }) => named(name)));
  const right = (key: Key): string => tuple(columns.map(({ type }, at) => `${literal(key[at] ?? '')}::${type}`));
  return [
    ...(after === null ? [] : [`${left} > ${right(after)}`]),
    ...(until === null ? [] : [`${left} <= ${right(until)}`]),
  ];
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`;
}

/** Which statement of which migration: the key of its row in the table of batches. */
export interface BatchPlace {
  readonly history: HistoryName;
  readonly version: string;
  readonly direction: string;
  /** 1-based. */
  readonly statement: number;
  readonly checksum: string;
}

export function createBatchesSql(history: HistoryName): string {
  return withNames(batchesText, history);
}

/** Where an earlier run stopped: a row, unless that statement was another one or came to its end. */
export function resumeSql(place: BatchPlace): string {
  return withNames(
    `SELECT last_key AS "lastKey", seen::float8 AS seen FROM {batches} WHERE ${keyOf(place)} AND checksum = ${literal(place.checksum)} AND finished_at IS NULL`,
    place.history,
  );
}

/** Records a batch, in its transaction. `last`: null at the end; `seen`: rows gone through since the beginning. */
export function batchSql(
  place: BatchPlace,
  last: Key | null,
  seen: number,
  { anew }: { readonly anew: boolean },
): string {
  const { version, direction, statement, checksum, history } = place;
  const key = last === null ? 'NULL' : `ARRAY[${last.map(literal).join(', ')}]::text[]`;
  return withNames(
    `INSERT INTO {batches} AS b (version, direction, statement, checksum, last_key, seen, finished_at) VALUES (${[
      literal(version),
      literal(direction),
      String(statement),
      literal(checksum),
      key,
      String(seen),
      last === null ? 'clock_timestamp()' : 'NULL',
    ].join(
      ', ',
    )}) ON CONFLICT (version, direction, statement) DO UPDATE SET checksum = excluded.checksum, last_key = excluded.last_key, seen = excluded.seen, started_at = ${anew ? 'clock_timestamp()' : 'b.started_at'}, updated_at = clock_timestamp(), finished_at = excluded.finished_at`,
    history,
  );
}

function keyOf({ version, direction, statement }: BatchPlace): string {
  return `version = ${literal(version)} AND direction = ${literal(direction)} AND statement = ${statement}`;
}
