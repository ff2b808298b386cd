/** `strata plan`: the exact SQL of the next run. The session is read-only from its first statement: nothing can be touched. */
import { ToolError } from '../base/errors.ts';
import { type Outcome, outcome } from '../base/finding.ts';
import type { PlanStep } from '../base/plan.ts';
import type { History } from '../migrate/history.ts';
import { losses } from '../migrate/losses.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { extentOf, loadHistory, loadProject, type Project, stepsDown, stepsUp } from './project.ts';
import { planData, planText } from './shown.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const [direction = 'up'] = options.args;
  if (direction !== 'up' && direction !== 'down') {
    throw new ToolError('USAGE', `"${direction}" is no direction`, {
      hint: 'Either: strata plan up, or: strata plan down',
    });
  }
  const extent = extentOf(options);
  const allowOutOfOrder = options.allowOutOfOrder === true;
  return showPlan(context, (project, history) =>
    direction === 'down'
      ? stepsDown(project, history, extent)
      : stepsUp(project, history, { ...extent, allowOutOfOrder }),
  );
}

/** Also what `--dry-run` does. */
export async function showPlan(
  context: Context,
  choose: (project: Project, history: History) => Promise<readonly PlanStep[]>,
): Promise<Outcome> {
  const project = loadProject(context);
  const show = async (session: Session): Promise<Outcome> => {
    const steps = await choose(project, await loadHistory(context, session, project));
    const found = await losses(session, steps);
    const direction = steps[0]?.direction ?? null;
    if (direction === null) {
      return outcome({ direction, steps: [] }, [{ kind: 'text', text: 'nothing to do', tone: 'quiet' }], found);
    }
    const { planNotes } = await import('./plan-locks.ts');
    const compiled = await project.compiler([]);
    const migrations = steps.flatMap(({ version }) => compiled.get(version) ?? []);
    const { locks, hazards } = await planNotes(session, context.config, migrations, direction);
    const data = { direction, steps: planData(steps, locks) };
    return outcome(data, [{ kind: 'verbatim', text: planText(steps, locks) }], [...found, ...hazards]);
  };
  return withDatabase(context, show, { setup: 'SET default_transaction_read_only = on' });
}
