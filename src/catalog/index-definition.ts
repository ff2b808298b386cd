/**
 * The definition of a plain btree index, as pg_get_indexdef() writes it: out of its columns, which are here already. The
 * server looks half a dozen catalogs up for each index, and was busy with that for a third of the time of a whole Snapshot.
 * Which indexes are plain is decided by the query (sql/indexes.sql); all others come with the server's own text.
 */
import { ident } from '../base/ident.ts';
import type { QName } from './object-model.ts';
import type { IndexRow } from './table-rows.ts';

const [DESC, NULLS_FIRST] = [1, 2];

/** `keywords`: those that PostgreSQL quotes. `columns`: its key columns in order. */
export function plainDefinition(
  { name, unique, options, predicate }: IndexRow,
  table: QName,
  columns: readonly (string | null)[],
  keywords: ReadonlySet<string>,
): string {
  const quoted = (word: string): string => (isBare(word, keywords) ? word : ident(word));
  const orders = options.split(' ').map(Number);
  const keys = columns.map((column, at) => quoted(column ?? '') + orderText(orders[at] ?? 0)).join(', ');
  const where = predicate === null ? '' : ` WHERE ${predicate}`;
  const on = `${quoted(table.schema)}.${quoted(table.name)}`;
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} ON ${on} USING btree (${keys})${where}`;
}

/** NULLs are last by default, and first in a descending order. */
function orderText(option: number): string {
  const first = (option & NULLS_FIRST) !== 0;
  if ((option & DESC) === 0) return first ? ' NULLS FIRST' : '';
  return first ? ' DESC' : ' DESC NULLS LAST';
}

/** Only what needs quotes gets them, as from quote_identifier() in ruleutils.c and unlike in our own statements. */
function isBare(name: string, keywords: ReadonlySet<string>): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !keywords.has(name);
}
