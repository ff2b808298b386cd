/**
 * Recovery to a moment, into a new data directory: a server of its own replays the WAL up to the target and stops there,
 * read-only; what it got to is compared with what the WAL says; only then it is promoted and stopped. With `preview` it stays
 * open for a look, until `promoteRecovered` or `discardRecovered`. `<dataDir>.strata.json` tells the next command about it.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
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
import positionSql from './sql/recovered.sql';
import { momentText } from './status.ts';

export interface RecoverInput {
  readonly archive: Archive;
  readonly route: Route;
  /** Absolute path; must not exist, or be empty. */
  readonly dataDir: string;
  /** True: leave the server at the target, read-only, for a look. */
  readonly preview: boolean;
  readonly runtime: Runtime;
}

/** `<dataDir>.strata.json`. */
export interface Recovered {
  readonly strata_recovery: 1;
  readonly dataDir: string;
  readonly run: string;
  readonly port: number;
  readonly superuser: string;
  readonly timeline: number;
  readonly base: string;
  /** ISO time of the last transaction in it; null: none since the base backup began. */
  readonly last_transaction: string | null;
  readonly lsn: string;
}

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
  const { archive, route, dataDir, preview, runtime } = input;
  await refuseOccupied(dataDir);
  const run = join(tmpdir(), `strata-run-${randomBytes(6).toString('hex')}`);
  await note(dataDir, stateOf(input, run, 0));
  try {
    const state = await asReader(baseFolder(archive), route.base.id, runtime, async () => {
      await makeDataDirectory(archive, route, dataDir, runtime);
      return await withTask(runtime, { id: 'replay', title: 'Replay the WAL' }, () => replay(input, run));
    });
    if (!preview) await promote(state);
    return state;
  } catch (thrown) {
    await discardRecovered(dataDir);
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
  await note(dataDir, state);
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
export async function promoteRecovered(dataDir: string): Promise<Recovered> {
  const state = await readRecovered(dataDir);
  await promote(state);
  return state;
}

async function promote(state: Recovered): Promise<void> {
  const { dataDir, run } = state;
  const pid = leftoverOn(dataDir);
  if (pid === null)
    throw new ToolError('RECOVERY_FAILED', `no server runs on ${dataDir} any more`, { hint: again(dataDir) });
  await withSession(targetOf(state), async (session) => {
    const [row] = await session.query<{ done: boolean }>('SELECT pg_promote(true, 600) AS done');
    const { recovering } = await positionOf(session);
    if (row?.done !== true || recovering) throw new ToolError('RECOVERY_FAILED', 'the server could not be promoted');
    await session.query('CHECKPOINT');
  });
  await stopProcess(pid);
  await rm(run, { recursive: true, force: true });
  await rm(noteOf(dataDir), { force: true });
  await rm(logOf(dataDir), { force: true });
}

/** Stops the server and removes the directory. Throws RECOVERY_FAILED for one that no restore made. */
export async function discardRecovered(dataDir: string): Promise<void> {
  const { run } = await readRecovered(dataDir);
  const pid = leftoverOn(dataDir);
  if (pid !== null) await stopProcess(pid, 'immediate');
  for (const path of [dataDir, run, logOf(dataDir)]) await rm(path, { recursive: true, force: true });
  await rm(noteOf(dataDir), { force: true });
}

async function readRecovered(dataDir: string): Promise<Recovered> {
  const text = await readFile(noteOf(dataDir), 'utf8').catch(() => 'null');
  const state = JSON.parse(text) as Recovered | null;
  if (state?.strata_recovery === 1 && state.dataDir === dataDir) return state;
  throw new ToolError('RECOVERY_FAILED', `${dataDir} is no unfinished recovery`, {
    detail: `there is no ${noteOf(dataDir)}`,
    hint: "Make one with: strata restore --at '2026-11-21T10:00:00+01:00' --preview --data DIR",
  });
}

export function targetOf({ run, port, superuser }: Recovered): Target {
  return { host: run, port, user: superuser, database: 'template1' };
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

async function note(dataDir: string, state: Recovered): Promise<void> {
  await writeFile(noteOf(dataDir), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

const noteOf = (dataDir: string): string => `${dataDir}.strata.json`;
const logOf = (dataDir: string): string => `${dataDir}.log`;
const again = (dataDir: string): string => `Start again: strata restore --discard --data ${dataDir}`;

function failed(message: string, cause: unknown, log?: string): ToolError {
  const detail = log ?? (cause instanceof ToolError ? cause.more.detail : undefined) ?? messageOf(cause);
  return new ToolError('RECOVERY_FAILED', message, {
    detail,
    hint: 'The lines above are from its log; what it made is removed.',
    cause,
  });
}
