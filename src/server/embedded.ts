/**
 * The project's own PostgreSQL: started when a command first needs it, left running, found again by the next command.
 *
 * The warm path reads one file, looks at one process and asks one port: a few milliseconds, no lock. Everything else
 * happens under a file lock, so that of many commands at once exactly one starts the server and the others use it.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { createDatabaseIfMissing, maintenanceTarget } from '../pg/databases.ts';
import { withSession } from '../pg/pool.ts';
import type { SearchOptions } from '../pg/program-search.ts';
import { chooseInstallation, dataVersion } from './choose.ts';
import { type Cluster, createCluster, resetPassword, SUPERUSER } from './cluster.ts';
import { withFileLock } from './file-lock.ts';
import { accessFault, dataPlace, isOwnData, makeProjectFolder, ownedLike, ownTree, runnableBy } from './home.ts';
import { type Identity, serverIdentity, thisMachine, type Users } from './identity.ts';
import { launch, stopServer } from './launch.ts';
import { leftoverOn, probe, runningOn } from './postmaster.ts';
import { sleep } from './process.ts';
import { dataDirOf, readState, recordedDataDir, type ServerState, writeState } from './state.ts';

export interface EmbeddedOptions {
  readonly runtime: Runtime;
  /** Absolute path of the project. */
  readonly root: string;
  /** `embedded.dir`: relative to root, or absolute. */
  readonly dir: string;
  /** `embedded.version`: a major version or `auto`. */
  readonly version: string;
  /** Server settings for this run (`fsync: off` for data nobody will miss). Default none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The machine's users and program folders; for tests. */
  readonly users?: Users;
  readonly search?: SearchOptions;
}

export interface EmbeddedServer {
  readonly target: Target;
  readonly dataDir: string;
  readonly pid: number;
  /** True when this call started it. */
  readonly started: boolean;
}

/** The database that commands work on when none is configured. */
export const EMBEDDED_DATABASE = 'strata';

/** The project's server, started if need be. Throws EMBEDDED_… errors, with the end of the server's log. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = resolve(options.root, options.dir);
  const warm = await running(folder);
  if (warm) return warm;
  const { runtime, users = thisMachine } = options;
  makeProjectFolder(folder, serverIdentity([options.root], users));
  const task = { id: 'embedded', title: 'start PostgreSQL' };
  const startUnlessOther = async (): Promise<EmbeddedServer> =>
    (await running(folder)) ??
    withTask(
      runtime,
      task,
      () => start(folder, options),
      (server) => `port ${server.target.port}`,
    );
  try {
    return await withFileLock(join(folder, 'server.lock'), startUnlessOther, { signal: runtime.signal });
  } catch (thrown) {
    throw isFileFault(thrown) ? accessFault(folder, thrown) : thrown;
  }
}

function isFileFault(thrown: unknown): boolean {
  return thrown instanceof Error && typeof (thrown as NodeJS.ErrnoException).syscall === 'string';
}

/** The server when it runs and answers, else null. One that is recovering from a crash is waited for. */
async function running(folder: string, wait = 60_000): Promise<EmbeddedServer | null> {
  const state = readState(folder);
  if (state === null) return null;
  const dataDir = dataDirOf(folder, state);
  if (!isOwnData(folder, dataDir)) return null;
  for (const deadline = Date.now() + wait; Date.now() < deadline; await sleep(20)) {
    if (runningOn(dataDir, state) === null) return null;
    const answer = await probe(state.port, state.user);
    if (answer === 'ready') return serverOf(folder, state, false);
    if (answer === 'none') break;
  }
  return null;
}

