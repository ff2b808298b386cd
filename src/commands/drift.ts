/**
 * `strata drift`: what the live database has that its migrations do not give, and the reverse. The hash recorded by the
 * last run is asked first; only when it differs (or there is none) are the applied migrations replayed on a scratch
 * database, and the two catalogs compared object by object.
 */
import { type Finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import { compare } from '../catalog/compare.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { snapshotHash } from '../catalog/snapshot.ts';
import type { Sides } from '../catalog/sql-remedy.ts';
import { inUndoOrder } from '../catalog/undo-order.ts';
import { type History, ownTables } from '../migrate/history.ts';
import type { Session } from '../pg/pool.ts';
import { acceptedOf } from './accepted.ts';
import { catalogGaps } from './catalog-gaps.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { driftFinding } from './drift-findings.ts';
import { loadHistory, loadProject, type Project, statuses } from './project.ts';
import { appliedMigrations, NotReplayed, replayError, replayUp } from './replayed.ts';
import { withScratchSession } from './scratch.ts';
import { statusFindings } from './status.ts';

export interface DriftData {
  /** Applied migrations that the promise is made of. */
  readonly migrations: number;
  readonly live: string;
  /** `recorded`: the hash alone told that nothing drifted. */
  readonly compared: 'recorded' | 'replayed';
  readonly changes: number;
  /** Differences whose fingerprints are on the ignore list. */
  readonly ignored: number;
}

export async function run(context: Context, options: Options): Promise<Outcome<DriftData>> {
  const project = loadProject(context);
  const { live, history, findings } = await withDatabase(context, async (session) => {
    const read = await loadHistory(context, session, project);
    const states = await statuses(project, read);
    const snapshot = await readLive(context, session);
    const gaps = await catalogGaps(context, session, snapshot);
    return { live: snapshot, history: read, findings: [...states.flatMap(statusFindings), ...gaps] };
  });
  const hash = snapshotHash(live);
  const migrations = history.applied.length;
  const recorded = history.applied.at(-1)?.snapshotHash ?? null;
  if (options.replay !== true && recorded === hash) {
    const data: DriftData = { migrations, live: hash, compared: 'recorded', changes: 0, ignored: 0 };
    return outcome(data, [{ kind: 'text', text: clean(migrations), tone: 'good' }], findings);
  }
  const sides = { promised: await promised(context, project, history), live };
  return report(context, { migrations, sides, hash, findings });
}

interface Compared {
  readonly migrations: number;
  readonly sides: Sides;
  readonly hash: string;
  readonly findings: readonly Finding[];
}

function report({ config }: Context, { migrations, sides, hash, findings }: Compared): Outcome<DriftData> {
  const all = inUndoOrder(compare(sides.promised, sides.live)).map((change) => driftFinding(change, sides));
  const accepted = acceptedOf(config);
  const drifted = all.filter(({ fingerprint }) => !accepted.has(fingerprint));
  const ignored = all.length - drifted.length;
  const data: DriftData = { migrations, live: hash, compared: 'replayed', changes: all.length, ignored };
  const told = `${drifted.length} differences from what ${migrations} applied migrations give`;
  const also = ignored > 0 ? `; ${ignored} more on the ignore list` : '';
  const text = (drifted.length === 0 ? clean(migrations) : told) + also;
  return outcome(data, [{ kind: 'text', text, tone: 'strong' }], [...findings, ...drifted]);
}

function clean(migrations: number): string {
  return `the live catalog is what ${migrations} applied migrations give`;
}

function readLive({ config }: Context, session: Session): Promise<Snapshot> {
  const exclude = ownTables(config.history);
  return readSnapshot(session, { schemas: config.schemas, exclude });
}

/** The catalog that the applied migrations give, in the order in which they were applied. */
async function promised(context: Context, project: Project, history: History): Promise<Snapshot> {
  const migrations = await appliedMigrations(project, history);
  return withTask(context.runtime, { id: 'drift', title: 'replay of the applied migrations' }, () =>
    withScratchSession(context, async (session) => {
      await replayUp(context, session, project, migrations).catch((thrown: unknown) => {
        throw thrown instanceof NotReplayed ? replayError(thrown, BROKEN) : thrown;
      });
      // As on the live side: a migration may have made a table under the name of one of ours.
      return readLive(context, session);
    }),
  );
}

const BROKEN =
  'The live database was only read. A history that does not run from its beginning cannot be compared with: see strata cycle.';
