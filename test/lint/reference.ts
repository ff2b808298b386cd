/** docs/lint.md, printed from the rules; and the rules of the tools that ours are measured by. */
import { RULES } from '../../src/lint/lint.ts';
import type { Example } from '../../src/lint/rule.ts';
import { DIFFERENCES } from './differences.ts';

/** All of squawk (the installed version is asked for others), by its own names: null when a rule of ours covers it, else why none needs to. */
export const SQUAWK: Readonly<Record<string, string | null>> = {
  'require-concurrent-index-creation': null,
  'require-concurrent-index-deletion': null,
  'constraint-missing-not-valid': null,
  'adding-field-with-default': null,
  'adding-foreign-key-constraint': null,
  'changing-column-type': null,
  'adding-not-nullable-field': null,
  'adding-serial-primary-key-field': null,
  'renaming-column': null,
  'renaming-table': null,
  'disallowed-unique-constraint': null,
  'ban-drop-database': null,
  'prefer-bigint-over-int': null,
  'prefer-bigint-over-smallint': null,
  'prefer-identity': null,
  'prefer-repack': null,
  'prefer-robust-stmts': null,
  'prefer-text-field': null,
  'prefer-timestamp-tz': null,
  'ban-char-field': null,
  'ban-drop-column': null,
  'ban-drop-table': null,
  'ban-drop-not-null': null,
  'transaction-nesting': 'such a migration does not compile (MIGRATION_INVALID)',
  'adding-required-field': null,
  'ban-concurrent-index-creation-in-transaction': null,
  'unused-ignore': '`lint/ignore-unused`, from the comments themselves',
  'ban-create-domain-with-constraint': null,
  'ban-alter-domain-with-add-constraint': null,
  'ban-truncate-cascade': null,
  'require-timeout-settings': 'every run sets both timeouts (`timeouts` in the configuration)',
  'ban-uncommitted-transaction': 'such a migration does not compile (MIGRATION_INVALID)',
  'require-enum-value-ordering': null,
  'require-table-schema': null,
  'identifier-too-long': null,
  'require-concurrent-partition-detach': null,
  'require-concurrent-reindex': null,
  'require-lock-timeout': 'every run sets it (`timeouts.lock`)',
  'require-statement-timeout': 'every run sets it (`timeouts.statement`)',
  'ban-duplicate-column-assignments': null,
  'syntax-error': '`lint/syntax-error`, from the parser itself',
};

/** All of strong_migrations 2.8 that is about PostgreSQL, by its own names. */
export const STRONG_MIGRATIONS: Readonly<Record<string, string | null>> = {
  add_column_default: null,
  add_column_default_callable: null,
  add_column_json: null,
  add_column_generated_stored: null,
  add_column_auto_incrementing: null,
  change_column: null,
  change_column_with_not_null: null,
  change_column_constraint: null,
  remove_column: null,
  rename_column: null,
  rename_enum_value: null,
  rename_schema: null,
  rename_table: null,
  add_reference: null,
  add_index: null,
  remove_index: null,
  add_index_columns: null,
  add_index_corruption: 'only PostgreSQL 14.0 to 14.3, which strata does not support',
  change_table: 'the builder’s calls are rendered and judged as SQL; what cannot be is `lint/opaque`',
  create_table: null,
  execute: 'raw SQL is parsed and judged like all else',
  change_column_default: 'about how Rails writes rows',
  change_column_null: null,
  change_column_null_postgresql: null,
  add_foreign_key: null,
  validate_foreign_key: null,
  add_check_constraint: null,
  validate_check_constraint: null,
  add_exclusion_constraint: null,
  add_unique_constraint: null,
};

/** Atlas's checks that are about PostgreSQL, by its own codes (documentation of October 2024). */
export const ATLAS: Readonly<Record<string, string | null>> = {
  BC101: null,
  BC102: null,
  CD101: null,
  DS101: null,
  DS102: null,
  DS103: null,
  MF101: null,
  MF102: null,
  MF103: null,
  MF104: null,
  PG110: null,
  PG101: null,
  PG102: null,
  PG103: null,
  PG104: null,
  PG105: null,
  PG301: null,
  PG302: null,
  PG303: null,
  PG304: null,
  PG305: null,
  NM101: null,
  NM102: null,
  NM103: null,
  NM104: null,
  NM105: null,
  NM106: null,
  'non-linear changes': '`strata status` (out_of_order, missing) and the lock file, on which two branches conflict',
};