async function start(folder: string, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const state = readState(folder);
  const { cluster, bin } = await prepare(folder, state, options);
  const leftover = leftoverOn(cluster.dataDir);
  if (leftover !== null) await stopServer({ dataDir: cluster.dataDir, bin: cluster.installation.bin }, leftover);
  const password = await openData(cluster, state);
  const logFile = join(folder, 'server.log');
  const { settings = {}, runtime } = options;
  const port = state?.port ?? 0;
  const launched = await launch(cluster, { logFile, port, settings, signal: runtime.signal });
  ownedLike(folder, logFile);
  const dataDir = recordedDataDir(folder, cluster.dataDir);
  const next: ServerState = { format: 1, dataDir, user: SUPERUSER, password, bin, ...launched };
  const server = serverOf(folder, next, true);
  // Before the record, which other processes take as the sign that all is there.
  await restoreDatabase(server.target);
  writeState(folder, next);
  ownedLike(folder, join(folder, 'server.json'));
  return server;
}

/** Decides on user, place and binaries. */
async function prepare(
  folder: string,
  state: ServerState | null,
  options: EmbeddedOptions,
): Promise<{ readonly cluster: Cluster; readonly bin: string }> {
  const users = options.users ?? thisMachine;
  const recorded = state === null ? null : dataDirOf(folder, state);
  const identity = serverIdentity([recorded ?? join(folder, 'data'), options.root], users);
  const outside = recorded === null || recorded.startsWith(join(folder, '/')) ? null : dirname(recorded);
  const dataDir = join(dataPlace(folder, identity, outside), 'data');
  claimData(dataDir, identity, users);
  const installation = await chooseInstallation({
    env: options.runtime.env,
    version: options.version,
    dataDir,
    ...(state === null ? {} : { before: state.bin }),
    ...(options.search === undefined ? {} : { search: options.search }),
  });
  return { cluster: { installation: runnableBy(identity, installation), identity, dataDir }, bin: installation.bin };
}

/** PostgreSQL starts only on data of its own user. What root owns was copied by root, and becomes that user's. */
function claimData(dataDir: string, identity: Identity, users: Users): void {
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid;
  const self = identity?.uid ?? users.self;
  if (owner === undefined || self === null || owner === self) return;
  if (owner === 0 && identity !== null) {
    ownTree(dataDir, identity);
    return;
  }
  throw new ToolError('EMBEDDED_ACCESS', "the embedded server's data belong to another user", {
    detail: `${dataDir} belongs to user id ${owner}, this is user id ${self}`,
    hint: `Run strata as that user, or take the data over: sudo chown -R ${self} ${dataDir}`,
  });
}

/** Makes the data if there are none; gives the superuser's password, a new one when the old is not on record. */
async function openData(cluster: Cluster, state: ServerState | null): Promise<string> {
  const fresh = dataVersion(cluster.dataDir) === null;
  if (!fresh && state !== null) return state.password;
  const password = randomBytes(24).toString('base64url');
  await (fresh ? createCluster(cluster, password) : resetPassword(cluster, password));
  return password;
}

function serverOf(folder: string, state: ServerState, started: boolean): EmbeddedServer {
  const { user, password, port, pid } = state;
  const target = { host: '127.0.0.1', port, user, password, database: EMBEDDED_DATABASE };
  return { target, dataDir: dataDirOf(folder, state), pid, started };
}

/** Makes the project's database when it is missing: a killed `db reset`, or somebody dropped it. */
export async function restoreDatabase(target: Target): Promise<void> {
  await withSession(maintenanceTarget(target), (session) => createDatabaseIfMissing(session, target.database));
}

/** Stops the project's server. False when none was running. */
export async function stopEmbedded(options: Pick<EmbeddedOptions, 'root' | 'dir' | 'runtime'>): Promise<boolean> {
  const folder = resolve(options.root, options.dir);
  const state = readState(folder);
  if (state === null || !isOwnData(folder, dataDirOf(folder, state))) return false;
  return withFileLock(
    join(folder, 'server.lock'),
    async () => {
      const dataDir = dataDirOf(folder, state);
      const pid = leftoverOn(dataDir);
      if (pid === null) return false;
      await stopServer({ dataDir, bin: state.bin }, pid);
      return true;
    },
    { signal: options.runtime.signal },
  );
}
