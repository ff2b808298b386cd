/** The checks of `strata check`: the other commands' own work, what is counted of it, and what it depends on. */
import { outcome } from '../base/finding.ts';
import { setNames } from '../seed/dataset.ts';
import { generatorOf } from '../seed/generated.ts';
import type { Counts } from './check-cache.ts';
import { typesOfMigrations, unless, verifyFiles } from './check-repository.ts';
import type { Context, Run } from './command.ts';
import { run as cycle } from './cycle.ts';
import { documentPaths } from './documents.ts';
import { run as drift } from './drift.ts';
import { run as lint } from './lint.ts';
import { run as seed } from './seed.ts';
import { typeFiles } from './types.ts';
import { run as verify } from './verify.ts';

export interface Check {
  readonly title: string;
  readonly work: Run;
  /** The counts, from the data of the outcome. The first one must not be zero. */
  readonly count: (data: Counts, context: Context) => Counts;
  /** Why nothing was judged, where that is no fault; null: it is one. */
  readonly mayBeNothing?: (context: Context) => string | null;
  /** Files and folders that a clean result rests on; absent: it is never taken from the cache. */
  readonly paths?: (context: Context) => readonly string[];
  /** Whether modules among them are run. Default true. */
  readonly runs?: boolean;
  /** Whether it also rests on what the server is. Default false. */
  readonly onServer?: boolean;
  /** With --live it judges what no file tells, so nothing is remembered. Default false. */
  readonly liveToo?: boolean;
}

/** In the order in which they run: what needs no database first. */
export const CHECKS: Readonly<Record<string, Check>> = {
  verify: {
    title: 'files and lock file',
    work: async (context, { live }) => {
      const files = verifyFiles(context);
      if (live !== true) return files;
      const database = await verify(context, { args: [] });
      const data = { applied: (database.data as { readonly checked: number }).checked, ...files.data };
      return outcome(data, [], [...files.findings, ...unless(files.findings, database.findings)]);
    },
    count: ({ applied, files = 0, locked = 0 }) => ({ ...(applied === undefined ? {} : { applied }), files, locked }),
  },
  lint: {
    title: 'lint, both directions',
    work: (context, { live }) => lint(context, { args: [], all: true, offline: live !== true }),
    count: ({ statements = 0, files = 0, rules = 0 }) => ({ statements, files, rules }),
    paths: migrationPaths,
    liveToo: true,
  },
  seed: {
    title: 'seed files',
    work: async (context) => {
      const args = setNames(seedPlace(context));
      return args.length === 0 ? outcome({ rows: 0 }, []) : seed(context, { args, validateOnly: true });
    },
    count: ({ rows = 0 }, context) => {
      const place = seedPlace(context);
      const sets = setNames(place);
      const programs = sets.filter((name) => generatorOf(place, name)).length;
      // Sets without a row or a program are as good as none, and worse: somebody believes they hold something.
      return { sets: rows + programs === 0 ? 0 : sets.length, rows, programs };
    },
    mayBeNothing: (context) => (setNames(seedPlace(context)).length === 0 ? 'there is no seed set' : null),
    paths: ({ config }) => [config.seeds],
    // Programs are counted, not called.
    runs: false,
  },
  cycle: {
    title: 'up, down and up of each migration',
    work: (context) => cycle(context, { args: [] }),
    count: ({ cycled = 0 }) => ({ migrations: cycled }),
    paths: migrationPaths,
    onServer: true,
  },
  types: {
    title: 'generated types',
    work: typesOfMigrations,
    count: ({ relations = 0, routines = 0 }) => ({ objects: relations + routines, relations, routines }),
    paths: ({ config }) => [...migrationPaths({ config }), ...typeFiles(config), ...documentPaths(config)],
    onServer: true,
  },
  drift: {
    title: 'live database',
    work: (context) => drift(context, { args: [] }),
    count: ({ migrations = 0 }) => ({ migrations }),
  },
};

function migrationPaths({ config }: Pick<Context, 'config'>): readonly string[] {
  return [config.migrations, config.sql, ...MODULE_SETTINGS];
}

function seedPlace({ config }: Context): Parameters<typeof setNames>[0] {
  return { root: config.root, seeds: config.seeds, schema: config.schemas[0] ?? 'public' };
}

/** How modules are read. */
const MODULE_SETTINGS = ['package.json', 'tsconfig.json'];
