/**
 * A server of its own for one piece of work, removed afterwards: for drills, restores to compare, and the tests.
 * It lives in a folder of the temporary directory that goes with its maker, server and all.
 */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import type { Installation } from './binaries.ts';
import { chooseInstallation } from './choose.ts';
import { type Cluster, createCluster, SUPERUSER } from './cluster.ts';
import { own, runnableBy } from './home.ts';
import { serverIdentity } from './identity.ts';
import { launch, stopProcess, stopServer } from './launch.ts';
import { leftoverOn } from './postmaster.ts';
import { makeScratchFolder, removeScratchFolder, sweepScratchFolders } from './scratch-folder.ts';

export interface ScratchServerOptions {
  readonly runtime: Runtime;
  /** A major version, or `auto`. Default `auto`. */
  readonly version?: string;
  /** Server settings, besides fsync, full_page_writes and synchronous_commit, which are off: nobody will miss the data. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its folder is made. Default: the temporary directory. */
  readonly parent?: string;
}

export interface ScratchServer {
  /** As superuser, in database `postgres`. */
  readonly target: Target;
  readonly installation: Installation;
  readonly dataDir: string;
  readonly logFile: string;
  readonly pid: number;
}

const CARELESS = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** Lends a running server to `work`, stops it and removes it. Throws EMBEDDED_… errors when it does not start. */
export async function withScratchServer<T>(
  options: ScratchServerOptions,
  work: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const server = await openScratchServer(options);
  try {
    return await work(server);
  } finally {
    await closeScratchServer(server);
  }
}

/** For owners that cannot be a function (a test run's set-up). Everyone else uses withScratchServer. */
export async function openScratchServer(options: ScratchServerOptions): Promise<ScratchServer> {
  const { runtime, parent = tmpdir() } = options;
  await sweepScratchServers(parent);
  const folder = makeScratchFolder(PREFIX, parent);
  try {
    const identity = serverIdentity([]);
    own(folder, identity);
    const dataDir = join(folder, 'data');
    const installation = await chooseInstallation({ env: runtime.env, version: options.version ?? 'auto', dataDir });
    const cluster: Cluster = { installation: runnableBy(identity, installation), identity, dataDir };
    const password = randomBytes(24).toString('base64url');
    await createCluster(cluster, password);
    const logFile = join(folder, 'server.log');
    const settings = { ...CARELESS, ...options.settings };
    const { port, pid } = await launch(cluster, { logFile, settings, signal: runtime.signal });
    const target = { host: '127.0.0.1', port, user: SUPERUSER, password, database: 'postgres' };
    return { target, installation, dataDir, logFile, pid };
  } catch (thrown) {
    removeScratchFolder(folder);
    throw thrown;
  }
}

export async function closeScratchServer(server: ScratchServer): Promise<void> {
  await stopServer({ dataDir: server.dataDir, bin: server.installation.bin }, server.pid, 'immediate');
  removeScratchFolder(join(server.dataDir, '..'));
}

const PREFIX = 'strata-server-';

/** Stops and removes the servers of dead makers of this machine. Gives their folders. */
export async function sweepScratchServers(parent = tmpdir()): Promise<readonly string[]> {
  return await sweepScratchFolders(PREFIX, parent, async (folder) => {
    const pid = leftoverOn(join(folder, 'data'));
    if (pid !== null) await stopProcess(pid, 'immediate');
  });
}
