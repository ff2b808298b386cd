/**
 * Rules about what takes as long as a table has rows, held to what the server does: every statement runs on tables with rows,
 * pg_stat_xact_user_tables tells what it read, the files what it wrote anew, pg_locks who waits. Whoever is blamed must have
 * done it, and whoever did it must be blamed.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../src/lint/judge.ts';
import { RULES } from '../../src/lint/lint.ts';
import { readFacts } from '../../src/lint/live.ts';
import type { Session } from '../../src/pg/pool.ts';
import { useDatabase } from '../support/database.ts';
import { subjectOf } from './subjects.ts';

const db = useDatabase();
const ROWS = 100;

beforeAll(() =>
  db.session((s) =>
    s.batch(
      `CREATE TABLE users (id int PRIMARY KEY);
       CREATE TABLE t (id int NOT NULL, a int, b int, name varchar(10), body text, price numeric(5,2), at timestamp(3),
         made int GENERATED ALWAYS AS (id + 1) STORED, code text NOT NULL,
         CONSTRAINT there CHECK (b IS NOT NULL));
       ALTER TABLE t ADD CONSTRAINT late CHECK (a > 0) NOT VALID;
       CREATE UNIQUE INDEX t_id ON t (id); CREATE INDEX t_body ON t (body); CREATE UNIQUE INDEX t_code ON t (code);
       CREATE UNIQUE INDEX t_a ON t (a);
       CREATE TABLE empty (id int, a int);
       CREATE UNLOGGED TABLE loose (id int);
       CREATE TABLE k (user_id int); ALTER TABLE k ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users NOT VALID;
       CREATE TABLE p (a int NOT NULL, b int) PARTITION BY LIST (a);
       CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
       CREATE TABLE p_rest PARTITION OF p DEFAULT;
       CREATE TABLE p2 (a int NOT NULL, b int); CREATE TABLE p3 (a int NOT NULL CHECK (a = 3), b int);
       CREATE TABLE q (a int NOT NULL) PARTITION BY LIST (a);
       CREATE TABLE q_rest PARTITION OF q DEFAULT;
       ALTER TABLE q_rest ADD CONSTRAINT others CHECK (a <> 5);
       CREATE TABLE q5 (a int NOT NULL);
       CREATE DOMAIN cents AS int CHECK (value >= 0); CREATE DOMAIN plain AS int;
       CREATE TABLE prices (price plain);
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
       CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
       INSERT INTO users SELECT generate_series(1, ${ROWS});
       INSERT INTO t (id, a, b, name, body, price, at, code)
         SELECT n, n, n, 'x', 'y', 1, now(), n FROM generate_series(1, ${ROWS}) n;
       INSERT INTO loose SELECT generate_series(1, ${ROWS});
       INSERT INTO k SELECT generate_series(1, ${ROWS});
       INSERT INTO prices SELECT generate_series(1, ${ROWS});
       INSERT INTO p SELECT 1, n FROM generate_series(1, ${ROWS}) n; INSERT INTO p SELECT 9, n FROM generate_series(1, ${ROWS}) n;
       INSERT INTO p2 SELECT 2, n FROM generate_series(1, ${ROWS}) n; INSERT INTO p3 SELECT 3, n FROM generate_series(1, ${ROWS}) n;
       INSERT INTO q SELECT 9 FROM generate_series(1, ${ROWS});
       ANALYZE`,
    ),
  ),
);

/** Of the tables that others would wait for: read as a whole, or written anew. */
async function hurt(s: Session, sql: string): Promise<readonly string[]> {
  const state = `SELECT c.oid::int, c.relname AS name, c.relfilenode::int AS file, c.reltuples AS rows, coalesce(x.seq_tup_read, 0)::int AS read
    FROM pg_class c LEFT JOIN pg_stat_xact_user_tables x ON x.relid = c.oid WHERE c.relnamespace = 'public'::regnamespace`;
  type State = { oid: number; name: string; rows: number; file: number; read: number };
  await s.query('BEGIN');
  try {
    const before = new Map((await s.query<State>(state)).map((one) => [one.oid, one]));
    await s.query(sql);
    const after = await s.query<State>(state);
    const locks = await s.query<{ relation: number }>(
      `SELECT relation::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'
         AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
    );
    const held = new Set(locks.map(({ relation }) => relation));
    return after.flatMap(({ oid, name, file, read }) => {
      const old = before.get(oid);
      return old && old.rows > 0 && held.has(oid) && (read - old.read >= ROWS || file !== old.file) ? [name] : [];
    });
  } finally {
    await s.query('ROLLBACK');
  }
}

/** Rules that a statement breaks by what it does to rows; those about rows that it was asked to change are not among them. */
const ABOUT = new Set(
  RULES.filter(({ name, ...rule }) => rule.grows && !['unbatched-rows', 'work-under-lock'].includes(name)).map(
    ({ name }) => `lint/${name}`,
  ),
).add('lint/column-type');

async function blamed(s: Session, sql: string): Promise<readonly string[]> {
  const facts = await readFacts(s, { schemas: ['public'], mentioned: sql });
  const { findings } = await judge([subjectOf(sql)], { facts, levels: {}, smallRows: 0, direction: 'up' });
  return findings.filter(({ code }) => ABOUT.has(code)).map(({ code }) => code);
}

const HURTS = [
  'CREATE INDEX i ON t (a)',
  'CREATE INDEX i ON t (lower(body)) WHERE a > 5',
  'CREATE INDEX i ON ONLY t (a)',
  'CREATE INDEX i ON p (b)',
  'CREATE TABLE IF NOT EXISTS t (id int); CREATE INDEX i ON t (a)',
  'ALTER TABLE t ADD c int DEFAULT 1 REFERENCES users',
  'ALTER TABLE t ADD c int DEFAULT NULL REFERENCES users',
  'ALTER TABLE t ADD c int CHECK (c > 0)',
  'ALTER TABLE t ADD c int UNIQUE',
  'ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY',
  'ALTER TABLE t ADD c serial',
  'ALTER TABLE t ADD c timestamptz DEFAULT clock_timestamp()',
  'ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid() NOT NULL',
  'ALTER TABLE t ADD c double precision DEFAULT random()',
  'ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) STORED',
  'ALTER TABLE t ADD c cents',
  'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)',
  'ALTER TABLE t ADD CHECK (a IS NOT NULL), ADD CONSTRAINT c CHECK (b > 0) NOT VALID',
  'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users',
  'ALTER TABLE p ADD FOREIGN KEY (b) REFERENCES users',
  'ALTER TABLE t ADD UNIQUE (a, b)',
  'ALTER TABLE t ADD PRIMARY KEY (id)',
  'ALTER TABLE p ADD UNIQUE (a, b)',
  'ALTER TABLE ONLY t ADD UNIQUE (a, b)',
  'ALTER TABLE t ADD CONSTRAINT t_a PRIMARY KEY USING INDEX t_a',
  'ALTER TABLE t ADD EXCLUDE (a WITH =)',
  'ALTER TABLE t ALTER a SET NOT NULL',
  'ALTER TABLE t ALTER a TYPE bigint',
  'ALTER TABLE t ALTER name TYPE varchar(5)',
  'ALTER TABLE t ALTER name TYPE text USING lower(name)',
  'ALTER TABLE t ALTER price TYPE numeric(6,3)',
  'ALTER TABLE t SET UNLOGGED',
  'ALTER TABLE loose SET LOGGED',
  'ALTER TABLE t ADD c int; ALTER TABLE t VALIDATE CONSTRAINT late',
  'CLUSTER t USING t_id',
  'REINDEX TABLE t',
  'REINDEX INDEX t_id',
  'ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2)',
  'ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3)',
  'CREATE TABLE p4 PARTITION OF p FOR VALUES IN (4)',
  'ALTER DOMAIN plain ADD CHECK (value > 0)',
  'DO $$ BEGIN ALTER TABLE t ALTER a SET NOT NULL; END $$',
];

const HARMLESS = [
  'CREATE INDEX i ON empty (a)',
  'CREATE INDEX i ON ONLY p (b)',
  'CREATE TABLE n (a int); CREATE INDEX i ON n (a); ALTER TABLE n ALTER a SET NOT NULL, ADD UNIQUE (a)',
  'CREATE MATERIALIZED VIEW mm AS SELECT 1 AS a; CREATE INDEX i ON mm (a)',
  'ALTER TABLE empty ADD UNIQUE (a), ALTER id TYPE bigint',
  'ALTER TABLE t ADD c int REFERENCES users',
  'ALTER TABLE t ADD c int CONSTRAINT k REFERENCES users ON DELETE SET NULL, ADD d text',
  'ALTER TABLE t ADD c int NOT NULL DEFAULT 0',
  'ALTER TABLE t ADD c timestamptz NOT NULL DEFAULT now()',
  'ALTER TABLE t ADD c text DEFAULT current_user',
  'ALTER TABLE t ADD c plain',
  'ALTER TABLE t ADD c cents[]',
  'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
  'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users NOT VALID',
  'ALTER TABLE ONLY p ADD UNIQUE (a, b)',
  'ALTER TABLE t ADD CONSTRAINT t_id UNIQUE USING INDEX t_id',
  'ALTER TABLE t ADD CONSTRAINT t_code PRIMARY KEY USING INDEX t_code',
  'ALTER TABLE t ALTER b SET NOT NULL',
  'ALTER TABLE t ALTER id SET NOT NULL',
  'ALTER TABLE t ALTER a SET DEFAULT 5',
  'ALTER TABLE t ALTER made DROP EXPRESSION',
  'ALTER TABLE t ALTER name TYPE varchar(20)',
  'ALTER TABLE t ALTER name TYPE text',
  'ALTER TABLE t ALTER price TYPE numeric(7,2)',
  'ALTER TABLE t ALTER at TYPE timestamp(6)',
  'ALTER TABLE t ALTER body TYPE varchar',
  'ALTER TABLE t SET LOGGED',
  'ALTER TABLE loose SET UNLOGGED',
  'ALTER TABLE t VALIDATE CONSTRAINT late',
  'ALTER TABLE k VALIDATE CONSTRAINT fk',
  'ALTER TABLE t SET (fillfactor = 70), ALTER a SET STATISTICS 500',
  'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE t REPLICA IDENTITY FULL',
  'ALTER TABLE t DROP COLUMN a',
  'ALTER TABLE t RENAME a TO aa',
  'ALTER TABLE p DETACH PARTITION p1',
  'ALTER TABLE q ATTACH PARTITION q5 FOR VALUES IN (5)',
  'CREATE TABLE p4 (LIKE p)',
  'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
  'REINDEX TABLE empty',
  'DROP INDEX t_body',
  'COMMENT ON COLUMN t.a IS $$x$$',
  'ALTER DOMAIN plain ADD CHECK (value > 0) NOT VALID',
  'CREATE TABLE copied AS SELECT * FROM t',
];

describe.each([
  ['hurts', HURTS],
  ['does not hurt', HARMLESS],
] as const)('%s', (verdict, statements) => {
  test.each(statements)('%s', (sql) =>
    db.session(async (s) => {
      const [measured, told] = [await hurt(s, sql), await blamed(s, sql)];
      expect({ measured: measured.length > 0, told: told.length > 0 }, `${measured}: ${told}`).toEqual({
        measured: verdict === 'hurts',
        told: verdict === 'hurts',
      });
    }),
  );
});
