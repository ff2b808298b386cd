/**
 * `strata baseline V`: a database that has everything up to V already gets a history that says so; nothing is run.
 * `strata baseline none` begins an empty history: for a second one beside another (a schema per tenant, say).
 */
import { ToolError } from '../base/errors.ts';
import { type Outcome, outcome } from '../base/finding.ts';
import type { PlanStep } from '../base/plan.ts';
import { compareVersions } from '../migrate/files.ts';
import { withMigrationLock } from '../migrate/guard.ts';
import { readHistory } from '../migrate/history.ts';
import { baselineSql, finishedSql } from '../migrate/journal.ts';
import { chooseUp, planOf, statusesOf } from '../migrate/plan.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { filesOf, liveHash, loadProject, type Project } from './project.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const [version] = options.args;
  if (version === undefined) {
    throw new ToolError('USAGE', 'baseline needs a version', { hint: 'For example: strata baseline 042' });
  }
  const project = loadProject(context);
  return withDatabase(context, async (session) => {
    const steps = version === 'none' ? [] : await baselineSteps(project, version);
    const { present, applied } = await readHistory(session, context.config.history);
    refuseUnlessEmpty(applied.length);
    if (options.dryRun !== true) await write(context, session, steps, present);
    const verb = options.dryRun === true ? 'would be recorded' : 'recorded';
    const last = steps.at(-1);
    const text = last
      ? `${steps.length} migrations up to ${last.name} ${verb} as applied; none was run`
      : `an empty history ${options.dryRun === true ? 'would be' : 'was'} begun`;
    return outcome({ recorded: steps.map((step) => step.version) }, [{ kind: 'text', text }]);
  });
}

async function baselineSteps(project: Project, version: string): Promise<readonly PlanStep[]> {
  const all = statusesOf(project.files, { present: false, applied: [], interrupted: [] });
  const known = all.find((status) => compareVersions(status.version, version) === 0)?.version ?? version;
  const chosen = chooseUp(all, { to: known });
  return planOf('up', chosen, await project.compiler(filesOf(chosen))).steps;
}

async function write(context: Context, session: Session, steps: readonly PlanStep[], present: boolean): Promise<void> {
  const { config, runtime } = context;
  const { history, lock } = config;
  await withMigrationLock(session, { history, lock, present }, runtime, async (guard) => {
    refuseUnlessEmpty(guard.history.applied.length);
    const run = Buffer.from(runtime.random(8)).toString('hex');
    const hash = await liveHash(context, session);
    const rows = steps.map((step) => baselineSql(history, run, step));
    const end = finishedSql(history, run, `baseline: ${steps.length} recorded`, hash);
    const fence = guard.fence ? [guard.fence] : [];
    await session.batch(['BEGIN', ...rows, end, ...fence, 'COMMIT'].join(';\n'));
  });
}

function refuseUnlessEmpty(applied: number): void {
  if (applied === 0) return;
  throw new ToolError('HISTORY_NOT_EMPTY', `the history has ${applied} migration${applied === 1 ? '' : 's'} already`, {
    hint: 'A baseline is the beginning of a history. To apply the rest: strata up. To accept edits: strata repair',
  });
}
