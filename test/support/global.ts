/**
 * One server a run. TEST_DATABASE_URL names one (a superuser's); TEST_POSTGRES=docker starts one with @databases/pg-test; else
 * our own embedded binaries run one in a temporary folder, without fsync, removed at the end. What a killed run left is
 * removed by the next.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { realRuntime } from '../../src/base/runtime.ts';
import { targetUrl } from '../../src/base/target.ts';
import type { Env, SearchOptions } from '../../src/pg/program-search.ts';
import { findPrograms } from '../../src/pg/programs.ts';
import { closeScratchServer, openScratchServer } from '../../src/server/scratch-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    /** Tells this run's templates from those that an earlier one left on a server that stays. */
    run: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serverOfThisRun(process.env);
  project.provide('databaseUrl', server.url);
  project.provide('run', randomUUID());
  return server.stop;
}

interface RunServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function serverOfThisRun(env: Env): Promise<RunServer> {
  if (env.TEST_DATABASE_URL) return givenServer(env.TEST_DATABASE_URL);
  if (env.TEST_POSTGRES === 'docker') return dockerServer();
  if (env.TEST_POSTGRES) throw new Error(`TEST_POSTGRES=${env.TEST_POSTGRES} is not known: say docker, or nothing`);
  const server = await openScratchServer({ runtime: realRuntime(), settings: FAST });
  return { url: targetUrl(server.target), stop: () => closeScratchServer(server) };
}

/** Stored catalogs name the superuser postgres: where it is called otherwise, one of that name is made for the run. */
async function givenServer(url: string): Promise<RunServer> {
  const given = new URL(url);
  if (given.username === 'postgres') return { url, stop: async () => undefined };
  const password = randomUUID();
  await asSuperuser(url, `CREATE ROLE postgres SUPERUSER LOGIN PASSWORD '${password}'`).catch((cause: unknown) => {
    throw new Error('TEST_DATABASE_URL names no superuser, or not the one called postgres, which is there', { cause });
  });
  given.username = 'postgres';
  given.password = password;
  return { url: given.href, stop: () => asSuperuser(url, 'DROP ROLE postgres') };
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Nothing is kept, so nothing is synced; pools of many tests at once need connections. */
const FAST = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '300' };

/** A container of PostgreSQL's own image, its superuser called postgres, as on our own server. */
async function dockerServer(): Promise<RunServer> {
  try {
    execFileSync('docker', ['version'], { stdio: 'ignore', timeout: 30_000 });
  } catch (cause) {
    throw new Error('TEST_POSTGRES=docker needs a running Docker: `docker version` fails on this machine', { cause });
  }
  // A CommonJS package: Node's import() wraps its exports once more, vitest's may not.
  const { default: module } = await import('@databases/pg-test');
  const getDatabase = 'default' in module ? module.default : module;
  const image = process.env.PG_TEST_IMAGE ?? `postgres:${await dockerMajor(process.env)}`;
  const containerName = `strata-test-${process.pid}`;
  const superuser = { pgUser: 'postgres', pgDb: 'postgres' };
  const { databaseURL, kill } = await getDatabase({ image, containerName, ...superuser });
  return { url: databaseURL, stop: kill };
}

/** 17 when this machine's pg_dump can read it, else pg_dump's own: an older one refuses a newer server. */
export async function dockerMajor(env: Env, options: SearchOptions = {}): Promise<number> {
  const majors = (await findPrograms('pg_dump', env, options)).map(({ major }) => major);
  return Math.min(REFERENCE, majors.length === 0 ? REFERENCE : Math.max(...majors));
}

const REFERENCE = 17;
