/**
 * What a plan says about each statement beside its text: the locks it takes, on how many rows, what it does meanwhile; and
 * the hazards that lint sees. Loaded only when there is something to do.
 */
import type { Finding } from '../base/finding.ts';
import type { Direction, Statement } from '../base/plan.ts';
import { readSnapshot } from '../catalog/read.ts';
import type { Config } from '../config/schema.ts';
import { actionsOf } from '../lint/actions.ts';
import type { Facts } from '../lint/facts.ts';
import { judge } from '../lint/judge.ts';
import { readFacts } from '../lint/live.ts';
import { locksOf, type Work } from '../lint/locks.ts';
import { show } from '../lint/rule.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import type { Session } from '../pg/pool.ts';
import { parseSql } from '../syntax/parse.ts';
import { statementsOf, subjectOf } from './lint-subject.ts';
import type { LockNote } from './lock-note.ts';

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
  const snapshot = await readSnapshot(session, { schemas });
  const facts = await readFacts(session, { snapshot, schemas, mentioned: statementsOf(migrations) });
  const locks = new Map<Statement, readonly LockNote[]>();
  for (const migration of migrations) {
    const script = migration[direction];
    if (script.kind !== 'statements') continue;
    for (const statement of script.statements) locks.set(statement, await locksOfStatement(statement, facts));
  }
  const verdict = await judge(migrations.map(subjectOf), {
    facts,
    levels: config.lint.rules,
    naming: config.lint.naming,
    direction,
  });
  const accepted = new Set(config.lint.ignore);
  const hazards = verdict.findings.filter(({ fingerprint }) => !accepted.has(fingerprint)).map(atMostWarning);
  return { locks, hazards };
}

async function locksOfStatement({ sql }: Statement, facts: Facts): Promise<readonly LockNote[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return [];
  const locks = parsed.statements.flatMap(({ node }) => actionsOf(node)).flatMap((action) => locksOf(action, facts));
  const notes = locks.map(({ relation, level, work }): LockNote => {
    const live = facts.table(relation);
    const name = show(relation);
    return { relation: name, lock: level, work, rows: live?.rows ?? null, exists: Boolean(live) };
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

function atMostWarning(found: Finding): Finding {
  return found.level === 'error' ? Object.freeze({ ...found, level: 'warning' as const }) : found;
}
