/**
 * Recovery to a moment, into a new data directory: a server of its own replays the WAL up to the target and stops there,
 * read-only; what it got to is compared with what the WAL says; only then it is promoted and stopped. With `preview` it stays
 * open for a look, until `promoteRecovered` or `discardRecovered`. `<dataDir>.strata.json` tells the next command about it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { asReader } from '../disk/reader.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { chooseInstallation } from '../server/choose.ts';
import { type Cluster, lastLines } from '../server/cluster.ts';
import { ownTree, runnableBy } from '../server/home.ts';
import { serverIdentity } from '../server/identity.ts';
import { launch, stopProcess } from '../server/launch.ts';
import { leftoverOn } from '../server/postmaster.ts';
import { type Archive, baseFolder } from './archive.ts';
import type { Route } from './choose.ts';
import { makeDataDirectory, makeRunFolder, recoverySettings, refuseOccupied } from './data-directory.ts';
import { lsnText, parseLsn } from './lsn.ts';
import { logOf, noteOf, noteRecovered, type Recovered, readRecovered, targetOf } from './recovered.ts';
import positionSql from './sql/recovered.sql';
import { momentText } from './status.ts';
import { systemOf } from './swap.ts';

export interface RecoverInput {
  readonly archive: Archive;
  readonly route: Route;
  /** Absolute path; must not exist, or be empty. */
  readonly dataDir: string;
  /** True: leave the server at the target, read-only, for a look. */
  readonly preview: boolean;
  /** Done to the promoted cluster before anybody else can connect to it; when it fails, there is none. */
  readonly promoted?: Promoted;
  readonly runtime: Runtime;
}

export type Promoted = (server: Target) => Promise<void>;

interface Position {
  readonly recovering: boolean;
  readonly pause: string;
  readonly lsn: string | null;
  readonly at: string | null;
}

const POLL = 100;
/** Replay of much WAL takes hours; until it is consistent nobody can ask how far it is. */
const PATIENCE = 24 * 3_600_000;

/** Throws TARGET_NOT_EMPTY, BACKUP_DAMAGED, RECOVERY_FAILED, EMBEDDED_…, PROGRAM_…. What it made is removed then. */
export async function recover(input: RecoverInput): Promise<Recovered> {
  const { archive, route, dataDir, preview, promoted, runtime } = input;
  await refuseOccupied(dataDir);
  const run = join(tmpdir(), `strata-run-${randomBytes(6).toString('hex')}`);
  await noteRecovered(stateOf(input, run, 0));
  try {
    const state = await asReader(baseFolder(archive), route.base.id, runtime, async () => {
      await makeDataDirectory(archive, route, dataDir, runtime);
      return await withTask(runtime, { id: 'replay', title: 'Replay the WAL' }, () => replay(input, run));
    });
    if (!preview) await promote(state, promoted);
    return state;
  } catch (thrown) {
    await removeRecovered(dataDir);
    if (!runtime.signal.aborted) throw thrown;
    throw new ToolError('BACKUP_INTERRUPTED', 'the recovery was interrupted', {
      detail: 'what it made is removed',
      cause: thrown,
    });
  }
}

async function replay(input: RecoverInput, run: string): Promise<Recovered> {
  const { archive, route, dataDir, runtime } = input;
  // As who owns the archive: the server must be able to read it.
  const identity = serverIdentity([archive.dir]);
  const installation = await chooseInstallation({ env: runtime.env, version: 'auto', dataDir });
  const cluster: Cluster = { installation: runnableBy(identity, installation), identity, dataDir };
  await makeRunFolder(run);
  for (const folder of [run, dataDir]) ownTree(folder, identity);
  const settings = recoverySettings(archive, route, { dataDir, run });
  const logFile = logOf(dataDir);
  const options = { logFile, settings, wait: PATIENCE, signal: runtime.signal };
  const { port, pid } = await launch(cluster, options).catch((thrown: unknown) => {
    throw failed('the server that recovers does not start', thrown);
  });
  const state = stateOf(input, run, port);
  await noteRecovered(state);
  await untilPaused(state, pid, runtime);
  await withSession(targetOf(state), (session) => compare(session, route));
  return state;
}

async function untilPaused(state: Recovered, pid: number, runtime: Runtime): Promise<void> {
  try {
    await withSession(targetOf(state), async (session) => {
      for (;;) {
        runtime.signal.throwIfAborted();
        const { pause, recovering } = await positionOf(session);
        if (pause === 'paused') return;
        if (!recovering) throw new ToolError('RECOVERY_FAILED', 'recovery went past its target');
        await new Promise((resolve) => setTimeout(resolve, POLL));
      }
    });
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.code === 'RECOVERY_FAILED') throw thrown;
    const log = await readFile(logOf(state.dataDir), 'utf8').catch(() => '');
    await stopProcess(pid);
    throw failed('the server stopped before it reached the target', thrown, lastLines(log));
  }
}

