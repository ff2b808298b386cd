/**
 * The short way of a cycle: a look at the catalog (sql/catalog-look.sql) before each COMMIT, in the message that runs the
 * statements, proves most migrations clean without reading a Snapshot.
 *
 * What was there before can only lose rows: a row that is changed becomes another row. So when, after up, after down and
 * after up again, as many rows are older than the first up as before it, none of them was touched; when down leaves no
 * row younger than that, it has taken away all that up made; and when both ups made rows that say the same, they are alike.
 *
 * Rejected: sums of hashes of all rows (they prove no more, and cost a hash for every row of every look); the server's own
 * counters of changed rows, pg_stat_get_xact_tuples_updated() and its sisters (they cannot tell an old row from one that the
 * migration made; they could spare the scans of catalogs without a change, which is not done yet); the objects that event
 * triggers name (superusers only, blind to GRANT).
 */
import type { Direction } from '../base/plan.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import type { CompiledMigration } from './model.ts';
import { commit, mayPrepare, ReplayFailure, replayAndAsk } from './replay.ts';
import lookText from './sql/catalog-look.sql';

/** What a look sees. */
export interface Look {
  /** Number of the transaction that looked. */
  readonly transaction: string;
  /** Rows older than asked for, and the others. */
  readonly old: number;
  readonly young: number;
  /** Of the young: those of kinds that are counted, not told. */
  readonly others: number;
  /** What the young rows say, sorted. */
  readonly lines: readonly string[];
  /** Oids of old tables whose own row was rewritten. */
  readonly rewritten: readonly string[];
  /** The content of tables' own rows by oid: the young and the rewritten ones, or all. */
  readonly tables: ReadonlyMap<string, string>;
  /** What has no rows that can be counted. */
  readonly outside: string;
}

interface Asked {
  readonly since: string | null;
  readonly all: boolean;
}

/** What is known of the catalog between two migrations. */
export interface Known {
  rows: number;
  readonly tables: Map<string, string>;
  readonly outside: string;
}

/** `suspect`: something differs, or failed. `long way`: it cannot be judged so; nothing of it has happened. */
export type Short = 'clean' | 'suspect' | 'long way';

/** Planned once: planning it takes longer than running it. */
export async function prepareLook(session: Session): Promise<void> {
  const prepare = `PREPARE strata_look (xid, bool) AS ${lookText}`;
  await session.batch(['DEALLOCATE ALL', PIN, prepare, 'RESET search_path'].join(';\n'));
}

/** What there is between two transactions. */
export async function knownNow(session: Session): Promise<Known> {
  await session.query('BEGIN');
  const { old, tables, outside } = await lookNow(session, { since: null, all: true });
  await session.query('COMMIT');
  return { rows: old, tables: new Map(tables), outside };
}

/** A look from inside a transaction. `since`: a transaction's number, null for this one. `all`: the content of every table. */
export async function lookNow(session: Session, asked: Asked): Promise<Look> {
  return lookOf(await session.batch(question(asked).join(';\n')));
}

/** `known` grows by what a clean migration has added. Throws what is no failure of the migration. */
export async function shortWay(
  session: Session,
  migration: CompiledMigration,
  { known, signal }: { readonly known: Known; readonly signal: AbortSignal },
): Promise<Short> {
  const step = async (direction: Direction, since: string | null, committing?: Direction): Promise<Look | null> => {
    const asking = { question: question({ since, all: false }), committing };
    const results = await unlessItFails(replayAndAsk(session, migration, direction, asking), signal);
    const look = results && lookOf(results);
    return look && isUntouched(look, known) ? look : null;
  };
  const first = await step('up', null);
  if (first === null || first.others > 0) {
    await session.query('ROLLBACK');
    return 'long way';
  }
  const between = await step('down', first.transaction, 'up');
  if (between === null || between.young > 0) return 'suspect';
  const again = await step('up', null, 'down');
  if (again === null || !saysTheSame(first, again)) return 'suspect';
  if ((await unlessItFails(commit(session, migration, 'up'), signal)) === null) return 'suspect';
  known.rows += again.young;
  for (const [oid, content] of again.tables) known.tables.set(oid, content);
  return 'clean';
}

/** Both directions are statements in a transaction: only those can be rolled back after a look. */
export function isPlain({ up, down }: CompiledMigration): boolean {
  return [up, down].every((script) => script.kind === 'statements' && script.transactional && !mayPrepare(script));
}

/** Null: it failed. A failure is told by the long way, which meets it again. */
async function unlessItFails<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await work;
  } catch (thrown) {
    // A cancelled statement fails too, and must not be tried again.
    signal.throwIfAborted();
    if (thrown instanceof ReplayFailure) return null;
    throw thrown;
  }
}

/** True: nothing of what was there before has been changed or taken away. */
export function isUntouched(look: Look, known: Known): boolean {
  if (look.old !== known.rows || look.outside !== known.outside) return false;
  return look.rewritten.every((oid) => look.tables.get(oid) === known.tables.get(oid));
}

export function saysTheSame(first: Look, again: Look): boolean {
  return first.young === again.young && first.lines.join('\n') === again.lines.join('\n');
}

/** With the names of the catalog whatever the migration has set, and as names are told alike in every look. */
const PIN = 'SET search_path = pg_catalog, pg_temp';

/** Statements for the end of a transaction; what the migration has set is as before after them. */
function question({ since, all }: Asked): readonly string[] {
  return [
    'SAVEPOINT strata_look',
    PIN,
    'SELECT pg_current_xact_id()::xid::text AS transaction',
    `EXECUTE strata_look (${since === null ? 'NULL' : `'${since}'`}, ${all})`,
    'ROLLBACK TO SAVEPOINT strata_look',
    'RELEASE SAVEPOINT strata_look',
  ];
}

interface Answer extends Pick<Look, 'young' | 'others' | 'lines' | 'rewritten' | 'outside'> {
  readonly every: number;
  /** `(oid,name,…)`: rows as text. */
  readonly tables: readonly string[];
}

/** Of the results of a question. */
function lookOf(results: readonly BatchResult[]): Look {
  const [, , asked, answered] = results.map(({ rows }) => rows[0]);
  const { transaction } = asked as unknown as Pick<Look, 'transaction'>;
  const { every, tables, lines, ...answer } = answered as unknown as Answer;
  const content = tables.map((row): [string, string] => [row.slice(1, row.indexOf(',')), row]);
  return { ...answer, transaction, old: every - answer.young, lines: [...lines].sort(), tables: new Map(content) };
}
