/** Card of `wal`: the archive that points in time are recovered from. */
import type { Card, Flag } from '../command.ts';
import { BUCKET, CONFIRM } from './flags.ts';

export const WAL_DIR: Flag = {
  name: 'wal-dir',
  kind: 'string',
  value: 'dir',
  config: 'backup.wal.dir',
  help: 'folder of the WAL archive',
};

const REMOTE: Flag = { name: 'remote', kind: 'boolean', help: 'the archive in the bucket (backup.remote)' };

const SYSTEM: Flag = {
  name: 'system',
  kind: 'string',
  value: 'identifier',
  help: 'the cluster, where the bucket has archives of several',
};

/** Flags of `restore` for a moment. */
export const RECOVERY_FLAGS: readonly Flag[] = [
  {
    name: 'at',
    kind: 'string',
    value: 'time',
    help: 'the cluster at this time, with its offset: 2026-11-21T10:00:00+01:00',
  },
  { name: 'lsn', kind: 'string', value: 'position', help: 'the cluster at this position of the WAL' },
  { name: 'name', kind: 'string', value: 'name', help: 'the cluster at this restore point' },
  { name: 'timeline', kind: 'integer', value: 'n', help: 'the timeline to take; default: the newest that leads there' },
  { name: 'data', kind: 'string', value: 'dir', help: 'the new data directory' },
  {
    name: 'replace',
    kind: 'string',
    value: 'dir',
    help: 'with a moment: take the place of this data directory, whose server is stopped',
  },
  { name: 'preview', kind: 'boolean', help: 'leave a server open at the moment, read-only, for a look' },
  { name: 'promote', kind: 'boolean', help: 'make the previewed --data a cluster of its own' },
  { name: 'discard', kind: 'boolean', help: 'remove the previewed --data' },
  WAL_DIR,
];

const APPLY: Flag = { name: 'apply', kind: 'boolean', help: 'do it; without it the changes are only shown' };

export const WAL_CARD: Card = {
  name: 'wal',
  summary: 'archive the WAL, take base backups: recovery to any moment',
  subcommands: [
    {
      name: 'enable',
      summary: 'let the server archive its WAL, and prove that it does',
      details:
        'Shows the settings that differ; --apply makes the archive, writes them with ALTER SYSTEM, restarts the embedded\n' +
        'server if need be, then ends a segment and waits until it lies in the archive. Any other server you restart\n' +
        'yourself, and run the command again. Needs a superuser, on the machine of the server.',
      flags: [
        APPLY,
        {
          name: 'timeout',
          kind: 'integer',
          value: 'ms',
          config: 'backup.wal.timeout',
          help: 'archive a segment after this time even if it is not full (at most 60000)',
        },
        { name: 'replace', kind: 'boolean', help: 'take the place of another archive_command' },
        WAL_DIR,
        CONFIRM,
      ],
      examples: ['strata wal enable', 'strata wal enable --apply --wal-dir /backup/shop/wal'],
    },
    {
      name: 'disable',
      summary: 'let the server archive no more; the archive stays as it is',
      flags: [APPLY, CONFIRM],
      examples: ['strata wal disable --apply'],
    },
    {
      name: 'base',
      summary: 'take a base backup of the whole cluster and verify it',
      details: 'An incremental one holds only what changed since the newest base backup (PostgreSQL 17 or newer).',
      flags: [
        { name: 'incremental', kind: 'boolean', help: 'only what changed since the newest base backup' },
        WAL_DIR,
      ],
      examples: ['strata wal base', 'strata wal base --incremental'],
    },
    {
      name: 'status',
      summary: 'which moments can be recovered, and what is missing, late or damaged',
      details:
        'Looks at the name, size and header of every segment, and at the server for what waits to be archived; without a\n' +
        'server the archive alone is judged. Exit status 1 when something is wrong.',
      flags: [
        { name: 'verify', kind: 'boolean', help: 'read every byte of segments and base backups' },
        REMOTE,
        SYSTEM,
        WAL_DIR,
      ],
      examples: ['strata wal status', 'strata wal status --verify --json', 'strata wal status --remote'],
    },
    {
      name: 'upload',
      summary: 'bring the archive into the bucket, as far as it is not there',
      details: 'WAL, then base backups, each verified before. Nothing there is ever replaced. Let it run every minute.',
      flags: [
        { name: 'verify', kind: 'boolean', help: 'compare what is there already by its checksum, too' },
        WAL_DIR,
        ...BUCKET,
      ],
      examples: ['strata wal upload', 'strata wal upload --verify'],
    },
    {
      name: 'download',
      summary: 'bring the archive back from the bucket, as far as it is not here',
      details:
        'Into the archive of this machine, or a new one; then: strata restore --at …. Damaged segments are mended.',
      flags: [
        { name: 'newest', kind: 'boolean', help: 'only the newest base backup, and the WAL behind it' },
        SYSTEM,
        WAL_DIR,
        ...BUCKET,
      ],
      examples: ['strata wal download', 'strata wal download --newest --wal-dir /restore/wal'],
    },
    {
      name: 'prune',
      summary: 'show what the last days need and why; --delete deletes the rest',
      details:
        'Keeps the newest good base backup from before the last days, everything after it, and all WAL from its start on\n' +
        'every timeline. History files stay for ever. Nothing is deleted while the newest base backup is not good.',
      flags: [
        { name: 'delete', kind: 'boolean', help: 'delete what is not needed; without it nothing is touched' },
        { name: 'days', kind: 'integer', value: 'n', config: 'backup.wal.days', help: 'any moment of so many days' },
        REMOTE,
        SYSTEM,
        WAL_DIR,
      ],
      examples: ['strata wal prune', 'strata wal prune --days 14 --delete'],
    },
  ],
};
