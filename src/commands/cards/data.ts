/** Cards of the commands that load rows, write types, and keep backups. */
import type { Card, Flag } from '../command.ts';
import { INSTALL } from './backup-install.ts';
import { BUCKET, CONFIRM, BACKUP_DIR as DIR, IDENTITY } from './flags.ts';
import { SUBJECT } from './subject.ts';
import { RECOVERY_FLAGS, WAL_DIR } from './wal.ts';

const REMOTE: Flag = { name: 'remote', kind: 'boolean', help: 'the copies in the bucket (backup.remote)' };

export const DATA_CARDS: readonly Card[] = [
  {
    name: 'seed',
    summary: 'validate seed sets with JSON Schema, then load them',
    arguments: [
      { name: 'set', required: false, variadic: true, help: 'folders under seeds/; without one, they are listed' },
    ],
    flags: [
      { name: 'validate-only', kind: 'boolean', help: 'check the files and touch nothing' },
      { name: 'factor', kind: 'integer', value: 'n', help: 'size of sets that a program makes; default 1' },
      { name: 'seeds', kind: 'string', value: 'dir', config: 'seeds', help: 'folder of the seed sets' },
      CONFIRM,
    ],
    examples: ['strata seed reference', 'strata seed reference demo --validate-only', 'strata seed scale --factor 10'],
  },
  {
    name: 'types',
    summary: 'write row types, JSON Schemas and typed functions',
    flags: [
      { name: 'out', kind: 'string', value: 'path', config: 'types.out', help: 'file to write' },
      { name: 'check', kind: 'boolean', help: 'compare only: exit with 1 when a file is not fresh' },
      { name: 'from', kind: 'string', value: 'snapshot.json', help: 'a stored Snapshot instead of a database' },
      { name: 'watch', kind: 'boolean', help: 'write again when the schema changes, until Ctrl-C' },
    ],
    details:
      '--watch looks twice a second at the catalog of the database, the configuration file, the JSON Schemas that comments name, and a Snapshot given with --from, and writes when a change has come to rest. Migrations count once they are applied.',
    examples: ['strata types', 'strata types --check', 'strata types --watch'],
  },
  {
    name: 'backup',
    summary: 'take, list, verify, prune, schedule, upload and download backups',
    subcommands: [
      {
        name: 'create',
        summary: 'pg_dump with manifest and checksums',
        flags: [
          DIR,
          {
            name: 'dump-format',
            kind: 'string',
            value: 'format',
            config: 'backup.format',
            choices: ['custom', 'directory'],
            help: "pg_dump's format",
          },
          { name: 'jobs', kind: 'integer', value: 'n', config: 'backup.jobs', help: 'workers (directory format)' },
          {
            name: 'compress',
            kind: 'string',
            value: 'method',
            config: 'backup.compress',
            help: 'gzip, zstd, lz4 or none, with a level: zstd:9 (zstd, lz4: pg_dump 16)',
          },
          {
            name: 'recipient',
            kind: 'list',
            value: 'key',
            config: 'backup.encryption.recipients',
            help: 'encrypt to this public key of age (age1…)',
          },
          { name: 'role-passwords', kind: 'boolean', help: "with the hashes of the roles' passwords (as a superuser)" },
          { name: 'counts-only', kind: 'boolean', help: 'count the rows of each table, but do not hash them' },
          { name: 'upload', kind: 'boolean', help: 'then upload it, as "strata backup upload" does' },
        ],
        examples: [
          'strata backup create --upload',
          'strata backup create --dump-format directory --jobs 4 --compress zstd',
        ],
      },
      {
        name: 'list',
        summary: 'the backups at hand, newest first',
        details:
          'Each is unverified, verified (read whole, nothing wrong), good (and its last drill restored it and found everything),\n' +
          'failed (whole, but its last drill failed) or damaged. With --remote good means verified there.',
        flags: [REMOTE, DIR],
      },
      {
        name: 'verify',
        summary: 're-read backups and compare every checksum',
        details:
          'Reads every byte and compares it with the hashes that were taken while it was written; an encrypted backup needs\n' +
          'no key for that. --content lets pg_restore read the dump to its end, too.',
        arguments: [{ name: 'id', required: false, variadic: true, help: 'only these; default: all' }],
        flags: [
          { name: 'content', kind: 'boolean', help: 'let pg_restore read the whole dump; takes several times as long' },
          IDENTITY,
          REMOTE,
          DIR,
        ],
      },
      {
        name: 'prune',
        summary: 'show what the retention policy keeps and why; --delete deletes the rest',
        details:
          'Keeps the newest good backup of each of the last days, weeks and months that have one, by database. Backups that\n' +
          'are damaged, unverified or failed their drill count for nothing. Nothing is deleted while the newest backup is\n' +
          'not a good one, or shows a time that has not come yet.',
        flags: [
          { name: 'delete', kind: 'boolean', help: 'delete what no rule keeps; without it nothing is touched' },
          { name: 'damaged', kind: 'boolean', help: 'also damaged backups older than the newest good one' },
          { name: 'simulate', kind: 'boolean', help: 'a calendar of what the policy keeps of one backup a day' },
          REMOTE,
          { name: 'daily', kind: 'integer', value: 'n', config: 'backup.retention.daily', help: 'days to keep one of' },
          {
            name: 'weekly',
            kind: 'integer',
            value: 'n',
            config: 'backup.retention.weekly',
            help: 'weeks to keep one of',
          },
          {
            name: 'monthly',
            kind: 'integer',
            value: 'n',
            config: 'backup.retention.monthly',
            help: 'months to keep one of',
          },
          DIR,
        ],
        examples: [
          'strata backup prune',
          'strata backup prune --daily 30 --weekly 0 --monthly 0 --simulate',
          'strata backup prune --delete',
        ],
      },
      {
        name: 'upload',
        summary: 'copy backups into an S3-compatible bucket',
        details:
          'Large files go in parts, several at once; what an interrupted run left there is gone on with\n' +
          'when its checksums are ours. The manifest comes last: until then there is no backup in the\n' +
          'bucket. The bucket is backup.remote of the configuration; credentials are AWS_ACCESS_KEY_ID\n' +
          'and AWS_SECRET_ACCESS_KEY, in the environment only.',
        arguments: [{ name: 'id', required: false, variadic: true, help: 'the backups; default: the newest' }],
        flags: [{ name: 'all', kind: 'boolean', help: 'every backup in the folder' }, ...BUCKET, DIR],
        examples: ['strata backup upload', 'strata backup upload --all'],
      },
      {
        name: 'download',
        summary: 'copy a backup of the bucket into the folder, every checksum compared',
        arguments: [{ name: 'id', required: false, help: 'the backup; default: the newest in the bucket' }],
        flags: [...BUCKET, DIR],
        examples: ['strata backup download 20261122T034500Z'],
      },
      INSTALL,
      {
        name: 'hold',
        summary: 'keep a backup whatever the policy says',
        arguments: [{ name: 'id', required: true, help: 'the backup' }],
        flags: [{ name: 'reason', kind: 'string', value: 'text', help: 'why, for whoever reads the list' }, DIR],
        examples: ["strata backup hold 20261122T034500Z --reason 'audit of 2026'"],
      },
      {
        name: 'release',
        summary: 'let the policy decide about a backup again',
        arguments: [{ name: 'id', required: true, help: 'the backup' }],
        flags: [DIR],
      },
    ],
  },
  {
    name: 'restore',
    summary: 'restore a backup into a new database, in place of one, or the cluster at a moment',
    details:
      'With --at, --lsn or --name: the whole cluster at that moment, from the WAL archive, into a new data directory. The\n' +
      'WAL up to there is read first, recovery is compared with it, and only then the copy is promoted, and stopped.',
    arguments: [{ name: 'id', required: false, help: 'the backup; default: the newest good one' }],
    flags: [
      { name: 'remote', kind: 'boolean', help: 'download first what is not here' },
      { name: 'to', kind: 'string', value: 'database', help: 'name of the database to create, or of an empty one' },
      {
        name: 'in-place',
        kind: 'boolean',
        help: 'restore beside the database, compare, then swap names; the old one is kept; needs --confirm',
      },
      { name: 'foreign', kind: 'boolean', help: 'in place, although the backup is of another database or server' },
      { name: 'table', kind: 'list', value: 'name', help: 'rows of this table only; the catalog comes whole' },
      { name: 'schema', kind: 'list', value: 'name', help: 'rows of the tables in this schema only' },
      { name: 'create-roles', kind: 'boolean', help: 'create the roles that are missing, without passwords' },
      { name: 'keep', kind: 'boolean', help: 'keep a restored database that differs from the backup' },
      { name: 'jobs', kind: 'integer', value: 'n', config: 'backup.jobs', help: 'workers (into a new database)' },
      IDENTITY,
      ...RECOVERY_FLAGS,
      DIR,
      CONFIRM,
    ],
    examples: [
      'strata restore --to marketplace_check',
      'strata restore --table bookings --table users',
      "strata restore --at '2026-11-21T10:00:00+01:00' --data /var/lib/postgresql/recovered --preview",
    ],
  },
  SUBJECT,
  {
    name: 'drill',
    summary: 'prove that a backup restores, and measure how long it takes',
    details:
      'Restores on a server of its own, which is removed afterwards; compares roles, catalog, rows and checksums, checks\n' +
      'every page with pg_amcheck, and runs the scripts under sql/smoke. RTO is the time from an empty server to the\n' +
      'compared database, RPO the age of what the backup shows. Reports are kept in the folder of backups, under drills/.',
    arguments: [{ name: 'id', required: false, help: 'the backup; default: the newest of each database' }],
    flags: [
      { name: 'all', kind: 'boolean', help: 'every backup, the newest first' },
      { name: 'history', kind: 'boolean', help: 'the drills so far, and nothing else' },
      { name: 'wal', kind: 'boolean', help: 'the cluster from the WAL archive, to its newest moment' },
      WAL_DIR,
      {
        name: 'scratch',
        kind: 'string',
        value: 'dir',
        help: 'where the server puts its data; default: the temporary folder',
      },
      { name: 'jobs', kind: 'integer', value: 'n', config: 'backup.jobs', help: 'workers of pg_restore' },
      IDENTITY,
      DIR,
    ],
    examples: ['strata drill', 'strata drill --all', 'strata drill --wal', 'strata drill --history'],
  },
];
