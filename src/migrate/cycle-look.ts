/**
 * A look at the catalog (sql/catalog-look.sql) from inside a transaction: what was there before, and what a migration made.
 *
 * What was there before can only lose rows: a row that is changed becomes another row. So when as many rows are older than
 * a migration as before it, it touched none of them; and what its young rows say, without their oids, can be compared with
 * what others said. Counting old rows is a scan of every catalog, which of a thousand migrations made three quarters of the time.
 * So the server's own counters of changed rows come first: in most catalogs a migration changes and takes away nothing, and
 * down nothing but what up made. There the rows behind the last key that was known are all that can be new, and the
 * counters prove it: as many as were inserted, or none and as many taken away as were there (`olderRows`).
 *
 * The counters count too much rather than too little: what a subtransaction did that was rolled back stays counted, and then the
 * numbers do not meet and the catalogs are read whole. Nothing but track_counts can make them count too little.
 *
 * Rejected: sums of hashes of all rows (they prove no more, and cost a hash for every row of every look); the objects that
 * event triggers name (superusers only, blind to GRANT).
 */
import type { BatchResult, Session } from '../pg/pool.ts';
import begunText from './sql/catalog-begun.sql';
import lookText from './sql/catalog-look.sql';
import newestText from './sql/catalog-newest.sql';

/** What a look sees. */
export interface Look {
  /** Number of the transaction that looked. */
  readonly transaction: string;
  readonly catalogs: readonly CatalogRows[];
  /** True: changes of catalogs that are not told. Null: the server was not asked to count. */
  readonly others: boolean | null;
  /** The highest key that was seen, or known. */
  readonly newest: string;
  /** What the young rows say, sorted. */
  readonly lines: readonly string[];
}

interface CatalogRows {
  readonly catalog: string;
  /** Rows that were read, the young of them, and those behind the last key that was known. */
  readonly every: number;
  readonly young: number;
  readonly fresh: number;
  /** The key behind which it was read; null: it was read whole. */
  readonly behind: string | null;
  /** What the server counted; null: it was not asked to. */
  readonly inserted: number | null;
  readonly deleted: number | null;
}

/** What is known of the catalog between two migrations. */
export interface Known {
  /** By catalog. */
  readonly rows: ReadonlyMap<string, number>;
  /** No object has a higher oid. */
  readonly newest: string;
  readonly columns: KnownColumns;
}

/** Since when columns were not looked at whole. */
interface KnownColumns {
  /** The highest oid then, and how many rows there were. */
  readonly behind: string;
  readonly rows: number;
  /** The first transaction after that. */
  readonly since: string | null;
  /** How many rows have come since. */
  readonly recent: number;
}

export const COLUMNS = 'pg_attribute';

export interface Asked {
  /** Young is what this transaction made, or one since. Default: the transaction that asks. */
  readonly since?: string;
  readonly known: Known;
  /** Catalogs to be read whole whatever the server has counted. */
  readonly whole: readonly string[] | 'all';
}

/** Planned once: planning it takes longer than running it. */
export async function prepareLook(session: Session): Promise<void> {
  const prepare = [
    `PREPARE strata_begun AS ${begunText}`,
    `PREPARE strata_young (xid, oid, text[], oid) AS ${lookText}`,
    `PREPARE strata_touched (xid, oid, text[], oid) AS ${lookText.replaceAll('xmin', 'xmax')}`,
  ];
  await session.batch(
    ['DEALLOCATE ALL', ...PIN, ...prepare, 'RESET search_path', 'RESET enable_seqscan', 'RESET jit'].join(';\n'),
  );
}

/** What opens a transaction that shall be looked at: from here on changes are counted. */
export const BEGIN_COUNTED = ['BEGIN', 'EXECUTE strata_begun'] as const;

/** What there is between two transactions. */
export async function knownNow(session: Session): Promise<Known> {
  const columns = { behind: '0', rows: 0, since: null, recent: 0 };
  const nothing = { rows: new Map(), newest: '0', columns };
  const asked = question({ known: nothing, whole: 'all' });
  const results = await session.batch(['BEGIN', newestText, ...asked, 'COMMIT'].join(';\n'));
  const [newest] = results[1]?.rows ?? [];
  return columnsLookedAt({
    ...knownAfter(lookOf(results.slice(0, -1)), nothing),
    ...(newest as Pick<Known, 'newest'>),
  });
}

