/**
 * The JSON Schema (draft 2020-12) of a configuration file. The build writes it beside the bundle as config.schema.json,
 * for editors; docs/cli.md is printed from it; the names of the `STRATA_…` variables are derived from it.
 */

/** The part of JSON Schema that is used here. */
export interface KeySchema {
  readonly type: 'object' | 'string' | 'integer' | 'boolean' | 'array';
  readonly description: string;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly additionalProperties?: false | KeySchema;
  readonly items?: KeySchema;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
}

const MAX_MS = 2_147_483_647;
const ms = (description: string): KeySchema => ({ type: 'integer', minimum: 0, maximum: MAX_MS, description });
const count = (description: string, minimum = 0): KeySchema => ({
  type: 'integer',
  minimum,
  maximum: 10_000,
  description,
});
const text = (description: string): KeySchema => ({ type: 'string', description });
const name = (description: string): KeySchema => ({ type: 'string', minLength: 1, description });
/** Where it lies in the repository: the same for everybody who has it. */
const folder = (description: string): KeySchema => ({
  ...name(`${description}, below the project folder`),
  pattern: '^(?![/\\\\]|[A-Za-z]:)',
});
const flag = (description: string): KeySchema => ({ type: 'boolean', description });
const choice = (description: string, ...values: string[]): KeySchema => ({ type: 'string', enum: values, description });
const names = (description: string, minItems = 0): KeySchema => ({
  type: 'array',
  items: name('a name'),
  minItems,
  description,
});
const group = (description: string, properties: Readonly<Record<string, KeySchema>>): KeySchema => ({
  type: 'object',
  properties,
  additionalProperties: false,
  description,
});
const map = (description: string, value: KeySchema): KeySchema => ({
  type: 'object',
  additionalProperties: value,
  description,
});

const ENVIRONMENT: KeySchema = {
  ...group('a named database', {
    url: name('connection URL; ${NAME} is replaced by the environment variable NAME'),
    confirm: flag('losing data there needs --confirm and the name of the database'),
  }),
  required: ['url'],
};

const BUCKET = '^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$';

const ENDPOINT: Readonly<Record<string, KeySchema>> = {
  endpoint: {
    ...text("https://host of the object storage; empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon's"),
    pattern: '^(https?://[^/?#@]+/?)?$',
  },
  region: {
    ...text('region; empty: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1'),
    pattern: '^[a-z0-9-]*$',
  },
  pathStyle: flag('https://host/bucket/key; false: https://bucket.host/key'),
  timeout: { ...ms('milliseconds without a byte until a connection counts as dead'), minimum: 100 },
  retries: { ...count('further attempts at a request that failed on its way'), maximum: 20 },
};