/** eugene's hints, by its own identifiers. */
export const EUGENE: Readonly<Record<string, string | null>> = {
  E1: null,
  E2: null,
  E3: null,
  E4: null,
  E5: null,
  E6: null,
  E7: null,
  E8: null,
  E9: 'every run sets it (`timeouts.lock`)',
  E10: null,
  E11: null,
  W12: null,
  W13: null,
  W14: null,
};

/** pg-schema-diff's hazards. It plans changes, so most are about what its own statements would do. */
export const PG_SCHEMA_DIFF: Readonly<Record<string, string | null>> = {
  ACQUIRES_ACCESS_EXCLUSIVE_LOCK: null,
  ACQUIRES_SHARE_LOCK: null,
  ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK: null,
  AUTHZ_UPDATE: null,
  CORRECTNESS: 'the cycle: what up and down leave is compared, catalog against catalog',
  DELETES_DATA: null,
  HAS_UNTRACKABLE_DEPENDENCIES: null,
  IMPACTS_DATABASE_PERFORMANCE: null,
  INDEX_BUILD: null,
  INDEX_DROPPED: null,
  IS_USER_GENERATED: 'every migration is; what its code does beyond SQL is `lint/opaque`',
  UPGRADING_EXTENSION_VERSION: null,
};

/** Every tool that ours are measured by, under the name that `covers` gives it. */
export const TOOLS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  squawk: SQUAWK,
  strong_migrations: STRONG_MIGRATIONS,
  atlas: ATLAS,
  eugene: EUGENE,
  'pg-schema-diff': PG_SCHEMA_DIFF,
};

