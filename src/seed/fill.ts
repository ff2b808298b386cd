/**
 * Rows for tables that have none, whatever they look like: for a cycle that asks what a migration does to data. The
 * rows of the project's seed sets come first; a table without any that fits gets two made from its columns' types, with
 * every column filled, so that each holds something to lose, or else with no more than the table insists on. Each row is
 * tried in a savepoint: what the server refuses only leaves the table as it was, and the refusal is told.
 */
import { sha256 } from '../base/canonical.ts';
import { ident, literal, qname } from '../base/ident.ts';
import type { QName, Snapshot, Table } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { withTransaction } from '../pg/transaction.ts';
import { loadOrder, nameKey } from './order.ts';
import type { Values } from './parse.ts';
import { type Sampling, samples } from './sample.ts';

export interface Filled {
  /** Tables that stay empty, and what the server said of the last row tried. */
  readonly refused: readonly (QName & { readonly reason: string })[];
}

export interface FillOptions {
  readonly snapshot: Snapshot;
  /** Rows of the project's seed sets by `nameKey` of their table. */
  readonly known: ReadonlyMap<string, readonly Values[]>;
  /** What was refused before, by all that decides it; grows. Not tried again: most of the time went into that. */
  readonly refusals: Map<string, string>;
  readonly signal: AbortSignal;
}

/** Of a seed set's table; more rows say no more about a migration. */
const ROWS = 20;
const SAVEPOINT = 'strata_fill';

/** Fills the tables that are empty, in one transaction. Partitions are filled through their parent. */
export async function fillTables(session: Session, options: FillOptions): Promise<Filled> {
  const candidates = options.snapshot.tables.filter(isFilled);
  const empty = await emptyOf(session, candidates);
  if (empty.length === 0) return { refused: [] };
  const keyOf = refusalKeys(options.snapshot);
  return await withTransaction(session, async () => {
    // A deferred constraint would refuse the row only at COMMIT, with all others.
    await session.batch(`SET CONSTRAINTS ALL IMMEDIATE; SAVEPOINT ${SAVEPOINT}`);
    const left = new Set(empty.map(nameKey));
    const refused: (QName & { readonly reason: string })[] = [];
    for (const { table } of loadOrder(empty.map((entry) => ({ table: entry })))) {
      const key = keyOf(table, left);
      const reason = options.refusals.get(key) ?? (await fillTable(session, table, options));
      if (reason === null) left.delete(nameKey(table));
      else options.refusals.set(key, reason);
      if (reason !== null) refused.push({ schema: table.schema, name: table.name, reason });
    }
    return { refused };
  });
}

/**
 * What decides whether rows are refused: the table, its triggers' code, its types, and which of the tables that it refers to are
 * empty. Code counts as a whole: what a trigger calls is not known.
 */
function refusalKeys({ routines, types }: Snapshot): (table: Table, left: ReadonlySet<string>) => string {
  const [code, kinds] = [sha256(JSON.stringify(routines)), sha256(JSON.stringify(types))];
  return (table, left) => {
    const targets = table.constraints.flatMap((one) => (one.kind === 'foreign key' ? nameKey(one.references) : []));
    const absent = targets.filter((target) => left.has(target));
    return sha256(JSON.stringify([table, absent, kinds, table.triggers.length > 0 ? code : null]));
  };
}

function isFilled({ kind, parents }: Table): boolean {
  return kind !== 'foreign table' && parents.every(({ bound }) => bound === null);
}

async function emptyOf(session: Session, tables: readonly Table[]): Promise<readonly Table[]> {
  if (tables.length === 0) return [];
  const list = tables.map(({ schema, name }) => `EXISTS (SELECT FROM ${qname(schema, name)})`).join(', ');
  const [row] = await session.query<{ full: readonly boolean[] }>(`SELECT ARRAY[${list}] AS full`);
  return tables.filter((_table, index) => row?.full[index] === false);
}

/** Null: it has rows now. */
async function fillTable(
  session: Session,
  table: Table,
  { snapshot, known, signal }: FillOptions,
): Promise<string | null> {
  let refusal = '';
  let count = 0;
  const attempt = async (sql: string): Promise<boolean> => {
    const said = await tryInsert(session, sql, signal);
    refusal = said ?? refusal;
    count += said === null ? 1 : 0;
    return said === null;
  };
  for (const row of (known.get(nameKey(table)) ?? []).slice(0, ROWS)) await attempt(knownRow(table, row));
  if (count > 0) return null;
  for (const number of [1, 2]) {
    for (const sampling of SAMPLINGS) if (await attempt(madeRow(table, number, sampling, snapshot))) break;
  }
  return count > 0 ? null : refusal;
}

/** In the order of what is worth most to a comparison. */
const SAMPLINGS: readonly Sampling[] = [
  { columns: 'all', literals: true },
  { columns: 'all', literals: false },
  { columns: 'needed', literals: true },
  { columns: 'needed', literals: false },
];

/** Null: inserted. */
async function tryInsert(session: Session, sql: string, signal: AbortSignal): Promise<string | null> {
  signal.throwIfAborted();
  try {
    // One message; the savepoint behind it is the next try's.
    const [result] = await session.batch(`${sql}; RELEASE SAVEPOINT ${SAVEPOINT}; SAVEPOINT ${SAVEPOINT}`);
    return result?.rowCount === 0 ? 'a trigger or rule took the row away' : null;
  } catch (thrown) {
    // A cancelled statement fails too, and is no refusal.
    signal.throwIfAborted();
    if (!(thrown instanceof ServerError)) throw thrown;
    await session.query(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
    return thrown.message;
  }
}

function knownRow(table: Table, row: Values): string {
  const columns = table.columns.filter(({ name, generated }) => generated === null && Object.hasOwn(row, name));
  const target = qname(table.schema, table.name);
  const names = columns.map(({ name }) => ident(name)).join(', ');
  const from = `jsonb_populate_record(NULL::${target}, ${literal(JSON.stringify(row))}) AS r`;
  return `INSERT INTO ${target} (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM ${from}`;
}

function madeRow(table: Table, number: number, sampling: Sampling, snapshot: Snapshot): string {
  const target = qname(table.schema, table.name);
  const values = samples(table, number, sampling, snapshot);
  if (values.size === 0) return `INSERT INTO ${target} DEFAULT VALUES`;
  const names = [...values.keys()].map((name) => ident(name)).join(', ');
  return `INSERT INTO ${target} (${names}) VALUES (${[...values.values()].join(', ')})`;
}