/** What was replayed is what the WAL holds up to the target. */
async function compare(session: Session, { last, reach }: Route): Promise<void> {
  const { lsn, at } = await positionOf(session);
  const position = parseLsn(lsn ?? '') ?? 0n;
  if (position < reach) {
    throw new ToolError('RECOVERY_FAILED', `recovery stopped at ${lsn}, before ${lsnText(reach)}`);
  }
  if (last?.at == null || at === String(last.at)) return;
  throw new ToolError('RECOVERY_FAILED', 'the last transaction is not the one before the target', {
    detail: `expected ${momentText(last.at)}, found ${at === null ? 'none' : momentText(BigInt(at))}`,
  });
}

async function positionOf(session: Session): Promise<Position> {
  const [row] = await session.query<Position>(positionSql);
  if (row === undefined) throw new ToolError('BUG', 'the server tells nothing about its recovery');
  return row;
}

/** Ends the preview: the directory becomes a cluster of its own, stopped, to be started by whoever uses it. */
export async function promoteRecovered(dataDir: string, promoted?: Promoted): Promise<Recovered> {
  const state = await readRecovered(dataDir);
  await promote(state, promoted);
  return state;
}

/** What failed behind the promotion can be repeated. The note goes before the server: a stopped cluster with a note looks unfinished. */
async function promote(state: Recovered, promoted: Promoted = async () => undefined): Promise<void> {
  const { dataDir, run } = state;
  const pid = leftoverOn(dataDir);
  if (pid === null)
    throw new ToolError('RECOVERY_FAILED', `no server runs on ${dataDir} any more`, { hint: again(dataDir) });
  await withSession(targetOf(state), async (session) => {
    if ((await positionOf(session)).recovering) await session.query('SELECT pg_promote(true, 600)');
    if ((await positionOf(session)).recovering)
      throw new ToolError('RECOVERY_FAILED', 'the server could not be promoted');
    await promoted(session.target);
    await session.query('CHECKPOINT');
  });
  await rm(noteOf(dataDir), { force: true });
  await stopProcess(pid);
  await rm(run, { recursive: true, force: true });
  await rm(logOf(dataDir), { force: true });
}

/**
 * Stops the server and removes the directory. Throws RECOVERY_FAILED for one that no restore made, CONFIRM_NEEDED for one that was
 * promoted by hand, and may have been written to since: `confirm` is the end of its system identifier then.
 */
export async function discardRecovered(dataDir: string, confirm?: string): Promise<void> {
  const state = await readRecovered(dataDir);
  const key = (await systemOf(dataDir))?.slice(-6) ?? null;
  if (key !== null && confirm !== key && (await isPromoted(state))) {
    throw new ToolError('CONFIRM_NEEDED', `the cluster in ${dataDir} was promoted: it is no preview any more`, {
      detail: 'what was written to it since would be lost; nothing was touched',
      hint: `Keep it with: strata restore --promote --data ${dataDir}; or, if it shall go, add: --confirm ${key}`,
    });
  }
  await removeRecovered(dataDir);
}

/** A server that runs is asked; of one that does not, its files tell: they are there until a recovery has ended. */
async function isPromoted(state: Recovered): Promise<boolean> {
  const { dataDir } = state;
  if (leftoverOn(dataDir) !== null) {
    const asked = await withSession(targetOf(state), positionOf).catch(() => null);
    if (asked !== null) return !asked.recovering;
  }
  return !['recovery.signal', 'backup_label'].some((name) => existsSync(join(dataDir, name)));
}

/** The same for what nobody else knows of: whatever became of it goes. */
export async function removeRecovered(dataDir: string): Promise<void> {
  const { run } = await readRecovered(dataDir);
  const pid = leftoverOn(dataDir);
  if (pid !== null) await stopProcess(pid, 'immediate');
  for (const path of [dataDir, run, logOf(dataDir)]) await rm(path, { recursive: true, force: true });
  await rm(noteOf(dataDir), { force: true });
}

function stateOf({ route, dataDir }: RecoverInput, run: string, port: number): Recovered {
  return {
    strata_recovery: 1,
    dataDir,
    run,
    port,
    superuser: route.base.manifest?.server.superuser ?? 'postgres',
    timeline: route.timeline,
    base: route.base.id,
    last_transaction: route.last?.at == null ? null : momentText(route.last.at),
    lsn: lsnText(route.reach),
  };
}

const again = (dataDir: string): string => `Start again: strata restore --discard --data ${dataDir}`;

function failed(message: string, cause: unknown, log?: string): ToolError {
  const detail = log ?? (cause instanceof ToolError ? cause.more.detail : undefined) ?? messageOf(cause);
  return new ToolError('RECOVERY_FAILED', message, {
    detail,
    hint: 'The lines above are from its log; what it made is removed.',
    cause,
  });
}
