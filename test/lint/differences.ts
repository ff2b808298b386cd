/**
 * Where squawk and strata judge a statement of the corpus differently, and why. The test fails for a difference that is not
 * explained here, and for an explanation that nothing needs. Printed into docs/lint.md.
 */
export interface Difference {
  /** Who finds fault; the other does not. */
  readonly who: 'squawk' | 'strata';
  readonly rules: readonly string[];
  readonly statements: RegExp;
  /** The same for people: one of them. */
  readonly like: string;
  readonly why: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    who: 'squawk',
    rules: [
      'adding-field-with-default',
      'adding-not-nullable-field',
      'adding-required-field',
      'ban-drop-column',
      'ban-drop-not-null',
      'ban-drop-table',
      'changing-column-type',
      'renaming-column',
      'renaming-table',
      'require-concurrent-index-creation',
      'require-concurrent-partition-detach',
    ],
    statements: /^CREATE (?:TEMP )?TABLE [^;]*; /,
    like: 'CREATE TABLE t (a int); ALTER TABLE t RENAME COLUMN a TO b',
    why: 'the same migration creates the table: nobody uses it yet, so no lock, loss or new name hurts',
  },
  {
    who: 'squawk',
    rules: ['adding-not-nullable-field'],
    statements: /CHECK \(c IS NOT NULL\); /,
    like: 'ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL); ALTER TABLE t ALTER c SET NOT NULL',
    why: 'the CHECK proves it, so SET NOT NULL reads nothing; that the CHECK reads every row is told',
  },
  {
    who: 'squawk',
    rules: ['require-concurrent-index-deletion'],
    statements: /^CREATE INDEX i [^;]*; DROP INDEX i$/,
    like: 'CREATE INDEX i ON t (c); DROP INDEX i',
    why: 'the same migration creates the index, under a lock that it still holds',
  },
  {
    who: 'squawk',
    rules: ['adding-field-with-default'],
    statements:
      /DEFAULT (?:-5|CURRENT_USER|current_date|localtimestamp|coalesce|extract|jsonb_build_object|lower|md5|timezone)/,
    like: 'ALTER TABLE t ADD COLUMN c text DEFAULT current_date',
    why: 'the default is constant or STABLE: PostgreSQL computes it once and rewrites nothing (measured by the test of the lock table)',
  },
  {
    who: 'squawk',
    rules: ['adding-field-with-default'],
    statements: / VIRTUAL$/,
    like: 'ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (a + b) VIRTUAL',
    why: 'a virtual generated column (PostgreSQL 18) is computed when it is read: nothing is rewritten',
  },
  {
    who: 'squawk',
    rules: ['constraint-missing-not-valid'],
    statements: / NOT ENFORCED$/,
    like: 'ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT ENFORCED',
    why: 'a constraint that is not enforced (PostgreSQL 18) is never checked: no row is read',
  },
  {
    who: 'squawk',
    rules: ['adding-foreign-key-constraint'],
    statements: /ADD COLUMN c int (?:CONSTRAINT k )?REFERENCES u/,
    like: 'ALTER TABLE t ADD COLUMN c int REFERENCES u',
    why: 'the new column is null in every row, so PostgreSQL checks none of them (measured: no scan, 2 ms on 2 million rows); with a DEFAULT it does, and strata says so',
  },
  {
    who: 'squawk',
    rules: ['require-concurrent-index-creation'],
    statements: /^CREATE INDEX i ON ONLY t/,
    like: 'CREATE INDEX i ON ONLY t (c)',
    why: 'ON ONLY is how a partitioned table gets an index while writers write: it builds nothing, and has no concurrent form; a database that says the table is a plain one is believed',
  },
  {
    who: 'squawk',
    rules: ['require-concurrent-index-creation'],
    statements: /^CREATE MATERIALIZED VIEW m [^;]*; CREATE/,
    like: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS c; CREATE UNIQUE INDEX i ON m (c)',
    why: 'the same migration creates the view: nobody reads it yet',
  },
  {
    who: 'squawk',
    rules: ['ban-char-field'],
    statements: /"char"/,
    like: 'CREATE TABLE t (c "char")',
    why: '"char" in quotes is another type: one byte, nothing padded',
  },
  {
    who: 'squawk',
    rules: ['ban-create-domain-with-constraint'],
    statements: /DEFAULT 5$/,
    like: 'CREATE DOMAIN d AS int DEFAULT 5',
    why: 'a default is no constraint: it can be changed without looking at a row',
  },
  {
    who: 'squawk',
    rules: ['ban-alter-domain-with-add-constraint'],
    statements: / NOT VALID$/,
    like: 'ALTER DOMAIN d ADD CONSTRAINT k CHECK (value > 0) NOT VALID',
    why: 'NOT VALID checks no row; VALIDATE follows in the next migration',
  },
  {
    who: 'squawk',
    rules: ['prefer-robust-stmts'],
    statements: /CREATE (?:UNIQUE )?INDEX CONCURRENTLY/,
    like: 'CREATE INDEX CONCURRENTLY i ON t (c)',
    why: 'IF NOT EXISTS would keep the INVALID index of a failed build; strata finds it, drops it and builds it again, and its own rule `concurrently-if-not-exists` asks for the opposite',
  },
  {
    who: 'squawk',
    rules: ['prefer-robust-stmts'],
    statements: /DETACH PARTITION p CONCURRENTLY$/,
    like: 'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    why: 'there is no IF EXISTS for it; the journal of statements resumes behind what is done',
  },
  {
    who: 'strata',
    rules: ['check-not-valid'],
    statements: /^ALTER TABLE t ADD COLUMN c int CHECK/,
    like: 'ALTER TABLE t ADD COLUMN c int CHECK (c > 0)',
    why: 'a CHECK that comes with a new column reads every row as well (measured: 0.3 s for 3 million rows, without it 1 ms)',
  },
  {
    who: 'strata',
    rules: ['column-generated-stored'],
    statements: /SET EXPRESSION/,
    like: 'ALTER TABLE t ALTER c SET EXPRESSION AS (a + 1)',
    why: 'another expression computes a stored column anew in every row (measured: the table has another file then)',
  },
  {
    who: 'strata',
    rules: ['column-required'],
    statements: /int PRIMARY KEY$/,
    like: 'ALTER TABLE t ADD COLUMN c int PRIMARY KEY',
    why: 'PRIMARY KEY makes the new column NOT NULL without default: the statement fails as soon as there is a row',
  },
  {
    who: 'strata',
    rules: ['column-serial'],
    statements: /(?:serial)$/,
    like: 'ALTER TABLE t ADD COLUMN c bigserial',
    why: 'the new column numbers every row: a rewrite, also without PRIMARY KEY',
  },
  {
    who: 'strata',
    rules: ['concurrently-alone'],
    statements: /;/,
    like: 'CREATE INDEX CONCURRENTLY i ON t (c); ALTER TABLE u ADD COLUMN d text',
    why: 'squawk’s rule asks whether the file begins a transaction; ours whether other changes stand beside the build and stay when it fails',
  },
  {
    who: 'strata',
    rules: ['drop-schema'],
    statements: /^DROP SCHEMA s CASCADE$/,
    like: 'DROP SCHEMA s CASCADE',
    why: 'CASCADE drops what nobody has named; squawk knows DROP DATABASE alone',
  },
  {
    who: 'strata',
    rules: ['drop-table'],
    statements: /^DROP FOREIGN TABLE/,
    like: 'DROP FOREIGN TABLE f',
    why: 'whoever still uses the foreign table fails all the same',
  },
  {
    who: 'strata',
    rules: ['column-required', 'drop-table', 'index-concurrently', 'prefer-bigint', 'table-schema'],
    statements: /^DO /,
    like: 'DO $$ BEGIN DROP TABLE t; END $$',
    why: 'what a DO block holds runs with the migration; squawk does not read it',
  },
  {
    who: 'strata',
    rules: ['reindex-concurrently'],
    statements: /^REINDEX (?:SYSTEM|\(CONCURRENTLY FALSE\))/,
    like: 'REINDEX (CONCURRENTLY FALSE) TABLE t',
    why: 'the first has no concurrent form and locks all the same; the second says that it is not concurrent',
  },
  {
    who: 'strata',
    rules: ['rename'],
    statements: /^ALTER (?:FUNCTION|SCHEMA|TYPE|VIEW)|^ALTER TABLE t SET SCHEMA/,
    like: 'ALTER SCHEMA s RENAME TO r',
    why: 'a view, type, function or schema breaks its users by a new name as a table does, and a table by another schema',
  },
  {
    who: 'strata',
    rules: ['set-not-null'],
    statements: /^ALTER TABLE t VALIDATE CONSTRAINT k; /,
    like: 'ALTER TABLE t VALIDATE CONSTRAINT k; ALTER TABLE t ALTER c SET NOT NULL',
    why: 'nothing says that k proves NOT NULL: by the text alone it could be any constraint',
  },
  {
    who: 'strata',
    rules: ['syntax-error'],
    statements: /^VACUUM FULL \(t\)$/,
    like: 'VACUUM FULL (t)',
    why: 'PostgreSQL’s own grammar refuses it',
  },
  {
    who: 'strata',
    rules: ['table-schema'],
    statements: /^(?:ALTER VIEW v RENAME COLUMN|SELECT 1 AS c INTO)/,
    like: 'SELECT 1 AS c INTO t',
    why: 'also where a view is altered, and where SELECT INTO makes the table',
  },
  {
    who: 'strata',
    rules: ['truncate'],
    statements: /^TRUNCATE (?!.*CASCADE)/,
    like: 'TRUNCATE t',
    why: 'TRUNCATE without CASCADE loses every row of its table just so',
  },
  {
    who: 'strata',
    rules: ['vacuum-full'],
    statements: /^(?:VACUUM|CLUSTER)/,
    like: 'CLUSTER t USING i',
    why: 'squawk’s prefer-repack speaks from PostgreSQL 19 on, whose REPACK it recommends; the lock is the same before',
  },
];

/** Rules of squawk that no rule of ours can answer statement by statement: the table of names says what takes their place. */
export const NOT_COMPARED: readonly string[] = [
  'require-lock-timeout',
  'require-statement-timeout',
  'require-timeout-settings',
  'transaction-nesting',
  'ban-uncommitted-transaction',
  'unused-ignore',
];
