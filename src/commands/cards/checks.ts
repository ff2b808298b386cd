/** Cards of the commands that judge: migrations before they run, databases against what was promised. */
import type { Card } from '../command.ts';
import { MIGRATIONS, STEPS, TO } from './flags.ts';

export const CHECK_CARDS: readonly Card[] = [
  {
    name: 'lint',
    summary: 'judge migrations before they run: locks, rewrites, losses, and what breaks the application',
    details:
      'Pending migrations by default, both directions, with what the live database tells: which tables are new or empty, ' +
      'how many rows the others have, which checks are valid. A comment "strata-lint-ignore RULE: REASON" before a ' +
      'statement accepts a finding; docs/lint.md has the rules.',
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
      MIGRATIONS,
    ],
    examples: ['strata lint', 'strata lint --offline --format github', 'strata lint migrations/012_index.ts'],
  },
  {
    name: 'cycle',
    summary: 'prove on a scratch database that every migration can be undone',
    details:
      'Each migration goes up, down and up again; the catalog is compared after each step. A difference is told with the ' +
      'object, both definitions and the line. With --steps only the last ones are judged. The role must be allowed to ' +
      'create databases; the database itself is not touched.',
    flags: [TO, STEPS, MIGRATIONS],
    examples: ['strata cycle', 'strata cycle --steps 3 --format github'],
  },
  {
    name: 'drift',
    summary: 'what the live database has that its migrations do not give, and the reverse',
    details:
      'Asks the hash recorded by the last run first; when it differs, the applied migrations are replayed on a scratch ' +
      'database and the catalogs compared object by object. Differences that were reviewed go into lint.ignore by their ' +
      'fingerprints. The live database is only read.',
    flags: [
      { name: 'replay', kind: 'boolean', help: 'replay and compare even when the recorded hash agrees' },
      MIGRATIONS,
    ],
    examples: ['strata drift', 'strata drift --env production --format github'],
  },
];