/** Columns are known from here on. */
export function columnsLookedAt(known: Known): Known {
  const columns = { behind: known.newest, rows: known.rows.get(COLUMNS) ?? 0, since: null, recent: 0 };
  return { ...known, columns };
}

/** What is known when what was looked at is committed; `since`: the first of the transactions that led to it. */
export function knownAfter({ catalogs, newest }: Look, known: Known, since: string | null = null): Known {
  const rows = catalogs.map((each): [string, number] => [each.catalog, rowsIn(each, known)]);
  const after = new Map(rows);
  const { columns } = known;
  const recent = columns.recent + (after.get(COLUMNS) ?? 0) - (known.rows.get(COLUMNS) ?? 0);
  return { rows: after, newest, columns: { ...columns, since: columns.since ?? since, recent } };
}

/** How many there are, also of those that were not read. */
function rowsIn({ catalog, every, behind }: CatalogRows, { rows, newest, columns }: Known): number {
  if (behind === null) return every;
  return (rows.get(catalog) ?? 0) + every - (behind === newest ? 0 : columns.recent);
}

/** False: a column that was there when all were looked at last has been changed or taken away since. */
export async function columnsAreUntouched(session: Session, known: Known): Promise<boolean> {
  const { since, rows } = known.columns;
  if (since === null) return true;
  const asked = { since, known, whole: [COLUMNS] };
  const results = await session.batch([...BEGIN_COUNTED, ...question(asked), 'COMMIT'].join(';\n'));
  const columns = lookOf(results.slice(0, -1)).catalogs.find(({ catalog }) => catalog === COLUMNS);
  return columns !== undefined && columns.every - columns.young === rows;
}

/**
 * What the rows of some catalogs say that a transaction since `since`, rolled back, changed or took away: the server leaves
 * its number in their xmax.
 */
export async function toldOfTouched(session: Session, asked: Asked): Promise<Look> {
  const results = await session.batch([...BEGIN_COUNTED, ...question(asked, 'touched'), 'COMMIT'].join(';\n'));
  return lookOf(results.slice(0, -1));
}

/**
 * How many rows of each catalog are older than what was asked for; null: the numbers do not meet, all must be read whole.
 * `first`: the look after up, when this is one after its down.
 */
export function olderRows(look: Look, known: Known, first?: Look): ReadonlyMap<string, number> | null {
  const made = new Map(first?.catalogs.map(({ catalog, fresh }) => [catalog, fresh]));
  const older = new Map<string, number>();
  for (const rows of look.catalogs) {
    const { catalog, fresh, behind, inserted, deleted } = rows;
    const onlyAdded = deleted === 0 && inserted === rowsIn(rows, known) - (known.rows.get(catalog) ?? 0);
    // What is taken away of recent columns shows in their number.
    const onlyMineTaken = inserted === 0 && fresh === 0 && (deleted === made.get(catalog) || behind !== known.newest);
    if (behind !== null && !onlyAdded && !onlyMineTaken) return null;
    older.set(catalog, rowsIn(rows, known) - rows.young);
  }
  return older;
}

/** With the names of the catalog whatever the migration has set, and as names are told alike in every look; by keys. */
const PIN = ['SET search_path = pg_catalog, pg_temp', 'SET enable_seqscan = off', 'SET jit = off'];

/** Statements for the end of a transaction; what the migration has set is as before after them. */
export function question({ since, known, whole }: Asked, rows: 'young' | 'touched' = 'young'): readonly string[] {
  const names = whole === 'all' ? 'NULL' : `'{${whole.map((name) => JSON.stringify(name)).join(',')}}'`;
  // Of catalogs that are not named, nothing can have been touched.
  const newest = rows === 'young' ? known.newest : '4294967295';
  return [
    'SAVEPOINT strata_look',
    ...PIN,
    'SELECT pg_current_xact_id()::xid::text AS transaction',
    `EXECUTE strata_${rows} (${since === undefined ? 'NULL' : `'${since}'`}, '${newest}', ${names}, '${known.columns.behind}')`,
    'ROLLBACK TO SAVEPOINT strata_look',
    'RELEASE SAVEPOINT strata_look',
  ];
}

/** Of the results of a question, which stand last. */
export function lookOf(results: readonly BatchResult[]): Look {
  const [asked, answered] = results.slice(-4, -2).map(({ rows }) => rows[0]);
  const { transaction } = asked as unknown as Pick<Look, 'transaction'>;
  const { lines, ...answer } = answered as unknown as Omit<Look, 'transaction'>;
  return { ...answer, transaction, lines: [...lines].sort() };
}
