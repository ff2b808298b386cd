/**
 * A primary and a hot standby that streams from it, both of this test alone. The standby begins as a copy of the stopped
 * primary's data, so that a PostgreSQL without pg_basebackup will do.
 */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import type { Cluster } from '../../src/server/cluster.ts';
import { ownTree, runnableBy } from '../../src/server/home.ts';
import { serverIdentity } from '../../src/server/identity.ts';
import { type Launched, launch, stopServer } from '../../src/server/launch.ts';
import { withScratchServer } from '../../src/server/scratch-server.ts';

export interface Server {
  readonly target: Target;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface Streaming {
  readonly primary: Server;
  readonly standby: Server;
}

/** Lends both, running; stops and removes them afterwards. */
export function withStandby<T>(work: (servers: Streaming) => Promise<T>): Promise<T> {
  return withScratchServer({ runtime: realRuntime() }, async (scratch) => {
    const { dataDir, installation } = scratch;
    await stopServer({ dataDir, bin: installation.bin }, scratch.pid);
    const identity = serverIdentity([]);
    const cluster = { installation: runnableBy(identity, installation), identity, dataDir };
    // Inside the folder that withScratchServer removes.
    const copy = { ...cluster, dataDir: join(dataDir, '..', 'standby') };
    cpSync(dataDir, copy.dataDir, { recursive: true });
    writeFileSync(join(copy.dataDir, 'standby.signal'), '');
    ownTree(copy.dataDir, identity);
    const primary = await serverOn(cluster, scratch.target, {});
    const { host, port, user, password = '' } = primary.target;
    const conninfo = `host=${host} port=${port} user=${user} password=${password}`;
    const standby = await serverOn(copy, scratch.target, { primary_conninfo: conninfo });
    try {
      return await work({ primary, standby });
    } finally {
      await standby.stop();
      await primary.stop();
    }
  });
}

async function serverOn(cluster: Cluster, like: Target, settings: Record<string, string>): Promise<Server> {
  const logFile = join(cluster.dataDir, '..', 'streaming.log');
  const careless = { fsync: 'off', ...settings };
  let running: Launched | null = await launch(cluster, { logFile, settings: careless });
  const { port } = running;
  return {
    target: { ...like, port },
    async start() {
      running ??= await launch(cluster, { logFile, port, settings: careless });
    },
    async stop() {
      if (running) await stopServer({ dataDir: cluster.dataDir, bin: cluster.installation.bin }, running.pid);
      running = null;
    },
  };
}

/** Waits until the standby has replayed all that the primary has written. */
export async function caughtUp({ primary, standby }: Streaming): Promise<void> {
  const at = await withSession(primary.target, (s) => s.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn'));
  await withSession(standby.target, async (s) => {
    for (;;) {
      const [row] = await s.query<{ done: boolean }>('SELECT pg_last_wal_replay_lsn() >= $1 AS done', [at[0]?.lsn]);
      if (row?.done) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
}
