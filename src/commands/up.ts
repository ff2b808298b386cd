/**
 * `strata up`. With nothing pending it costs a connection and one round trip: no lock, no TypeScript, no catalog. Else
 * the pending files are compiled before the lock is asked for, and what to do is decided again under it.
 */
import { messageOf } from '../base/errors.ts';
import { type Finding, type Outcome, outcome } from '../base/finding.ts';
import type { PlanStep } from '../base/plan.ts';
import { writeLockFile } from '../migrate/lockfile.ts';
import { losses } from '../migrate/losses.ts';
import type { MigrationFile } from '../migrate/model.ts';
import { chooseUp, type UpOptions } from '../migrate/plan.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';
import { showPlan } from './plan.ts';
import { compiledSteps, extentOf, loadHistory, loadProject, statuses, stepsUp } from './project.ts';
import { statusFindings } from './status.ts';

const NOTHING = 'nothing to do: every migration is applied';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const up: UpOptions = { ...extentOf(options), allowOutOfOrder: options.allowOutOfOrder === true };
  if (options.dryRun === true) return showPlan(context, (project, history) => stepsUp(project, history, up));
  const project = loadProject(context);
  return withDatabase(context, async (session) => {
    const first = await loadHistory(context, session, project);
    const states = await statuses(project, first);
    const steps = await compiledSteps('up', project, chooseUp(states, up));
    const findings: readonly Finding[] = states.flatMap(statusFindings).filter(isWarning);
    if (steps.length === 0)
      return outcome(
        { run: null, results: [], snapshot_hash: null },
        [{ kind: 'text', text: NOTHING, tone: 'quiet' }],
        findings,
      );
    await confirmLosses(context, options, session, steps);
    const [{ perform }, { safeguard }] = await Promise.all([import('./running.ts'), import('./safeguard.ts')]);
    const point = await safeguard(context, options, session);
    const result = await perform(context, session, project, {
      command: 'up',
      choose: (history) => stepsUp(project, history, up),
      present: first.present,
      singleTransaction: options.singleTransaction === true,
      findings,
      nothing: 'nothing to do: another run has just applied everything',
    });
    noteInLockFile(context, project.files);
    return point === null ? result : { ...result, data: { ...(result.data as object), restore_point: point } };
  });
}

/** On a production database a migration that drops data wants the second key; elsewhere the plan has said so. */
async function confirmLosses(
  context: Context,
  options: Options,
  session: Session,
  steps: readonly PlanStep[],
): Promise<void> {
  const found = await losses(session, steps);
  if (found.length === 0) return;
  for (const { message } of found) context.runtime.emit({ kind: 'note', level: 'warning', text: message });
  await needConfirmation(context, options, session, 'up');
}

/** A deployed project may lie on a read-only disk: what is applied is applied, and the lock file is for the repository. */
function noteInLockFile({ config, runtime }: Context, files: readonly MigrationFile[]): void {
  try {
    writeLockFile(config.root, files);
  } catch (thrown) {
    const text = `strata.lock.json was not written: ${messageOf(thrown)}`;
    runtime.emit({ kind: 'note', level: 'warning', text });
  }
}

function isWarning({ level }: Finding): boolean {
  return level === 'warning';
}
