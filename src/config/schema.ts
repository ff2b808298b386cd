/**
 * The configuration: its type and the one literal in which every default stands. Its JSON Schema is json-schema.ts;
 * how file, environment and flags become a Config is load.ts.
 */
import type { Target } from '../base/target.ts';

/** One named database of the configuration file, chosen with `--env`. */
export interface Environment {
  /** Connection URL. `${NAME}` is replaced by the environment variable NAME, so that no secret stands in the file. */
  readonly url: string;
  /** True: destroying data there needs `--confirm DATABASE`, as if the database itself carried the mark. Default false. */
  readonly confirm?: boolean;
}

export type RuleLevel = 'error' | 'warning' | 'note' | 'off';

/** A regular expression by kind of object, for lint's rule `naming`; `{table}` stands for the table's name. */
export interface Naming {
  readonly table: string;
  readonly column: string;
  readonly index: string;
  readonly check: string;
  readonly unique: string;
  readonly foreignKey: string;
  readonly primaryKey: string;
  readonly exclusion: string;
}

/** An S3-compatible object storage. Credentials are in the environment, never here: see remote/settings.ts. */
export interface Endpoint {
  /** `https://host`; empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon's of the region. */
  readonly endpoint: string;
  /** Empty: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1. */
  readonly region: string;
  /** True: `https://host/bucket/key`, which every endpoint takes; false: `https://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Milliseconds without a byte, after which a connection counts as dead. */
  readonly timeout: number;
  /** Further attempts at a request that failed on its way. */
  readonly retries: number;
}

/** What a configuration file may hold, every key with its value. */
export interface Settings {
  /** Folders, relative to the project folder. */
  readonly migrations: string;
  readonly sql: string;
  readonly seeds: string;
  readonly generated: string;
  /** Schemas that a Snapshot covers. */
  readonly schemas: readonly string[];
  /** Where the history table is. */
  readonly history: { readonly schema: string; readonly table: string };
  readonly environments: Readonly<Record<string, Environment>>;
  readonly lock: {
    /** `advisory` (a session lock) or `lease` (a table row, for transaction-pooling proxies). */
    readonly mode: 'advisory' | 'lease';
    /** Milliseconds to wait for another run. */
    readonly wait: number;
    /** Milliseconds a lease lives without renewal. */
    readonly lease: number;
  };
  readonly timeouts: {
    /** Milliseconds a statement of a migration waits for a lock, first attempt. */
    readonly lock: number;
    /** Further attempts, each waiting `lockHeld` milliseconds. */
    readonly lockRetries: number;
    readonly lockHeld: number;
    /** Milliseconds one statement may run; 0: no limit. */
    readonly statement: number;
  };
  /** Statements that a migration runs in batches. */
  readonly batches: {
    /** Milliseconds that a batch should take: its size follows. */
    readonly target: number;
    /** Milliseconds that a standby may be behind before batches wait for it; 0: they never do. */
    readonly lag: number;
  };
  readonly lint: {
    /** Rule name to level. A rule that is not named keeps its own level. */
    readonly rules: Readonly<Record<string, RuleLevel>>;
    /** Findings that were reviewed and accepted, `FINGERPRINT: REASON` each. */
    readonly ignore: readonly string[];
    readonly naming: Naming;
    /** Tables with fewer rows, by the live database, are small: what hurts for as long as rows take is a note there. 0: none is. */
    readonly smallRows: number;
  };
  readonly types: {
    readonly out: string;
    /** Ids of different tables are different types. */
    readonly brandedIds: boolean;
    /** Dates and times are `Date | number`, since `infinity` arrives as a number; false: `Date`, a promise not to store it. */
    readonly infinity: boolean;
    /** Parsers that the generated registerTypes() gives the driver; with the defaults it keeps its own. */
    readonly parse: {
      /** Arrays of enums, domains and the like as JavaScript arrays. */
      readonly arrays: boolean;
      /** Composites as objects; with `arrays` their arrays, too. */
      readonly composites: boolean;
      readonly int8: 'string' | 'bigint' | 'number';
      readonly numeric: 'string' | 'number';
      readonly date: 'Date' | 'string';
    };
    /** Name of the error class by SQLSTATE that functions raise, `BK003` to `VersionConflict`, or by violated constraint. */
    readonly errors: Readonly<Record<string, string>>;
  };
  readonly docs: { readonly out: string };
  readonly backup: {
    readonly dir: string;
    readonly format: 'custom' | 'directory';
    /** Parallel workers of pg_dump (directory format only) and pg_restore. */
    readonly jobs: number;
    /** `gzip`, `zstd`, `lz4` or `none`, with a level behind it: `zstd:9`. zstd and lz4 need pg_dump 16. */
    readonly compress: string;
    /** Public keys of age that backups are encrypted to; none: they are not. */
    readonly encryption: { readonly recipients: readonly string[] };
    /** File for Prometheus' textfile collector, with what monitoring wants to know; empty: none. */
    readonly health: string;
    /** In how many days, weeks and months the newest good backup is kept; days begin by the time zone. */
    readonly retention: {
      readonly daily: number;
      readonly weekly: number;
      readonly monthly: number;
      readonly timeZone: string;
    };
    /** The archive of the cluster's WAL, for recovery to a moment. */
    readonly wal: {
      readonly dir: string;
      /** Milliseconds after which a segment is archived even if it is not full: what a crash may lose at most. */
      readonly timeout: number;
      /** Any moment of so many days can be recovered. */
      readonly days: number;
    };
    /** Where copies of the backups go. */
    readonly remote: Endpoint & {
      /** Empty: there is none. */
      readonly bucket: string;
      /** Keys begin with it and a slash; empty: they begin with the id of the backup. */
      readonly prefix: string;
      /** Parts of a file on their way at once. */
      readonly parallel: number;
      /** MiB of a part; files larger than one are sent in parts. */
      readonly partSize: number;
    };
  };
  /** The application's files: objects in buckets, metadata in a table. */
  readonly files: Endpoint & {
    /** By the name that the table has for it, what the bucket is called; empty: as in the table. */
    readonly buckets: Readonly<Record<string, string>>;
    /** `table` or `schema.table`. */
    readonly table: string;
    readonly columns: {
      readonly bucket: string;
      readonly key: string;
      /** Bytes. Empty: there is no such column. */
      readonly size: string;
      /** Null while the object is there. Empty: there is no such column. */
      readonly gone: string;
      /** When the row was written. Empty: there is no such column. */
      readonly created: string;
    };
  };
  /** The PostgreSQL of this project: major version (or `auto`: see server/choose.ts), and the folder of its data. */
  readonly embedded: { readonly version: string; readonly dir: string };
  readonly fleet: {
    /** Names of `environments` that belong to the fleet. */
    readonly environments: readonly string[];
    /** Databases worked on at once. */
    readonly parallel: number;
  };
}

