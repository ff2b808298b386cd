/**
 * What a plan says about each statement beside its text: the locks it takes, on how many rows and bytes, what it does
 * meanwhile; and the hazards that lint sees. Loaded only when there is something to do.
 */
import type { Finding } from '../base/finding.ts';
import type { Direction, Statement } from '../base/plan.ts';
import type { Config } from '../config/schema.ts';
import { actionsOf } from '../lint/actions.ts';
import type { Facts } from '../lint/facts.ts';
import { judge } from '../lint/judge.ts';
import { readFacts } from '../lint/live.ts';
import { locksOf, type Work } from '../lint/locks.ts';
import { show } from '../lint/rule.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { parseSql } from '../syntax/parse.ts';
import { statementsOf, subjectOf } from './lint-subject.ts';
import type { LockNote } from './lock-note.ts';
import sizesText from './sql/relation-sizes.sql';

export interface PlanNotes {
  readonly locks: ReadonlyMap<Statement, readonly LockNote[]>;
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
  const facts = await readFacts(session, { schemas, mentioned: statementsOf(migrations) });
  const schema = schemas[0] ?? 'public';
  const locks = new Map<Statement, readonly LockNote[]>();
  for (const migration of migrations) {
    const script = migration[direction];
    if (script.kind !== 'statements') continue;
    for (const statement of script.statements) locks.set(statement, await locksOfStatement(statement, facts, schema));
  }
  const verdict = await judge(migrations.map(subjectOf), {
    facts,
    levels: config.lint.rules,
    naming: config.lint.naming,
    direction,
  });
  const accepted = new Set(config.lint.ignore);
  const hazards = verdict.findings.filter(({ fingerprint }) => !accepted.has(fingerprint)).map(atMostWarning);
  return { locks: await withSizes(session, locks), hazards };
}

async function locksOfStatement({ sql }: Statement, facts: Facts, schema: string): Promise<readonly LockNote[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return [];
  const locks = parsed.statements.flatMap(({ node }) => actionsOf(node)).flatMap((action) => locksOf(action, facts));
  const notes = locks.map(({ relation, level, work }): LockNote => {
    const live = facts.table(relation);
    const where = { relation: show(relation), schema: relation.schema ?? schema, name: relation.name };
    return { ...where, lock: level, work, rows: live?.rows ?? null, bytes: null, exists: Boolean(live) };
  });
  // One for each relation and lock: the heaviest work counts.
  const heaviest = new Map<string, LockNote>();
  for (const note of notes) {
    const key = `${note.relation} ${note.lock}`;
    const known = heaviest.get(key);
    if (!known || WEIGHT[note.work] > WEIGHT[known.work]) heaviest.set(key, note);
  }
  return [...heaviest.values()];
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
