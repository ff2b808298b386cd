/**
 * What a plan says about each statement beside its text: the locks it takes, on how many rows and bytes, what it does
 * meanwhile; and the hazards that lint sees. Loaded only when there is something to do.
 */
import type { Finding } from '../base/finding.ts';
import type { Direction, Statement } from '../base/plan.ts';
import type { Config } from '../config/schema.ts';
import type { Facts } from '../lint/facts.ts';
import { judge } from '../lint/judge.ts';
import { readFacts } from '../lint/live.ts';
import { type Lock, locksOf, type Work } from '../lint/locks.ts';
import { readStatement } from '../lint/read.ts';
import { show } from '../lint/rule.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { acceptedOf } from './accepted.ts';
import { sqlOf, subjectOf } from './lint-subject.ts';
import type { LockNote } from './lock-note.ts';
import sizesText from './sql/relation-sizes.sql';

export interface PlanNotes {
  readonly locks: ReadonlyMap<Statement, readonly LockNote[]>;
  /** Why not all locks of a statement are told. */
  readonly unknown: ReadonlyMap<Statement, string>;
  /** At most warnings: a plan that shows a hazard has not failed. */
  readonly hazards: readonly Finding[];
}

export async function planNotes(
  session: Session,
  config: Config,
  migrations: readonly CompiledMigration[],
  direction: Direction,
): Promise<PlanNotes> {
  const { schemas } = config;
  const facts = await readFacts(session, { schemas, mentioned: sqlOf(migrations) });
  const locks = new Map<Statement, readonly LockNote[]>();
  const unknowns = new Map<Statement, string>();
  let now = facts;
  for (const migration of migrations) {
    const script = migration[direction];
    if (script.kind !== 'statements') continue;
    for (const statement of script.statements) {
      const { notes, unknown, after } = await locksOfStatement(statement, now);
      locks.set(statement, notes);
      if (unknown !== null) unknowns.set(statement, unknown);
      now = after;
    }
    now = now.after({ kind: 'set search path', schemas: 'default' });
  }
  const verdict = await judge(migrations.map(subjectOf), {
    facts,
    levels: config.lint.rules,
    naming: config.lint.naming,
    smallRows: config.lint.smallRows,
    direction,
  });
  const accepted = acceptedOf(config);
  const hazards = verdict.findings.filter(({ fingerprint }) => !accepted.has(fingerprint)).map(atMostWarning);
  return { locks: await withSizes(session, locks), unknown: unknowns, hazards };
}

interface StatementLocks {
  readonly notes: readonly LockNote[];
  readonly unknown: string | null;
  /** What is true when it is done. */
  readonly after: Facts;
}

/** What DO blocks hold is told with the rest; what they EXECUTE cannot be. */
async function locksOfStatement({ sql }: Statement, before: Facts): Promise<StatementLocks> {
  const { actions, bodies } = await readStatement(sql);
  const blocks = bodies.filter(({ routine }) => routine.kind === 'do').map(({ body }) => body);
  const inside = blocks.flatMap(({ acts }) => acts.map(({ action }) => action));
  const notes: LockNote[] = [];
  let now = before;
  for (const action of [...actions, ...inside]) {
    const certain = actions.includes(action);
    notes.push(...locksOf(action, now).map((lock) => ({ ...noteOf(lock, now), certain })));
    now = now.after(action);
  }
  const executes = blocks.flatMap(({ body }) => body.executes);
  return { notes: heaviest(notes), unknown: unknownOf(sql, executes), after: now };
}

/** Under the name that the statement uses; `schema` and `name` are what the table is called today. Unknown ones may be there. */
function noteOf({ relation, level, work }: Lock, facts: Facts): Omit<LockNote, 'certain'> {
  const live = facts.table(relation);
  const { schema, name } = live?.table ?? { schema: relation.schema ?? 'public', name: relation.name };
  const known = { rows: live?.rows ?? null, bytes: null, exists: live !== null };
  return { relation: show(relation), schema, name, lock: level, work, ...known };
}

function unknownOf(sql: string, executes: readonly number[]): string | null {
  const lines = [...new Set(executes.map((offset) => sql.slice(0, offset).split('\n').length))];
  const at = `line${lines.length > 1 ? 's' : ''} ${lines.join(', ')}`;
  const what = lines.length > 0 ? `EXECUTE (${at})` : /^\s*call\b/i.test(sql) ? 'the procedure' : null;
  return what && `what ${what} locks is known only when it runs: strata plan --rehearse measures it`;
}

/** One for each relation and lock: the heaviest work counts. */
function heaviest(notes: readonly LockNote[]): readonly LockNote[] {
  const known = new Map<string, LockNote>();
  for (const note of notes) {
    const key = `${note.relation} ${note.lock}`;
    const other = known.get(key);
    if (!other || WEIGHT[note.work] > WEIGHT[other.work]) known.set(key, note);
  }
  return [...known.values()];
}

const WEIGHT: Readonly<Record<Work, number>> = { metadata: 0, rows: 1, scan: 2, rewrite: 3 };

async function withSizes(session: Session, locks: PlanNotes['locks']): Promise<PlanNotes['locks']> {
  const there = [...locks.values()].flat().filter(({ exists }) => exists);
  const once = [...new Map(there.map(({ schema, name }) => [`${schema}.${name}`, { schema, name }])).values()];
  const bytes = once.length === 0 ? new Map<string, number>() : await sizesOf(session, once);
  const sized = ({ ...note }: LockNote): LockNote => ({
    ...note,
    bytes: bytes.get(`${note.schema}.${note.name}`) ?? null,
  });
  return new Map([...locks].map(([statement, notes]) => [statement, notes.map(sized)]));
}

/** Empty when somebody holds one of the tables so that not even its size can be asked: a plan does not wait for that. */
async function sizesOf(
  session: Session,
  tables: readonly { readonly schema: string; readonly name: string }[],
): Promise<ReadonlyMap<string, number>> {
  try {
    const names = [tables.map(({ schema }) => schema), tables.map(({ name }) => name)];
    const rows = await session.query<{ key: string; bytes: number }>(sizesText, names);
    return new Map(rows.map(({ key, bytes }) => [key, bytes]));
  } catch (thrown) {
    if (thrown instanceof ServerError && thrown.sqlstate === SQLSTATE.lockNotAvailable) return new Map();
    throw thrown;
  }
}

function atMostWarning(found: Finding): Finding {
  return found.level === 'error' ? Object.freeze({ ...found, level: 'warning' as const }) : found;
}