export const SETTINGS_SCHEMA: KeySchema = group('configuration of strata', {
  migrations: folder('folder of the migrations'),
  sql: folder('folder of the versioned SQL objects'),
  seeds: folder('folder of the seed sets'),
  generated: folder('folder of generated files'),
  schemas: names('schemas that a Snapshot covers', 1),
  history: group('the history table', { schema: name('its schema'), table: name('its name') }),
  environments: map('named databases, chosen with --env', ENVIRONMENT),
  lock: group('the lock between two runs', {
    mode: choice('session lock, or table row for transaction-pooling proxies', 'advisory', 'lease'),
    wait: ms('milliseconds to wait for another run'),
    lease: { ...ms('milliseconds a lease lives without renewal'), minimum: 1_000 },
  }),
  timeouts: group('how long statements of a migration may wait and run', {
    lock: ms('milliseconds of the first wait for a lock'),
    lockRetries: count('further attempts'),
    lockHeld: ms('milliseconds of each further attempt'),
    statement: ms('milliseconds one statement may run; 0: no limit'),
  }),
  batches: group('statements that a migration runs in batches', {
    target: { ...ms('milliseconds a batch should take'), minimum: 1 },
    lag: ms('milliseconds a standby may be behind before batches wait for it; 0: they never do'),
  }),
  lint: group('lint rules', {
    rules: map('level by rule', choice('level', 'error', 'warning', 'note', 'off')),
    ignore: names('accepted findings: FINGERPRINT: REASON'),
    naming: group('regular expression by kind of object, for the rule naming; {table} is the name of its table', {
      table: name('tables'),
      column: name('columns'),
      index: name('indexes'),
      check: name('CHECK constraints'),
      unique: name('UNIQUE constraints'),
      foreignKey: name('foreign keys'),
      primaryKey: name('primary keys'),
      exclusion: name('EXCLUDE constraints'),
    }),
    smallRows: count(
      'rows below which a live table is small: locks that last as long as its rows take are notes; 0: never',
    ),
  }),
  types: group('generated types', {
    out: name('file to write'),
    brandedIds: flag('a type of its own for the ids of each table'),
    infinity: flag('dates and times may be the numbers Infinity and -Infinity; false: Date alone'),
    parse: group('parsers that the generated registerTypes() gives the driver', {
      arrays: flag('arrays of enums, domains and the like as JavaScript arrays'),
      composites: flag('composites as objects, in arrays too when arrays are parsed'),
      int8: choice('what an int8 becomes', 'string', 'bigint', 'number'),
      numeric: choice('what a numeric becomes', 'string', 'number'),
      date: choice('what a date becomes', 'Date', 'string'),
    }),
    errors: map('name of the error class by SQLSTATE that functions raise, or by violated constraint', {
      ...name('a class is called so, with Error behind it'),
      pattern: '^[A-Z][A-Za-z0-9]*$',
    }),
  }),
  docs: group('generated documentation', { out: name('folder to write') }),
  backup: group('backups', {
    dir: name('folder of the backups'),
    format: choice("pg_dump's format", 'custom', 'directory'),
    jobs: count('parallel workers of pg_dump (directory format only) and of pg_restore', 1),
    compress: {
      ...text('gzip, zstd, lz4 or none, with a level behind it: zstd:9; zstd and lz4 need pg_dump 16'),
      pattern: '^(none|(gzip|zstd|lz4)(:\\d{1,2})?)$',
    },
    encryption: group('encryption at rest, in the format of age', {
      recipients: names('public keys (age1…) that backups are encrypted to; none: they are not'),
    }),
    health: text("file for Prometheus' textfile collector; empty: none"),
    retention: group('how many to keep', {
      daily: count('newest good backups of so many days'),
      weekly: count('newest good backups of so many weeks'),
      monthly: count('newest good backups of so many months'),
      timeZone: name('where days, weeks and months begin: UTC, Europe/Berlin'),
    }),
    wal: group('the archive of the WAL, for recovery to a moment', {
      dir: name('folder of the archive; the server writes there'),
      timeout: {
        ...ms('milliseconds after which a segment is archived even if it is not full'),
        minimum: 1_000,
        maximum: 60_000,
      },
      days: count('any moment of so many days can be recovered', 1),
    }),
    remote: group('copies of the backups in an S3-compatible bucket', {
      ...ENDPOINT,
      bucket: { ...text('name of the bucket; empty: none'), pattern: BUCKET },
      prefix: {
        ...text('keys begin with it, and a slash'),
        // Parts between single slashes, none of them "." or "..": every other tool must find the same key.
        pattern: '^((?!\\.{1,2}(/|$))[^/\\u0000-\\u001f]+(/(?!$)|$))*$',
      },
      parallel: { ...count('parts of a file on their way at once', 1), maximum: 32 },
      partSize: { ...count('MiB of a part; larger files are sent in parts', 5), maximum: 5_120 },
    }),
  }),
  files: group("the application's files: objects in buckets, metadata in a table", {
    ...ENDPOINT,
    buckets: map('what the buckets are called, by their names in the table', {
      ...name('name of the bucket'),
      pattern: BUCKET,
    }),
    table: name('the table of files: table, or schema.table'),
    columns: group('its columns; empty: there is no such column', {
      bucket: name('bucket'),
      key: name('key inside the bucket'),
      size: text('bytes'),
      gone: text('when the object was deleted; null while it is there'),
      created: text('when the row was written'),
    }),
  }),
  embedded: group('the PostgreSQL of this project', {
    version: { ...name('major version, or auto'), pattern: '^(auto|\\d{2})$' },
    dir: name('folder of its data'),
  }),
  fleet: group('many databases', {
    environments: names('environments that belong to the fleet'),
    parallel: count('databases worked on at once', 1),
  }),
});

/** What a file may hold: the settings, and `$schema` for the editor. */
export const FILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'strata configuration',
  ...SETTINGS_SCHEMA,
  properties: { $schema: { type: 'string', description: 'for editors' }, ...SETTINGS_SCHEMA.properties },
} as const;

export interface Key {
  /** `lock.wait`. */
  readonly path: string;
  /** `STRATA_LOCK_WAIT`. */
  readonly variable: string;
  readonly schema: KeySchema;
}

/** Every key that holds a value, with its environment variable. */
export function configKeys(schema: KeySchema = SETTINGS_SCHEMA, above: readonly string[] = []): readonly Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const path = [...above, key];
    if (member.properties) return configKeys(member, path);
    const variable = `STRATA_${path.map((part) => part.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`;
    return [{ path: path.join('.'), variable, schema: member }];
  });
}
