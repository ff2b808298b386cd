/** Clusters of their own, with segments of 1 MiB, to archive, to crash and to recover. Removed after the test file. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Runtime, realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { chooseInstallation } from '../../src/server/choose.ts';
import { type Cluster, createCluster, SUPERUSER } from '../../src/server/cluster.ts';
import { own, runnableBy } from '../../src/server/home.ts';
import { serverIdentity } from '../../src/server/identity.ts';
import { launch, stopProcess } from '../../src/server/launch.ts';
import { type Archive, openArchive, walFolder } from '../../src/wal/archive.ts';
import { type Taken, takeBase } from '../../src/wal/base.ts';
import { readCluster } from '../../src/wal/cluster.ts';
import { prepareArchive } from '../../src/wal/enable.ts';
import { archiveCommand } from '../../src/wal/settings.ts';
import { project } from '../support/project.ts';

export interface TestCluster {
  readonly root: string;
  readonly dataDir: string;
  readonly logFile: string;
  /** Where its archive is, or will be: a folder with a space and a quote in its path. */
  readonly archiveDir: string;
  readonly major: number;
  readonly target: () => Target;
  readonly session: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly archive: () => Promise<Archive>;
  /** Ends the current segment and waits until it is archived; gives its name. */
  readonly archived: () => Promise<string>;
  readonly base: (incremental?: boolean) => Promise<Taken>;
}

export const runtime: Runtime = realRuntime();

export interface ClusterOptions {
  /** Default true: it archives from the beginning. */
  readonly archiving?: boolean;
  /** Lines for postgresql.conf. */
  readonly settings?: string;
}

/** Killing processes loses nothing without fsync; only a crash of the machine would. */
const FAST = 'fsync = off\nmax_wal_size = 32MB\nmin_wal_size = 5MB\nmax_connections = 20\nshared_buffers = 16MB\n';

const clusters: TestCluster[] = [];

// Here and not in makeCluster: a hook that another hook registers never runs.
afterAll(async () => {
  for (const one of clusters.splice(0)) {
    await one.kill();
    // The summarizer of a killed server may be writing for a moment.
    rmSync(one.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
});

export async function makeCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const root = project();
  const dataDir = join(root, 'data');
  const archiveDir = join(root, "the archive's");
  const identity = serverIdentity([]);
  const installation = await chooseInstallation({ env: process.env, version: 'auto', dataDir });
  const cluster: Cluster = { installation: runnableBy(identity, installation), identity, dataDir };
  own(root, identity);
  await createCluster(cluster, 'secret', ['--wal-segsize=1']);
  appendFileSync(join(dataDir, 'postgresql.conf'), `${FAST}${options.settings ?? ''}\n`);
  const { major } = installation;
  if (options.archiving !== false) {
    const more = major >= 17 ? 'summarize_wal = on\n' : '';
    const command = archiveCommand(archiveDir).replaceAll('\\', '\\\\').replaceAll("'", "''");
    appendFileSync(join(dataDir, 'postgresql.conf'), `archive_mode = on\narchive_command = '${command}'\n${more}`);
  }
  const made = clusterOf(cluster, { root, archiveDir, major });
  clusters.push(made);
  await made.start();
  if (options.archiving !== false) {
    await made.session(async (s) => prepareArchive(archiveDir, await readCluster(s), runtime));
  }
  return made;
}

function clusterOf(
  cluster: Cluster,
  { root, archiveDir, major }: Pick<TestCluster, 'root' | 'archiveDir' | 'major'>,
): TestCluster {
  const logFile = join(root, 'server.log');
  let running: { readonly pid: number; readonly port: number } | null = null;
  const target = (): Target => ({
    host: '127.0.0.1',
    port: running?.port ?? 0,
    user: SUPERUSER,
    password: 'secret',
    database: 'postgres',
  });
  const end = async (how: (pid: number) => Promise<void>): Promise<void> => {
    if (running !== null) await how(running.pid);
    running = null;
  };
  const session: TestCluster['session'] = (work) => withSession(target(), work);
  const archive = (): Promise<Archive> => openArchive(archiveDir);
  return {
    root,
    dataDir: cluster.dataDir,
    logFile,
    archiveDir,
    major,
    target,
    session,
    archive,
    start: async () => {
      running = await launch(cluster, { logFile, ...(running === null ? {} : { port: running.port }) });
    },
    stop: () => end(stopProcess),
    kill: () =>
      end(async (pid) => {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
        await until(() => !existsSync(`/proc/${pid}`));
      }),
    archived: async () => {
      const name = await session(switchSegment);
      const path = join(walFolder(await archive()), name);
      await until(() => existsSync(path));
      return name;
    },
    base: async (incremental = false) => {
      const open = await archive();
      return await session((s) => takeBase({ session: s, archive: open, incremental, runtime }));
    },
  };
}

async function switchSegment(session: Session): Promise<string> {
  await session.query("SELECT pg_create_restore_point('switch')");
  const [row] = await session.query<{ name: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS name');
  return row?.name ?? '';
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1200; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('waited a minute in vain');
}

/** Names of archived segments. */
export function segmentsIn(dir: string): readonly string[] {
  return readdirSync(join(dir, 'wal'))
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .sort();
}

/** A copy to break: hard links, but for the files that are appended to. Break others with `rewrite`. */
export async function copyArchive(from: string): Promise<Archive> {
  const dir = join(project(), 'archive');
  execFileSync('cp', ['-al', from, dir]);
  for (const name of ['archive.json', 'wal/CKSUMS', 'base/journal.jsonl', 'removed.jsonl']) {
    const path = join(dir, name);
    if (existsSync(path)) rewrite(path, readFileSync(path));
  }
  return await openArchive(dir);
}

/** A new file under the name: the old one may have other links. */
export function rewrite(path: string, data: string | Uint8Array): void {
  rmSync(path);
  writeFileSync(path, data);
}