export function lintReference(): string {
  return [
    '<!-- Printed from the rules. Renew with: UPDATE=1 npx vitest run test/lint -->',
    '# Lint rules',
    '',
    '`strata lint` parses every statement of a migration, both directions, and judges it by the rules below. A table that the',
    'same migration creates, or of which the database at hand says that it is new or empty, is never blamed for locks. On one with fewer',
    'rows than `lint.smallRows` (1,000; 0: never), what hurts for as long as its rows take is a note: let the database at hand be the one that counts.',
    '',
    'A rule’s level is changed in the configuration: `"lint": { "rules": { "prefer-text": "warning", "rename": "off" } }`. A single',
    'finding is accepted by a comment before its statement, or beside its first line, which names the rule and the reason:',
    '',
    '```sql',
    '-- strata-lint-ignore drop-column: nobody has read it since release 41',
    'ALTER TABLE users DROP COLUMN nick;',
    '```',
    '',
    '`strata-lint-ignore-file` accepts it in the whole file; in TypeScript the comment begins with `//`. A comment without a reason',
    'counts for nothing (`lint/ignore-unreasoned`), one that names no rule is told (`lint/ignore-unknown`), and so is one that',
    'nothing needs (`lint/ignore-unused`). `lint.ignore` in the configuration lists findings',
    'as `"FINGERPRINT: REASON"`: one without a reason is told, and when all migrations are judged, one that nothing needs.',
    '',
    'What DO blocks hold is judged with the migration that runs them, what they EXECUTE too as far as its text is known (a name that',
    'only the run knows is “…”). The bodies of functions and procedures (PL/pgSQL and SQL)',
    'are parsed too: rules about rows and about the schema apply to what they do when they are called, a syntax error in',
    'them is told at its line, and so are errors that they swallow and SQL that they put together unquoted.',
    '',
    'The last rules of the table are conventions, and off: a project switches on what it wants to hold. They judge the state that all',
    'judged migrations leave together, and point at the line that made the column, constraint or table. `naming` reads its',
    'patterns from `lint.naming`.',
    '',
    '## Rules',
    '',
    '| rule | level | about | lock |',
    '|---|---|---|---|',
    ...RULES.map(
      ({ name, level, summary, lock }) =>
        `| [\`${name}\`](#${name}) | ${level} | ${cell(summary)} | ${cell(lock ?? '')} |`,
    ),
    '',
    'Beside the rules: `lint/syntax-error` (PostgreSQL’s own grammar refuses the statement; all others are judged),',
    '`lint/not-compiled` (a file that cannot become SQL; all others are judged), `lint/opaque` (the migration’s code talks to',
    'the database itself, or a body cannot be read), `lint/nothing` (no statement was judged) and `lint/rule-unknown` (the',
    'configuration names a rule that does not exist).',
    '',
    ...RULES.flatMap((rule) => [
      `### ${rule.name}`,
      '',
      `${rule.summary[0]?.toUpperCase()}${rule.summary.slice(1)}.${'only' in rule && rule.only ? ` Judged in \`${rule.only}\` only.` : ''}`,
      '',
      '```sql',
      `-- bad\n${exampleText(rule.bad)}`,
      `-- good\n${exampleText(rule.good)}`,
      '```',
      '',
    ]),
    '## What --fix rewrites',
    '',
    '`strata lint --fix` asks the database which migrations are pending and changes those alone; `--dry-run` shows the same',
    'difference and writes nothing. What is written is compiled and linted again; if that fails, every file is as it was.',
    '`strata.lock.json` follows for the files that were changed or added.',
    '',
    '| it finds | and writes |',
    '|---|---|',
    '| `index-concurrently`, `drop-index-concurrently` | CONCURRENTLY, up and down; in a migration of its own behind the last one when other statements stand beside it |',
    '| `reindex-concurrently` | CONCURRENTLY, when it stands alone |',
    '| `check-not-valid`, `foreign-key-not-valid`, `domain-constraint` | NOT VALID here, VALIDATE in a migration behind the last one |',
    '| `unique-using-index` | a concurrent unique index, then the constraint USING INDEX |',
    '| `set-not-null` | CHECK (… IS NOT NULL) NOT VALID here; behind the last one VALIDATE, SET NOT NULL, DROP CONSTRAINT, in this order: the scan lets writers through, and the strong lock lasts a moment |',
    '',
    'SQL files are edited where the statement stands. A builder call gets its option (`concurrently: true`), or gives way to',
    'pgm.sql(); where the down is inferred, the call moves into a migration with its own down. An ALTER TABLE of several commands',
    'is taken apart first, in up and in the down that undoes it, when one after the other they do the same; so is a column with a CHECK,',
    'UNIQUE or REFERENCES that would be checked row by row. Left as it is, and told',
    'why, is what a later statement needs, what has no name, ADD COLUMN IF NOT EXISTS, a call in a loop, DETACH PARTITION (its',
    'concurrent form leaves a CHECK behind), and whatever a down undoes together with other things. The hint of each finding has the',
    'code for doing it by hand.',
    '',
    '## Their names and ours',
    '',
    ...Object.entries(TOOLS).flatMap(([tool, names]) => [...table(tool, names), '']),
    '## Where squawk judges differently',
    '',
    'Both judge the same several hundred statements (`test/cases/lint/corpus.sql`); a test fails for every difference that',
    'does not stand here. “Only squawk” finds fault where strata does not, and the reverse.',
    '',
    '| only | rules | statements like | why |',
    '|---|---|---|---|',
    ...DIFFERENCES.map(
      ({ who, rules, like, why }) =>
        `| ${who} | ${rules.map((rule) => `\`${rule}\``).join(', ')} | \`${cell(like)}\` | ${cell(why)} |`,
    ),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function exampleText(example: Example): string {
  if (typeof example === 'string') return lines(example);
  const earlier = example.earlier === undefined ? '' : `-- an earlier migration\n${lines(example.earlier)}\n`;
  return `${earlier}-- up\n${lines(example.up)}\n-- down\n${lines(example.down)}`;
}

function lines(sql: string): string {
  return `${sql.replaceAll('; ', ';\n')};`;
}

function table(tool: string, names: Readonly<Record<string, string | null>>): readonly string[] {
  return [
    `| ${tool} | strata |`,
    '|---|---|',
    ...Object.entries(names).map(([name, why]) => {
      const ours = RULES.filter(({ covers }) => covers.includes(`${tool}:${name}`)).map((rule) => `\`${rule.name}\``);
      return `| \`${name}\` | ${ours.join(', ') || why} |`;
    }),
  ];
}
