/**
 * `strata plan`: the exact SQL of the next run, and what it will do to tables in use. The session is read-only from its first
 * statement: nothing can be touched, and a standby will do. With --rehearse the same runs on a scratch copy.
 */
import { ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import type { PlanStep } from '../base/plan.ts';
import { type History, readHistory } from '../migrate/history.ts';
import { losses } from '../migrate/losses.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import type { Rehearsal } from './plan-rehearse.ts';
import { extentOf, loadHistory, loadProject, type Project, stepsDown, stepsUp } from './project.ts';
import { type Notes, planData, planText } from './shown.ts';
import markText from './sql/catalog-mark.sql';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const [direction = 'up'] = options.args;
  if (direction !== 'up' && direction !== 'down') {
    throw new ToolError('USAGE', `"${direction}" is no direction`, {
      hint: 'Either: strata plan up, or: strata plan down',
    });
  }
  const extent = extentOf(options);
  const allowOutOfOrder = options.allowOutOfOrder === true;
  const choose: Choose = (project, history) =>
    direction === 'down'
      ? stepsDown(project, history, extent)
      : stepsUp(project, history, { ...extent, allowOutOfOrder });
  return showPlan(context, choose, options);
}

type Choose = (project: Project, history: History) => Promise<readonly PlanStep[]>;

/** The catalog may be locked by somebody who changes it: that is told after this long, not waited for. */
const SETUP = "SET default_transaction_read_only = on; SET lock_timeout = '2s'";

/** Also what `--dry-run` does. */
export async function showPlan(context: Context, choose: Choose, options: Options = { args: [] }): Promise<Outcome> {
  const project = loadProject(context);
  return withDatabase(context, (session) => plan(context, session, project, { choose, options }), { setup: SETUP });
}

interface Planning {
  readonly choose: Choose;
  readonly options: Options;
}

async function plan(context: Context, session: Session, project: Project, planning: Planning): Promise<Outcome> {
  const history = await loadHistory(context, session, project);
  const before = await markOf(context, session);
  const steps = await planning.choose(project, history);
  const found = await losses(session, steps);
  const direction = steps[0]?.direction ?? null;
  if (direction === null) {
    const data = { direction, steps: [], rehearsal: null };
    return outcome(data, [{ kind: 'text', text: 'nothing to do', tone: 'quiet' }], found);
  }
  const { planNotes } = await import('./plan-locks.ts');
  const compiled = await project.compiler([]);
  const migrations = steps.flatMap(({ version }) => compiled.get(version) ?? []);
  const { locks, unknown, hazards } = await planNotes(session, context.config, migrations, direction);
  const rehearsal = await rehearsed(context, project, { history, migrations, direction, locks, ...planning });
  const changed = await changedMeanwhile(context, session, history, before);
  const notes: Notes = { locks, unknown, hazards, measured: rehearsal?.measured ?? new Map() };
  const data = { direction, steps: planData(steps, notes), rehearsal: rehearsal?.data ?? null };
  const findings = [...changed, ...found, ...hazards, ...(rehearsal?.findings ?? [])];
  const blocks: readonly Block[] = [{ kind: 'verbatim', text: planText(steps, notes) }];
  return outcome(data, blocks, findings);
}

type Rehearsing = Parameters<typeof import('./plan-rehearse.ts').rehearsePlan>[2] & Planning;

async function rehearsed(
  context: Context,
  project: Project,
  { options, ...input }: Rehearsing,
): Promise<Rehearsal | null> {
  const { rehearse, fromBackup, rehearseOn } = options;
  if (rehearse !== true) {
    const flag = fromBackup === undefined ? (rehearseOn === undefined ? null : 'rehearse-on') : 'from-backup';
    if (flag === null) return null;
    throw new ToolError('USAGE', `--${flag} is about a rehearsal`, { hint: 'Add --rehearse.' });
  }
  const { rehearsePlan } = await import('./plan-rehearse.ts');
  const { backup, on } = { backup: fromBackup as string | undefined, on: rehearseOn as string | undefined };
  return rehearsePlan(context, project, { ...input, backup, on });
}

async function markOf({ config }: Context, session: Session): Promise<string> {
  const [row] = await session.query<{ mark: string }>(markText, [config.schemas]);
  return row?.mark ?? '';
}

/** What was read at different moments is one plan only if nothing has changed between them. */
async function changedMeanwhile(
  context: Context,
  session: Session,
  history: History,
  before: string,
): Promise<readonly Finding[]> {
  const now = await readHistory(session, context.config.history);
  const applied = now.applied.map(({ version }) => version).join();
  const other = applied !== history.applied.map(({ version }) => version).join();
  if (!other && (await markOf(context, session)) === before) return [];
  const what = other ? 'another run has changed the history' : 'the catalog was changed';
  return [
    finding({
      code: 'plan/changed-meanwhile',
      level: 'warning',
      subject: session.target.database,
      message: `${what} while this was planned: what is told of locks and rows may be old`,
      hint: 'Plan again. (strata up decides anew under its lock, whatever was planned.)',
      key: 'changed',
    }),
  ];
}
