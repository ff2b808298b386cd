/**
 * One server a run, and the built command line.
 *
 * The server: TEST_DATABASE_URL names one (a superuser's); TEST_POSTGRES=docker starts one with @databases/pg-test; else
 * our own embedded binaries run one in a temporary folder, without fsync, removed at the end. What a killed run left is
 * removed by the next.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { realRuntime } from '../../src/base/runtime.ts';
import { targetUrl } from '../../src/base/target.ts';
import { closeScratchServer, openScratchServer } from '../../src/server/scratch-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  buildWhenStale();
  const server = await serverOfThisRun(process.env);
  project.provide('databaseUrl', server.url);
  return server.stop;
}

interface RunServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function serverOfThisRun(env: Readonly<Record<string, string | undefined>>): Promise<RunServer> {
  if (env.TEST_DATABASE_URL) return { url: env.TEST_DATABASE_URL, stop: async () => undefined };
  if (env.TEST_POSTGRES === 'docker') return dockerServer();
  if (env.TEST_POSTGRES) throw new Error(`TEST_POSTGRES=${env.TEST_POSTGRES} is not known: say docker, or nothing`);
  const server = await openScratchServer({ runtime: realRuntime(), settings: FAST });
  return { url: targetUrl(server.target), stop: () => closeScratchServer(server) };
}

/** Nothing is kept, so nothing is synced; pools of many tests at once need connections. */
const FAST = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '300' };

/** A container of PostgreSQL's own image, PG_TEST_IMAGE if another one than this is wanted. */
async function dockerServer(): Promise<RunServer> {
  try {
    execFileSync('docker', ['version'], { stdio: 'ignore', timeout: 30_000 });
  } catch (cause) {
    throw new Error('TEST_POSTGRES=docker needs a running Docker: `docker version` fails on this machine', { cause });
  }
  // A CommonJS package with an __esModule mark, which Node's import() wraps once more.
  const { default: module } = await import('@databases/pg-test');
  const { default: getDatabase } = module;
  const image = process.env.PG_TEST_IMAGE ?? 'postgres:17';
  const { databaseURL, kill } = await getDatabase({ image, containerName: `strata-test-${process.pid}` });
  return { url: databaseURL, stop: kill };
}

/** Builds dist/ when a source is newer than it: tests of the command line run what users run. */
function buildWhenStale(): void {
  const built = statSync(join('dist', 'cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['build.js', 'package.json', ...filesBelow('src')];
  if (existsSync('dist') && sources.every((file) => statSync(file).mtimeMs <= built)) return;
  execFileSync(process.execPath, ['build.js'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
}
