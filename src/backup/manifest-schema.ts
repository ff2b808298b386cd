/** JSON Schemas of manifest.json, version 1, and of the details in it or beside it. Unknown keys are allowed: newer versions may add some. */

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const count = { type: 'integer', minimum: 0 } as const;
const time = { type: 'string', format: 'date-time' } as const;

/** An object of which every property is required, but those at the end. */
function record(properties: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}): object {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } };
}

function list(items: object): object {
  return { type: 'array', items };
}

export const HEAD_SCHEMA: object = record({
  strata_backup: { const: 1 },
  id: { type: 'string', pattern: '^\\d{8}T\\d{6}Z-[0-9a-f]{8}$' },
  kind: { const: 'logical' },
  tool: text,
  pg_dump: { type: 'string', pattern: '^\\d+' },
  dump: record({
    format: { enum: ['custom', 'directory'] },
    jobs: { type: 'integer', minimum: 1 },
    compression: text,
    role_passwords: { type: 'boolean' },
  }),
  encryption: {
    anyOf: [{ type: 'null' }, record({ format: { const: 'age' }, recipients: { ...list(text), minItems: 1 } })],
  },
  started_at: time,
  finished_at: time,
  schema_version: textOrNull,
  snapshot_hash: text,
  server: record(
    { version: text, major: { type: 'integer', minimum: 1 }, in_recovery: { type: 'boolean' } },
    { system_identifier: text },
  ),
  lsn: textOrNull,
  at: time,
  database: record({ name: text }),
  files: {
    type: 'array',
    minItems: 1,
    items: record({
      // Inside the folder of the backup, whatever someone writes into a manifest.
      path: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$' },
      role: { enum: ['dump', 'globals', 'snapshot', 'details'] },
      size: count,
      sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    }),
  },
});

const AUDIT_HEAD = record({
  script_sha256: text,
  value: { anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: textOrNull }] },
});

export const DETAILS_SCHEMA: object = record(
  {
    transactions: text,
    role: record({ name: text, superuser: { type: 'boolean' }, bypass_rls: { type: 'boolean' } }),
    database: record({
      name: text,
      owner: text,
      encoding: text,
      collate: text,
      ctype: text,
      locale_provider: { enum: ['libc', 'icu', 'builtin'] },
      locale: textOrNull,
      icu_rules: textOrNull,
      collation_version: textOrNull,
      collation_version_actual: textOrNull,
      connection_limit: { type: 'integer' },
      comment: textOrNull,
      settings: list(record({ role: textOrNull, name: text, value: text })),
      grants: {
        anyOf: [
          { type: 'null' },
          list(record({ grantee: textOrNull, privilege: text, grantable: { type: 'boolean' } })),
        ],
      },
    }),
    extensions: list(record({ name: text, version: text, schema: text })),
    roles: list(text),
    contents: record(
      {
        tables: list(record({ schema: text, name: text, rows: count, checksum: textOrNull })),
        sequences: list(
          record({
            schema: text,
            name: text,
            last_value: textOrNull,
            ascending: { type: 'boolean' },
            cycle: { type: 'boolean' },
          }),
        ),
        large_objects: record({ count, checksum: textOrNull }),
      },
      { hashed: { enum: ['bytes', 'columns'] } },
    ),
    warnings: list(text),
  },
  { audit_head: AUDIT_HEAD },
);
