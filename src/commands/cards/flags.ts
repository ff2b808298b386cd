/** Flags that several commands share. Times are in milliseconds, as everywhere in the configuration. */
import type { Flag } from '../command.ts';

export const MIGRATIONS: Flag = {
  name: 'migrations',
  kind: 'string',
  value: 'dir',
  config: 'migrations',
  help: 'folder of the migrations',
};

export const TO: Flag = { name: 'to', kind: 'string', value: 'version', help: 'stop after this version' };

export const STEPS: Flag = { name: 'steps', kind: 'integer', value: 'n', help: 'at most this many migrations' };

export const DRY_RUN: Flag = {
  name: 'dry-run',
  kind: 'boolean',
  help: 'show the plan, as "strata plan" does, and touch nothing',
};

export const OUT_OF_ORDER: Flag = {
  name: 'allow-out-of-order',
  kind: 'boolean',
  help: 'also migrations older than the newest applied one',
};

export const CONFIRM: Flag = {
  name: 'confirm',
  kind: 'string',
  value: 'database',
  help: 'name of the database: the second key where it is marked as production',
};

export const IDENTITY: Flag = {
  name: 'identity',
  kind: 'string',
  value: 'file',
  help: 'file of private keys (age) that opens an encrypted backup; default: STRATA_AGE_IDENTITY',
};

/** How a run waits: for another run, and for locks that the application holds. */
export const WAITING: readonly Flag[] = [
  {
    name: 'lock-wait',
    kind: 'integer',
    value: 'ms',
    config: 'lock.wait',
    help: 'wait this long for another run to finish',
  },
  {
    name: 'lock-timeout',
    kind: 'integer',
    value: 'ms',
    config: 'timeouts.lock',
    help: 'first wait of a statement for its lock',
  },
  {
    name: 'lock-retries',
    kind: 'integer',
    value: 'n',
    config: 'timeouts.lockRetries',
    help: 'further attempts at a lock',
  },
  {
    name: 'statement-timeout',
    kind: 'integer',
    value: 'ms',
    config: 'timeouts.statement',
    help: 'longest run of one statement (0: no limit)',
  },
];

export const BACKUP_DIR: Flag = {
  name: 'dir',
  kind: 'string',
  value: 'dir',
  config: 'backup.dir',
  help: 'folder of the backups',
};

/** Where the bucket is, for machines without a configuration. */
export const BUCKET: readonly Flag[] = [
  {
    name: 'endpoint',
    kind: 'string',
    value: 'url',
    config: 'backup.remote.endpoint',
    help: 'https://host of the storage',
  },
  { name: 'bucket', kind: 'string', value: 'name', config: 'backup.remote.bucket', help: 'name of the bucket' },
  { name: 'prefix', kind: 'string', value: 'path', config: 'backup.remote.prefix', help: 'what keys begin with' },
];
