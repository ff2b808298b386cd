/** `strata down`: says what data goes before it goes, and refuses what cannot be undone before anything is. */
import { type Outcome, outcome } from '../base/finding.ts';
import { losses } from '../migrate/losses.ts';
import type { Context, Options } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';
import { showPlan } from './plan.ts';
import { extentOf, loadHistory, loadProject, stepsDown } from './project.ts';
import { perform } from './running.ts';

const NOTHING = 'nothing to do: no migration is applied';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const extent = extentOf(options);
  if (options.dryRun === true) return showPlan(context, (project, history) => stepsDown(project, history, extent));
  const project = loadProject(context);
  return withDatabase(context, async (session) => {
    const first = await loadHistory(context, session, project);
    const steps = await stepsDown(project, first, extent);
    if (steps.length === 0) {
      return outcome({ run: null, results: [], snapshot_hash: null }, [{ kind: 'text', text: NOTHING, tone: 'quiet' }]);
    }
    const findings = await losses(session, steps);
    for (const { message } of findings) context.runtime.emit({ kind: 'note', level: 'warning', text: message });
    await needConfirmation(context, options, session, 'down');
    return perform(context, session, project, {
      command: 'down',
      // Of what was chosen and shown, nothing more: another run may have reverted some of it meanwhile.
      choose: async (history) => {
        const still = new Set(history.applied.map(({ version }) => version));
        return steps.filter(({ version }) => still.has(version));
      },
      present: true,
      findings,
      nothing: 'nothing to do: another run has just reverted it',
    });
  });
}
