/**
 * What the steps of a cycle did to rows: counted and summed per table and column, and compared. The sums are of hashes of
 * the values as text, so the order of rows does not matter and nothing but numbers leaves the server, whatever its size.
 */
import { ident, qname } from '../base/ident.ts';
import type { Column, QName, Snapshot, Table } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';

/** What can be told of a table's rows between two moments. Only what was there at the first can be lost. */
export type RowsChange = QName &
  /** `rows`: how many there were. */
  (
    | { readonly kind: 'table'; readonly rows: number }
    /** `rows`: how many had a value. */
    | { readonly kind: 'column' | 'values'; readonly column: string; readonly rows: number; readonly left: number }
    | { readonly kind: 'fewer' | 'more'; readonly rows: number; readonly left: number }
    /** Each column holds the same values, but not in the same rows. */
    | { readonly kind: 'pairs'; readonly rows: number }
  );

export interface TableRows extends QName {
  readonly rows: number;
  /** Of whole rows. */
  readonly sum: string;
  readonly columns: ReadonlyMap<string, { readonly sum: string; readonly values: number }>;
}

/** By `schema.name`. */
export type Contents = ReadonlyMap<string, TableRows>;

/** The rows of ordinary tables and partitions, each on its own. */
export async function readContents(session: Session, { tables }: Snapshot): Promise<Contents> {
  const ordinary = tables.filter(({ kind }) => kind === 'table');
  if (ordinary.length === 0) return new Map();
  const results = await session.batch(ordinary.map(question).join(';\n'));
  return new Map(
    ordinary.map((table, index) => {
      const { schema, name, columns } = table;
      const row = results[index]?.rows[0] as unknown as Answer;
      const byColumn = sorted(columns).map((column, at) => {
        return [column, { sum: row.sums[at] ?? '', values: row.counts[at] ?? 0 }] as const;
      });
      return [`${schema}.${name}`, { schema, name, rows: row.rows, sum: row.sum, columns: new Map(byColumn) }];
    }),
  );
}

interface Answer {
  readonly rows: number;
  readonly sum: string;
  readonly sums: readonly string[];
  readonly counts: readonly number[];
}

function question({ schema, name, columns }: Table): string {
  const names = sorted(columns).map((column) => `t.${ident(column)}`);
  const parts = [
    'count(*)::float8 AS rows',
    `${sumOf(`ROW(${names.join(', ')})`)} AS sum`,
    `ARRAY[${names.map(sumOf).join(', ')}]::text[] AS sums`,
    `ARRAY[${names.map((column) => `count(${column})`).join(', ')}]::float8[] AS counts`,
  ];
  return `SELECT ${parts.join(', ')} FROM ONLY ${qname(schema, name)} AS t`;
}

/** Under "C", since equal strings of a nondeterministic collation have equal hashes. */
function sumOf(expression: string): string {
  return `coalesce(sum(hashtextextended(${expression}::text COLLATE "C", 0)), 0)::text`;
}

/** By name: a column that was dropped and brought back stands last. */
function sorted(columns: readonly Column[]): readonly string[] {
  return columns.map(({ name }) => name).sort();
}

/** Columns whose values are not compared, only how many there are: `schema.table.column`. */
export type Exempt = ReadonlySet<string>;

/** What `after` has otherwise than `before`, of the tables and columns in `before`. */
export function compareContents(before: Contents, after: Contents, exempt: Exempt): readonly RowsChange[] {
  return [...before.values()].flatMap((was): RowsChange[] => {
    const { schema, name, rows } = was;
    const is = after.get(`${schema}.${name}`);
    if (is === undefined) return rows === 0 ? [] : [{ schema, name, kind: 'table', rows }];
    const gone = columnsGone(was, is);
    if (is.rows !== rows) {
      return [...gone, { schema, name, kind: is.rows < rows ? 'fewer' : 'more', rows, left: is.rows }];
    }
    const changed = valuesChanged(was, is, exempt);
    if (gone.length + changed.length > 0 || was.sum === is.sum) return [...gone, ...changed];
    const whole = [...was.columns.keys()].every((column) => !exempt.has(`${schema}.${name}.${column}`));
    return whole && was.columns.size === is.columns.size ? [{ schema, name, kind: 'pairs', rows }] : [];
  });
}

function columnsGone({ schema, name, columns }: TableRows, is: TableRows): RowsChange[] {
  return [...columns].flatMap(([column, { values }]): RowsChange[] =>
    is.columns.has(column) || values === 0 ? [] : [{ schema, name, kind: 'column', column, rows: values, left: 0 }],
  );
}

function valuesChanged({ schema, name, columns }: TableRows, is: TableRows, exempt: Exempt): RowsChange[] {
  return [...columns].flatMap(([column, { sum, values }]): RowsChange[] => {
    const now = is.columns.get(column);
    if (!now || (now.sum === sum && now.values === values)) return [];
    if (exempt.has(`${schema}.${name}.${column}`) && now.values === values) return [];
    return [{ schema, name, kind: 'values', column, rows: values, left: now.values }];
  });
}

/** Which change it is of which object: the same in two comparisons is one loss. */
export function changeKey(change: RowsChange): string {
  const column = 'column' in change ? change.column : '';
  return JSON.stringify([change.kind, change.schema, change.name, column]);
}

const COMPUTED = /\(|CURRENT_|LOCALTIME/i;

/** Columns that the server fills with another value each time: from a sequence, the clock or chance. */
export function computedColumns({ tables }: Snapshot, only: 'all' | 'with triggers'): Exempt {
  const chosen = tables.filter(({ triggers }) => only === 'all' || triggers.length > 0);
  return new Set(
    chosen.flatMap(({ schema, name, columns }) =>
      columns
        .filter((column) => column.identity !== null || COMPUTED.test(column.default ?? ''))
        .map((column) => `${schema}.${name}.${column.name}`),
    ),
  );
}
