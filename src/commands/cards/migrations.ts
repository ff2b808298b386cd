/** Cards of the commands that write, show, apply and undo migrations. */
import type { Card } from '../command.ts';
import { CONFIRM, DRY_RUN, MIGRATIONS, OUT_OF_ORDER, STEPS, TO, WAITING } from './flags.ts';

export const MIGRATION_CARDS: readonly Card[] = [
  {
    name: 'new',
    summary: 'write the next migration',
    arguments: [{ name: 'words', required: true, variadic: true, help: 'what it does: add subject slug' }],
    flags: [
      { name: 'sql', kind: 'boolean', help: 'plain SQL instead of TypeScript' },
      {
        name: 'replace',
        kind: 'string',
        value: 'kind/name',
        help: 'next version of an object under sql/, with the migration that installs it',
      },
      {
        name: 'expand-contract',
        kind: 'string',
        value: 'table.column',
        help: 'replace a column without downtime: expand, backfill, validate, switch, contract; asks the database',
      },
      { name: 'column', kind: 'string', value: 'name', help: 'with --expand-contract: the new column' },
      { name: 'type', kind: 'string', value: 'type', help: 'with --expand-contract: its type' },
      { name: 'using', kind: 'string', value: 'sql', help: 'its value, from the old column; default: a cast' },
      { name: 'back', kind: 'string', value: 'sql', help: "the old column's value, from the new one; default: a cast" },
      { name: 'default', kind: 'string', value: 'sql', help: 'its default, from the switch on; default: none' },
      MIGRATIONS,
    ],
    examples: [
      'strata new add subject slug',
      'strata new faster accept --replace functions/accept_booking',
      'strata new minor units --expand-contract bookings.rate_cents --column rate_minor --type bigint --using "rate_cents * 10" --back "rate_minor / 10"',
    ],
  },
  {
    name: 'status',
    summary: 'what is applied, pending, edited, missing or out of order',
    details: 'Exit status 1 when something is wrong, 0 otherwise.',
    flags: [{ name: 'exit-pending', kind: 'boolean', help: 'exit with 1 when migrations are pending' }, MIGRATIONS],
    examples: ['strata status', 'strata status --json'],
  },
  {
    name: 'plan',
    summary: 'the exact SQL of the next run; touches nothing',
    details:
      'Each statement with its line in the file, the lock it takes on each table, whether it scans or rewrites it, about how ' +
      'many rows and bytes that is, and its hazards. The session is read-only, so a standby will do.\n\n' +
      'With --rehearse the migrations also run on a scratch copy, whose schema is made of the files up to what is applied, ' +
      'or of a backup: what the server holds locked, scans and rewrites is measured, statement by statement, and where the ' +
      'rules say otherwise there is a warning. The role must be allowed to create databases there. A statement that does ' +
      'not end within timeouts.statement (five minutes when that is 0, without limit on a backup) counts as failed.',
    arguments: [{ name: 'direction', required: false, help: 'up (default) or down' }],
    flags: [
      TO,
      STEPS,
      OUT_OF_ORDER,
      { name: 'rehearse', kind: 'boolean', help: 'run it on a scratch copy, and measure' },
      {
        name: 'from-backup',
        kind: 'string',
        value: 'id',
        help: 'the copy is this backup, or the "latest"; default: made of the files, without rows',
      },
      {
        name: 'rehearse-on',
        kind: 'string',
        value: 'url',
        help: 'server for the copy; default: that of the database',
      },
      ...WAITING.filter(({ name }) => name === 'statement-timeout'),
      MIGRATIONS,
    ],
    examples: [
      'strata plan',
      'strata plan down --steps 2',
      'strata plan --rehearse',
      'strata plan --env production --rehearse --from-backup latest --rehearse-on postgresql://localhost/postgres',
    ],
  },
  {
    name: 'up',
    summary: 'apply pending migrations',
    details:
      'Each migration runs in a transaction of its own with its history row inside. A failure says which statement, ' +
      'where it stands in the file, and what state the database is in now. On a production database, migrations that ' +
      'drop data want --confirm, and each run begins with a restore point in the WAL.',
    flags: [
      TO,
      STEPS,
      DRY_RUN,
      { name: 'backup-first', kind: 'boolean', help: 'take a backup before; when it fails, nothing is migrated' },
      { name: 'single-transaction', kind: 'boolean', help: 'all pending migrations in one transaction, or none' },
      OUT_OF_ORDER,
      CONFIRM,
      ...WAITING,
      MIGRATIONS,
    ],
    examples: ['strata up', 'strata up --to 012 --lock-timeout 2000'],
  },
  {
    name: 'down',
    summary: 'undo migrations, the last one by default',
    details: 'Says what data it drops before it does.',
    flags: [TO, STEPS, DRY_RUN, CONFIRM, ...WAITING, MIGRATIONS],
    examples: ['strata down', 'strata down --to 010 --confirm marketplace'],
  },
  {
    name: 'redo',
    summary: 'the last migration down and up again',
    flags: [CONFIRM, ...WAITING, MIGRATIONS],
    examples: ['strata redo'],
  },
  {
    name: 'verify',
    summary: 'compare files, history and live catalog',
    details:
      'Checksums of the applied migrations and their sql/ parts, then the live catalog against the Snapshot recorded ' +
      'with the last migration.',
    flags: [{ name: 'checksums-only', kind: 'boolean', help: 'files and history only, not the catalog' }, MIGRATIONS],
    examples: ['strata verify', 'strata verify --format sarif > verify.sarif'],
  },
  {
    name: 'snapshot',
    summary: 'write what the database is: its whole catalog as JSON',
    details: 'Stable to the byte: without oids, owners and clock. What types --from reads, and what verify hashes.',
    flags: [
      { name: 'out', kind: 'string', value: 'file', help: 'file to write; default: stdout' },
      { name: 'owners', kind: 'boolean', help: 'with the owner of each object' },
    ],
    examples: ['strata snapshot --out snapshot.json', 'strata types --from snapshot.json'],
  },
  {
    name: 'repair',
    summary: 'accept reviewed edits, clear a failed step, or mend the order after a merge',
    details:
      'Shows how an edited migration differs in meaning before its new checksum is accepted. Without a version only ' +
      'edits that change nothing but the text are accepted.',
    arguments: [{ name: 'version', required: false, variadic: true, help: 'only these migrations' }],
    flags: [
      {
        name: 'renumber',
        kind: 'string',
        value: 'file',
        help: 'give a migration the number after the last one: when two branches took the same, or an older one',
      },
      {
        name: 'lock-file',
        kind: 'boolean',
        help: 'write strata.lock.json anew from the files: after a merge conflict in it, or reviewed edits',
      },
      DRY_RUN,
      MIGRATIONS,
    ],
    examples: ['strata repair', 'strata repair 007', 'strata repair --renumber migrations/042_add_slug.ts'],
  },
  {
    name: 'squash',
    summary: 'one migration in place of all up to a version, proved equal',
    details:
      'Runs the migrations on a scratch database, writes what pg_dump says of it as <version>_baseline.sql, rows that they ' +
      'made included, and proves on another that catalog, owners and rows are the same, and that its down takes all of it ' +
      'away. Then the old files go, and parts under sql/ that nothing refers to any more; the journal of every database ' +
      'stays. A database that has all of them is at the baseline; one that has only some is told how to get there. The ' +
      'database itself is not touched.',
    flags: [
      { ...TO, help: 'the last version to squash' },
      { name: 'dry-run', kind: 'boolean', help: 'make and prove it, show what would be removed, and write nothing' },
      MIGRATIONS,
    ],
    examples: ['strata squash --to 042 --dry-run', 'strata squash --to 042'],
  },
  {
    name: 'baseline',
    summary: 'adopt an existing database at a version',
    details: 'Records the migrations up to the version as applied, without running them.',
    arguments: [{ name: 'version', required: true, help: 'the last migration that the database already has' }],
    flags: [DRY_RUN, MIGRATIONS],
    examples: ['strata baseline 042'],
  },
];
