/** Cards of the commands that load rows, write types, and keep backups. */
import type { Card } from '../command.ts';
import { CONFIRM } from './flags.ts';

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
    summary: 'write TypeScript types of the rows',
    flags: [
      { name: 'out', kind: 'string', value: 'path', config: 'types.out', help: 'file to write' },
      { name: 'check', kind: 'boolean', help: 'compare only: exit with 1 when the file is not fresh' },
      { name: 'from', kind: 'string', value: 'snapshot.json', help: 'a stored Snapshot instead of a database' },
    ],
    examples: ['strata types', 'strata types --check'],
  },
  {
    name: 'backup',
    summary: 'take, list and verify backups',
    subcommands: [
      {
        name: 'create',
        summary: 'pg_dump with manifest and checksums',
        flags: [
          { name: 'dir', kind: 'string', value: 'dir', config: 'backup.dir', help: 'folder of the backups' },
          {
            name: 'dump-format',
            kind: 'string',
            value: 'format',
            config: 'backup.format',
            choices: ['custom', 'directory'],
            help: "pg_dump's format",
          },
          { name: 'jobs', kind: 'integer', value: 'n', config: 'backup.jobs', help: 'workers (directory format)' },
          { name: 'counts-only', kind: 'boolean', help: 'count the rows of each table, but do not hash them' },
        ],
        examples: ['strata backup create'],
      },
      {
        name: 'list',
        summary: 'the backups at hand, newest first',
        flags: [{ name: 'dir', kind: 'string', value: 'dir', config: 'backup.dir', help: 'folder of the backups' }],
      },
      {
        name: 'verify',
        summary: 're-read backups and compare every checksum',
        arguments: [{ name: 'id', required: false, variadic: true, help: 'only these; default: all' }],
        flags: [{ name: 'dir', kind: 'string', value: 'dir', config: 'backup.dir', help: 'folder of the backups' }],
      },
    ],
  },
  {
    name: 'restore',
    summary: 'restore a backup into a new database',
    arguments: [{ name: 'id', required: false, help: 'the backup; default: the newest good one' }],
    flags: [
      { name: 'to', kind: 'string', value: 'database', help: 'name of the database to create, or of an empty one' },
      { name: 'create-roles', kind: 'boolean', help: 'create the roles that are missing, without passwords' },
      { name: 'keep', kind: 'boolean', help: 'keep a restored database that differs from the backup' },
      { name: 'jobs', kind: 'integer', value: 'n', config: 'backup.jobs', help: 'workers (into a new database)' },
      { name: 'dir', kind: 'string', value: 'dir', config: 'backup.dir', help: 'folder of the backups' },
      CONFIRM,
    ],
    examples: ['strata restore --to marketplace_check'],
  },
  {
    name: 'drill',
    summary: 'prove that a backup restores, and measure how long it takes',
    details:
      'Restores on a server of its own, which is removed afterwards; compares roles, catalog, rows and checksums, checks\n' +
      'every page with pg_amcheck, and runs the scripts under sql/smoke. RTO is the time from an empty server to the\n' +
      'compared database, RPO the age of what the backup shows. Reports are kept in the folder of backups, under drills/.',
    arguments: [{ name: 'id', required: false, help: 'the backup; default: the newest' }],
    flags: [
      { name: 'all', kind: 'boolean', help: 'every backup, the newest first' },
      { name: 'history', kind: 'boolean', help: 'the drills so far, and nothing else' },
      {
        name: 'scratch',
        kind: 'string',
        value: 'dir',
        help: 'where the server puts its data; default: the temporary folder',
      },
      { name: 'jobs', kind: 'integer', value: 'n', config: 'backup.jobs', help: 'workers of pg_restore' },
      { name: 'dir', kind: 'string', value: 'dir', config: 'backup.dir', help: 'folder of the backups' },
    ],
    examples: ['strata drill', 'strata drill --all', 'strata drill --history'],
  },
];
