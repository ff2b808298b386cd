/**
 * Seed files against the catalog: does the table exist, do its columns, by which key is a row known again? All faults at
 * once, before the first row is sent.
 */
import { closest } from '../base/closest.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Column, Snapshot, Table } from '../catalog/model.ts';
import type { SeedFile, SeedSet } from './dataset.ts';
import { loadOrder, nameKey, shortName } from './order.ts';
import type { Values } from './parse.ts';
import type { SeedMode } from './set-options.ts';

/** What tells rows apart. */
export interface RowKey {
  readonly columns: readonly string[];
  /** NULLs are equal to each other. */
  readonly nullsEqual: boolean;
}

/** Rows of one file that give the same columns: one COPY, one INSERT. */
export interface Batch {
  readonly columns: readonly Column[];
  readonly rows: readonly Values[];
  /** 0-based numbers of the rows in their file. */
  readonly numbers: readonly number[];
  /** Null: plain inserts. */
  readonly key: RowKey | null;
}

export interface FileLoad {
  readonly file: SeedFile;
  readonly table: Table;
  readonly mode: SeedMode;
  readonly batches: readonly Batch[];
}

/** The files of a set in the order to load, split into batches; or what is wrong. */
export function planSet(
  set: SeedSet,
  snapshot: Snapshot,
  schema: string,
): { readonly loads: readonly FileLoad[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [...strangers(set, schema)];
  const tables = new Map(snapshot.tables.map((table) => [nameKey(table), table]));
  const loads = set.files.flatMap((file): FileLoad[] => {
    const table = tables.get(nameKey(file.table));
    if (table === undefined) {
      findings.push(unknownTable(file, snapshot, schema));
      return [];
    }
    const batches = batchesOf(file, table, { set, schema }, findings);
    return [{ file, table, mode: set.mode, batches }];
  });
  return { loads: loadOrder(inGivenOrder(loads, set.order, schema)), findings };
}

/** Tables that set.json names and the set has no rows of: a slip of the pen that would silently change nothing. */
function strangers(set: SeedSet, schema: string): Finding[] {
  const names = [...new Set(set.files.map(({ table }) => shortName(table, schema)))];
  const [first] = set.files;
  const folder = first?.file.slice(0, first.file.lastIndexOf('/'));
  return [...Object.keys(set.keys), ...set.order].flatMap((name) => {
    if (names.includes(name) || folder === undefined) return [];
    const near = closest(name, names);
    return finding({
      code: 'seed/set-options',
      level: 'error',
      subject: `${folder}/set.json`,
      message: `the set has no file for table "${name}"`,
      hint: near ? `Did you mean "${near}"?` : `Tables of the set: ${names.join(', ')}.`,
      place: { file: `${folder}/set.json`, line: 1, column: 1 },
    });
  });
}

/** Tables that `order` names come first, as it says; the rest in file order. */
function inGivenOrder(loads: readonly FileLoad[], order: readonly string[], schema: string): readonly FileLoad[] {
  const rank = ({ table }: FileLoad): number => {
    const at = order.indexOf(shortName(table, schema));
    return at < 0 ? order.length : at;
  };
  return [...loads].sort((a, b) => rank(a) - rank(b));
}

interface Around {
  readonly set: SeedSet;
  readonly schema: string;
}

function batchesOf(file: SeedFile, table: Table, around: Around, findings: Finding[]): readonly Batch[] {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const groups = new Map<string, number[]>();
  for (const [at, row] of file.rows.entries()) {
    const id = JSON.stringify(Object.keys(row).sort());
    const group = groups.get(id);
    if (group) group.push(at);
    else groups.set(id, [at]);
  }
  return [...groups.values()].flatMap((numbers): Batch[] => {
    const [first = 0] = numbers;
    const names = Object.keys(file.rows[first] ?? {});
    const wrong = names.flatMap((name) => columnFault(file, first, name, table, columns.get(name)));
    findings.push(...wrong);
    const used = names.flatMap((name) => columns.get(name) ?? []);
    const rows = numbers.map((at) => file.rows[at] ?? {});
    const key = wrong.length > 0 ? null : keyOf(file, first, names, table, around, findings);
    if (key) findings.push(...repeated(file, rows, numbers, key));
    return [{ columns: used, rows, numbers, key }];
  });
}

function columnFault(file: SeedFile, row: number, name: string, table: Table, column: Column | undefined): Finding[] {
  if (column?.generated) {
    return [at(file, row, name, 'generated-column', `column "${name}" is generated: it cannot be given`)];
  }
  if (column) return [];
  const near = closest(
    name,
    table.columns.map((c) => c.name),
  );
  const hint = near ? `Did you mean "${near}"?` : `Columns: ${table.columns.map((c) => c.name).join(', ')}.`;
  return [at(file, row, name, 'unknown-column', `table "${table.name}" has no column "${name}"`, hint)];
}

function unknownTable(file: SeedFile, snapshot: Snapshot, schema: string): Finding {
  const name = shortName(file.table, schema);
  const near = closest(
    name,
    snapshot.tables.map((table) => shortName(table, schema)),
  );
  const hint = near ? `Did you mean "${near}"?` : 'Is the database migrated? See: strata status';
  return at(file, null, null, 'unknown-table', `table "${name}" does not exist`, hint);
}

/** The key by which rows are known again, per the rules of docs/formats.md. */
function keyOf(
  file: SeedFile,
  row: number,
  names: readonly string[],
  table: Table,
  { set, schema }: Around,
  findings: Finding[],
): RowKey | null {
  if (set.mode === 'insert') return null;
  const keys = uniqueKeys(table);
  const wanted = set.keys[shortName(table, schema)];
  const fits = (key: RowKey): boolean =>
    wanted ? wanted.length === key.columns.length && wanted.every((c) => key.columns.includes(c)) : true;
  const found = keys.find((key) => fits(key) && key.columns.every((column) => names.includes(column)));
  if (found) return found;
  const message = wanted
    ? `no unique key of table "${table.name}" covers exactly (${wanted.join(', ')}) and is given in full`
    : `the row gives no unique key of table "${table.name}" in full`;
  const offer = keys.map((key) => `(${key.columns.join(', ')})`).join(' or ');
  const hint = offer
    ? `Give ${offer}, or set "mode": "insert" in set.json.`
    : 'The table has no unique key: set "mode": "insert" in set.json.';
  findings.push(at(file, row, null, 'no-key', message, hint));
  return null;
}

/** Primary key first, then unique constraints and indexes by name. Deferrable and partial ones cannot decide a conflict. */
function uniqueKeys(table: Table): readonly RowKey[] {
  const constraints = table.constraints
    .flatMap((c) => ((c.kind === 'primary key' || c.kind === 'unique') && !c.deferrable ? [c] : []))
    .sort((a, b) => Number(a.kind === 'unique') - Number(b.kind === 'unique'))
    .map((c) => ({ columns: c.columns, nullsEqual: c.nullsNotDistinct }));
  const indexes = table.indexes.flatMap((index): RowKey[] => {
    if (!index.unique || !index.valid || index.predicate !== null || index.constraint !== null) return [];
    const columns = index.columns.filter((column) => column !== null);
    const nullsEqual = /\bNULLS NOT DISTINCT\b/.test(index.definition);
    return columns.length === index.columns.length ? [{ columns, nullsEqual }] : [];
  });
  return [...constraints, ...indexes];
}

/** The same key twice in one file: the second row would silently win, or the server refuse the whole statement. */
function repeated(file: SeedFile, rows: readonly Values[], numbers: readonly number[], key: RowKey): Finding[] {
  const seen = new Map<string, number>();
  return rows.flatMap((row, index) => {
    const values = key.columns.map((column) => row[column]);
    if (!key.nullsEqual && values.some((value) => value === null)) return [];
    const id = JSON.stringify(values.map((value) => (value === null ? null : String(value))));
    const number = numbers[index] ?? 0;
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, number);
      return [];
    }
    const message = `the same ${key.columns.join(', ')} as row ${first + 1}: ${values.map(String).join(', ')}`;
    return [at(file, number, key.columns[0] ?? null, 'duplicate-key', message)];
  });
}

/** A finding about a file, a row of it, or a column of the row. */
export function at(
  file: SeedFile,
  row: number | null,
  column: string | null,
  name: string,
  message: string,
  hint?: string,
): Finding {
  const pointer = column === null ? '' : `/${column.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return finding({
    code: `seed/${name}`,
    level: 'error',
    subject: row === null ? file.file : `${file.file}, row ${row + 1}${pointer && ` ${pointer}`}`,
    message,
    place: row === null ? { file: file.file, line: 1, column: 1 } : file.locate(row, pointer),
    ...(hint ? { hint } : {}),
  });
}
