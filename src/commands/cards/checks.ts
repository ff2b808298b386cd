/** Cards of the commands that judge: migrations before they run, databases against what was promised. */
import type { Card } from '../command.ts';
import { BACKUP_DIR, DRY_RUN, IDENTITY, MIGRATIONS, STEPS, TO } from './flags.ts';

export const CHECK_CARDS: readonly Card[] = [
  {
    name: 'lint',
    summary: 'judge migrations before they run: locks, rewrites, losses, and what breaks the application',
    details:
      'Pending migrations by default, both directions, with what the live database tells: which tables are new or empty, ' +
      'how many rows the others have, which checks are valid. A comment "strata-lint-ignore RULE: REASON" before a ' +
      'statement accepts a finding; docs/lint.md has the rules.\n\n' +
      'With --fix, what is mechanical is done: indexes CONCURRENTLY in a migration of their own, constraints NOT VALID and ' +
      'validated by a later one, UNIQUE by a concurrent index, SET NOT NULL behind a validated CHECK. Files that are applied ' +
      'are never touched; what is left is told with the reason.',
    arguments: [
      { name: 'migration', required: false, variadic: true, help: 'files, names or versions; default: pending' },
    ],
    flags: [
      { name: 'all', kind: 'boolean', help: 'every migration, also what is applied' },
      {
        name: 'offline',
        kind: 'boolean',
        help: 'by the text alone, without a database; every migration unless some are named',
      },
      { name: 'fix', kind: 'boolean', help: 'rewrite pending migrations to their safe form; shows what changes' },
      { ...DRY_RUN, help: 'with --fix: show what would change, and write nothing' },
      MIGRATIONS,
    ],
    examples: [
      'strata lint',
      'strata lint --offline --format github',
      'strata lint migrations/012_index.ts',
      'strata lint --fix --dry-run',
    ],
  },
  {
    name: 'cycle',
    summary: 'prove on a scratch database that every migration can be undone',
    details:
      'Each migration goes up, down and up again; the catalog is compared after each step. A difference is told with the ' +
      'object, both definitions and the line. With --steps only the last ones are judged. The role must be allowed to ' +
      'create databases; the database itself is not touched. With --with-data or --from-backup rows are ' +
      'compared as well: what down destroys of data that up did not make, and what up again does not make as up did. ' +
      'docs/migrations.md, "The cycle", says how.',
    flags: [
      TO,
      STEPS,
      { name: 'with-data', kind: 'boolean', help: 'put rows into empty tables before each up, and compare rows' },
      {
        name: 'from-backup',
        kind: 'string',
        value: 'id',
        help: 'restore this backup, or the "latest", into the scratch database, and cycle on its rows what it lacks',
      },
      IDENTITY,
      BACKUP_DIR,
      MIGRATIONS,
    ],
    examples: [
      'strata cycle',
      'strata cycle --steps 3 --format github',
      'strata cycle --with-data',
      'strata cycle --from-backup latest',
    ],
  },
  {
    name: 'drift',
    summary: 'what the live database has that its migrations do not give, and the reverse',
    details:
      'Asks the hash recorded by the last run first; when it differs, the applied migrations are replayed on a scratch ' +
      'database and the catalogs compared object by object. Differences that were reviewed go into lint.ignore by their ' +
      'fingerprints. The findings stand in the order in which the statements that take them back run one after the other. ' +
      'The live database is only read.',
    flags: [
      { name: 'replay', kind: 'boolean', help: 'replay and compare even when the recorded hash agrees' },
      MIGRATIONS,
    ],
    examples: ['strata drift', 'strata drift --env production --format github'],
  },
  {
    name: 'check',
    summary: 'everything that CI asks: verify, lint, seed files, cycle, types; with --live also drift',
    details:
      'Judges what the repository promises: files against strata.lock.json, every migration linted in both directions by ' +
      'its text, seed files, the cycle, and generated types against what the migrations give. It works on scratch ' +
      'databases of the configured server (else the embedded one), which may be empty and stays as it is; the role must ' +
      'be allowed to create databases. With --live the live database is read as well: its history and catalog, what lint ' +
      'can learn from it, and drift. Every check says what it judged; one that judged nothing is an error, except that a ' +
      'project may have no seed sets. Faults of the files do not stop the other checks; an unreachable server does.\n\n' +
      'A check that found nothing is not done again while nothing changes that it rests on: the files and what they import, ' +
      'the configuration, the build of strata, Node and, for cycle and types, the server. The results are in ' +
      '.strata/cache/check/, which CI may keep between runs.\n\n' +
      'The checks are verify, lint, seed, cycle, types and drift. Exit status 1: there are errors. Pipelines to ' +
      'start from are in examples/ci/.',
    flags: [
      { name: 'only', kind: 'list', value: 'check', help: 'these checks alone; several with commas' },
      { name: 'skip', kind: 'list', value: 'check', help: 'not these checks; several with commas' },
      { name: 'no-cache', kind: 'boolean', help: 'judge everything anew, and remember nothing' },
      { name: 'live', kind: 'boolean', help: 'judge the live database too: history, catalog, drift' },
      MIGRATIONS,
    ],
    examples: [
      'strata check',
      'strata check --format github',
      'strata check --skip types,seed',
      'strata check --live --only verify,drift --env production',
    ],
  },
];
