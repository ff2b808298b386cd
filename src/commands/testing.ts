/**
 * Databases for an application's tests: each a clone of the project's own, migrated and seeded, made from a template that is
 * built once for what the project's files say and is found again by their hash. And a server for them that syncs nothing,
 * where a clone takes milliseconds.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { canonicalJson, sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import type { Outcome } from '../base/finding.ts';
import { realRuntime } from '../base/runtime.ts';
import { describeTarget, type Target, targetUrl } from '../base/target.ts';
import { VERSION } from '../base/version.ts';
import { readMark } from '../pg/mark.ts';
import { withSession } from '../pg/pool.ts';
import { MEMORY, memoryFolder } from '../server/memory-folder.ts';
import { openScratch, type ScratchDatabase, type Template } from '../server/scratch.ts';
import { closeScratchServer, openScratchServer, sweepScratchServers } from '../server/scratch-server.ts';
import { contextOf, type PlaceOptions } from './call.ts';
import { inputsOf } from './check-inputs.ts';
import type { Context, Run } from './command.ts';
import { resolveTarget } from './database.ts';
import { scratchDenied } from './scratch.ts';

export interface TestDatabaseOptions extends PlaceOptions {
  /** Seed sets to load after the migrations, as `strata seed` takes them. Default: none. */
  readonly seed?: readonly string[] | undefined;
}

/** One test's, or one test file's. */
export interface TestDatabase {
  readonly name: string;
  /** A connection URL, password included. */
  readonly url: string;
  /** Ends all sessions on it and drops it; a second call does nothing. */
  readonly drop: () => Promise<void>;
}

/**
 * A new database with all migrations applied and `seed` loaded. The first call on a server builds a template; calls after it,
 * of any process, copy that until a file of the project's changes. Which server: `databaseUrl`, TEST_DATABASE_URL, what the
 * configuration says, else the embedded one. What a killed process left, the next call drops. PostgreSQL copies no
 * settings and grants of the database as a whole (`ALTER DATABASE … SET`, `GRANT … ON DATABASE`).
 *
 * Throws what `up` and `seed` throw, SCRATCH_DENIED when the role may not create databases, and CONFIRM_NEEDED when the database
 * that the URL names is a production.
 *
 * @example
 * const { url, drop } = await openTestDatabase({ seed: ['reference'] });
 */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { env = process.env, seed = [] } = options;
  const context = await contextOf({
    ...options,
    databaseUrl: options.databaseUrl ?? (env.TEST_DATABASE_URL || undefined),
  });
  const server = await resolveTarget(context);
  try {
    await refuseProduction(context, server);
    return lent(await openScratch(server, { template: templateOf(context, seed) }));
  } catch (thrown) {
    throw scratchDenied(server, thrown);
  }
}

function lent({ target, drop }: ScratchDatabase): TestDatabase {
  let dropped: Promise<void> | undefined;
  const once = (): Promise<void> => {
    dropped ??= drop();
    return dropped;
  };
  return { name: target.database, url: targetUrl(target), drop: once };
}

/** Where no production was found: asked once a process, a session costs as much as a small clone. */
const harmless = new Set<string>();

/** Nothing of a production is touched; but its server has better things to do than to make test databases. */
async function refuseProduction({ config }: Context, server: Target): Promise<void> {
  const environment = config.environment === null ? undefined : config.environments[config.environment];
  const place = describeTarget(server);
  if (
    environment?.confirm !== true &&
    (harmless.has(place) || (await withSession(server, readMark)) !== 'production')
  ) {
    harmless.add(place);
    return;
  }
  throw new ToolError('CONFIRM_NEEDED', `test databases are not made beside production database "${server.database}"`, {
    detail: place,
    hint: 'Name a server for tests in TEST_DATABASE_URL, or let openTestServer() start one.',
  });
}

function templateOf(context: Context, seed: readonly string[]): Template {
  const { config } = context;
  const paths = [config.migrations, config.sql, ...(seed.length > 0 ? [config.seeds] : [])];
  const inputs = inputsOf({ root: config.root, paths, run: true });
  // What cannot be told from the files (a migration that reads the clock) is built once a process.
  const content = inputs.kind === 'known' ? inputs.hash : PROCESS;
  const { schemas, history } = config;
  return {
    key: sha256(canonicalJson({ version: VERSION, content, seed, schemas, history })),
    build: async (target) => {
      const there = { ...context, config: { ...config, target } };
      await succeed((await import('./up.ts')).run, there, []);
      if (seed.length > 0) await succeed((await import('./seed.ts')).run, there, seed);
    },
  };
}

const PROCESS = randomUUID();

async function succeed(run: Run, context: Context, args: readonly string[]): Promise<void> {
  const { ok, findings }: Outcome = await run(context, { args });
  if (ok) return;
  throw new ToolError('TEMPLATE_FAILED', 'the template of the test databases cannot be built', {
    detail: findings.map(({ message }) => message).join('\n'),
  });
}

/** A server for tests, removed by `stop`. */
export interface TestServer {
  /** Superuser's connection URL of its database `postgres`, password included: for TEST_DATABASE_URL. */
  readonly url: string;
  /** Stops it and removes its folder. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a PostgreSQL of its own without fsync, in memory where that has room (4 GiB of /dev/shm), else in the temporary
 * folder: for the global set-up of a test run. `version`: a major one; default: as for the embedded server. `settings`: of
 * postgresql.conf. Throws EMBEDDED_… errors.
 */
export async function openTestServer(
  options: { readonly version?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestServer> {
  // What a killed run left there may be why there is no room.
  if (existsSync(MEMORY)) await sweepScratchServers(MEMORY);
  const parent = memoryFolder() ?? tmpdir();
  const server = await openScratchServer({ runtime: realRuntime(), parent, ...options });
  return { url: targetUrl(server.target), stop: () => closeScratchServer(server) };
}
