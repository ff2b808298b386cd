/** `strata redo`: the last step down and up again, in one run under one lock, and nothing else. */
import { ToolError } from '../base/errors.ts';
import { type Outcome, outcome } from '../base/finding.ts';
import type { PlanStep } from '../base/plan.ts';
import type { History } from '../migrate/history.ts';
import { losses } from '../migrate/losses.ts';
import { chooseDown, planOf, statusesOf } from '../migrate/plan.ts';
import type { Context, Options } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';
import { filesOf, loadHistory, loadProject, type Project } from './project.ts';
import { perform } from './running.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const project = loadProject(context);
  return withDatabase(context, async (session) => {
    const first = await loadHistory(context, session, project);
    const steps = await redoSteps(project, first);
    if (steps.length === 0) {
      return outcome({ run: null, results: [], snapshot_hash: null }, [
        { kind: 'text', text: 'nothing to do: no migration is applied', tone: 'quiet' },
      ]);
    }
    const findings = await losses(session, steps.slice(0, 1));
    for (const { message } of findings) context.runtime.emit({ kind: 'note', level: 'warning', text: message });
    await needConfirmation(context, options, session, 'redo');
    return perform(context, session, project, {
      command: 'redo',
      choose: async (history) => {
        const again = await redoSteps(project, history);
        if (again[0]?.version === steps[0]?.version) return again;
        throw new ToolError('MIGRATION_UNFINISHED', `${steps[0]?.name} is not the last migration any more`, {
          detail: 'another run changed the history meanwhile; nothing was changed by this one',
          hint: 'Look with: strata status',
        });
      },
      present: true,
      findings,
      nothing: '',
    });
  });
}

async function redoSteps(project: Project, history: History): Promise<readonly PlanStep[]> {
  const last = chooseDown(statusesOf(project.files, history), history);
  if (last.length === 0) return [];
  const compiled = await project.compiler(filesOf(last));
  return [...planOf('down', last, compiled).steps, ...planOf('up', last, compiled).steps];
}