/** Settings, and what was found around them. */
export interface Config extends Settings {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Absolute path of the file the settings come from; null: there is none. */
  readonly file: string | null;
  /** The environment chosen with `--env`; null: none. */
  readonly environment: string | null;
  /** The database to work on; null: the embedded server. */
  readonly target: Target | null;
}

/** Seven attempts with doubling pauses outlast half a minute of 503, which is how long endpoints take to scale. */
const ENDPOINT: Endpoint = { endpoint: '', region: '', pathStyle: true, timeout: 60_000, retries: 6 };

/** Every default. Lock numbers: one short try, then few held ones, because hundreds of blind tries freeze a table again and again. */
export const DEFAULTS: Settings = {
  migrations: 'migrations',
  sql: 'sql',
  seeds: 'seeds',
  generated: 'generated',
  schemas: ['public'],
  history: { schema: 'public', table: 'schema_migrations' },
  environments: {},
  lock: { mode: 'advisory', wait: 60_000, lease: 30_000 },
  timeouts: { lock: 1_000, lockRetries: 3, lockHeld: 7_000, statement: 0 },
  batches: { target: 100, lag: 10_000 },
  lint: {
    rules: {},
    ignore: [],
    naming: {
      table: '^[a-z][a-z0-9_]*$',
      column: '^[a-z][a-z0-9_]*$',
      index: '^(idx|uq)_{table}_',
      check: '^chk_',
      unique: '^uq_',
      foreignKey: '^fk_',
      primaryKey: '_pkey$',
      exclusion: '^(no|excl)_',
    },
    smallRows: 1_000,
  },
  types: {
    out: 'generated/types.ts',
    brandedIds: true,
    infinity: true,
    parse: { arrays: false, composites: false, int8: 'string', numeric: 'string', date: 'Date' },
    errors: {},
  },
  docs: { out: 'docs/data' },
  backup: {
    dir: 'backups',
    format: 'custom',
    jobs: 2,
    compress: 'gzip',
    encryption: { recipients: [] },
    health: '',
    retention: { daily: 7, weekly: 4, monthly: 12, timeZone: 'UTC' },
    wal: { dir: 'wal', timeout: 60_000, days: 7 },
    remote: { ...ENDPOINT, bucket: '', prefix: '', parallel: 4, partSize: 8 },
  },
  files: {
    ...ENDPOINT,
    buckets: {},
    table: 'stored_files',
    columns: {
      ...{ bucket: 'bucket_name', key: 'object_key', size: 'size_bytes' },
      ...{ gone: 'object_deleted_at', created: 'created_at' },
    },
  },
  embedded: { version: 'auto', dir: '.strata' },
  fleet: { environments: [], parallel: 4 },
};
