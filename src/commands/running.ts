/** What `up`, `down` and `redo` have in common: a task of the progress display around a run, and what is said of it. */
import { type Finding, type Outcome, outcome } from '../base/finding.ts';
import type { PlanStep } from '../base/plan.ts';
import { withTask } from '../base/runtime.ts';
import type { Snapshot } from '../catalog/model.ts';
import type { History } from '../migrate/history.ts';
import { runMigrations } from '../migrate/run.ts';
import type { Session } from '../pg/pool.ts';
import type { Context } from './command.ts';
import { type Project, readLive } from './project.ts';
import { resultBlocks } from './shown.ts';

export interface Running {
  readonly command: 'up' | 'down' | 'redo';
  readonly choose: (history: History) => Promise<readonly PlanStep[]>;
  /** What the first, unlocked read found. */
  readonly present: boolean;
  readonly singleTransaction?: boolean;
  readonly findings?: readonly Finding[];
  /** What to say when there is nothing to do. */
  readonly nothing: string;
}

export async function perform(
  context: Context,
  session: Session,
  project: Project,
  running: Running,
): Promise<Outcome> {
  const { config, runtime } = context;
  const { command, choose, present, nothing, singleTransaction = false, findings = [] } = running;
  const compile = { ...project.folder, all: project.files };
  const { history, lock, timeouts, batches } = config;
  let unmodelled: Snapshot['unmodelled'] = [];
  const hash = async (own: Session): Promise<string> => {
    const live = await readLive(context, own);
    unmodelled = live.snapshot.unmodelled;
    return live.hash;
  };
  const options = {
    command,
    choose,
    present,
    singleTransaction,
    compile,
    history,
    lock,
    timeouts,
    batches,
    snapshotHash: hash,
  };
  const report = await withTask(
    runtime,
    { id: command, title: `strata ${command} on ${session.target.database}` },
    () => runMigrations(session, options, runtime),
    ({ results }) => `${results.length} done`,
  );
  if (unmodelled.length > 0) runtime.emit({ kind: 'note', level: 'warning', text: gapsText(unmodelled) });
  const { results, run, snapshotHash } = report;
  return outcome({ run, results, snapshot_hash: snapshotHash }, resultBlocks(results, nothing), findings);
}

/** Of a database that has some, after every run that changed it: strata verify tells each. */
function gapsText(unmodelled: Snapshot['unmodelled']): string {
  const [first, ...others] = unmodelled.map(({ kind, name }) => `${kind} ${name}`);
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `not modelled by a Snapshot, but compared as they stand: ${first}${more}; strata verify names them`;
}
