/** Statements that a rule once let pass, or blamed for nothing: each with what it says now. */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import type { Example } from '../../src/lint/rule.ts';
import { three, withShop } from '../migrate/harness.ts';
import { findingsOf } from './subjects.ts';

/** Subjects of the findings of one rule. */
async function subjects(rule: string, example: Example): Promise<readonly string[]> {
  return (await findingsOf(example)).filter(({ code }) => code === `lint/${rule}`).map(({ subject }) => subject);
}

const codes = ({ findings }: Outcome): string[] => findings.map(({ code }) => code);

describe('set-null-on-not-null', () => {
  const KEY = 'FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL';
  test.each([
    [`CREATE TABLE t (a int, b int, PRIMARY KEY (a, b), ${KEY})`, ['t.a']],
    [`CREATE TABLE t (a int, b int, PRIMARY KEY (b), ${KEY})`, []],
    [`CREATE TABLE t (a int, ${KEY}); ALTER TABLE t ALTER a SET NOT NULL`, ['t.a']],
    [`CREATE TABLE t (a int, ${KEY}); ALTER TABLE t ADD PRIMARY KEY (a)`, ['t.a']],
    [`CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a); ALTER TABLE t ADD ${KEY}`, ['t.a']],
    [`CREATE TABLE t (a int, ${KEY}); ALTER TABLE t DROP CONSTRAINT t_a_fkey; ALTER TABLE t ALTER a SET NOT NULL`, []],
    [`CREATE TABLE t (a int, ${KEY}); DROP TABLE t; CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL`, []],
    ['CREATE TABLE t (a int NOT NULL, b int, FOREIGN KEY (a, b) REFERENCES u (a, b) ON DELETE SET NULL (b))', []],
    ['CREATE TABLE t (a int, b int NOT NULL, FOREIGN KEY (a, b) REFERENCES u (a, b) ON DELETE SET NULL (b))', ['t.b']],
  ])('%s', async (sql, expected) => {
    expect(await subjects('set-null-on-not-null', sql)).toEqual(expected);
  });

  test.each([
    ['FOREIGN KEY (a, b) REFERENCES subjects (id, b) ON DELETE SET NULL (b)', []],
    ['FOREIGN KEY (a, b) REFERENCES subjects (id, b) ON DELETE SET NULL', ['users.a']],
  ])('a key of the database: %s', (key, expected) =>
    withShop(three(), async (shop) => {
      await shop.call('up');
      await shop.query(
        `ALTER TABLE subjects ADD b int, ADD UNIQUE (id, b); ALTER TABLE users ADD a int, ADD b int, ADD ${key}`,
      );
      const up = 'ALTER TABLE users ALTER a SET NOT NULL';
      shop.write({ 'migrations/004_a.sql': `-- Up Migration\n${up};\n-- Down Migration\nSELECT 1;\n` });
      expect((await shop.call('lint')).findings.map(({ subject }) => subject)).toEqual(expected);
    }),
  );
});

test.each([
  "ALTER TABLE posts ALTER tags SET DEFAULT 'ARRAY[]::text[]'",
  "ALTER TABLE posts ADD tags text[] DEFAULT 'ARRAY[1]'",
])('array-default: %s', async (sql) => {
  expect(await subjects('array-default', sql)).toEqual(['posts.tags']);
  expect(await subjects('array-default', 'ALTER TABLE posts ALTER tags DROP DEFAULT')).toEqual([]);
});

test.each([
  ['timestamp(3)', 'timestamp(6)'],
  ['timestamp(3)', 'timestamp(2)'],
  ['timestamp', 'timestamp(6)'],
  ['timestamp', 'timestamp(5)'],
  ['timestamptz(3)', 'timestamptz'],
  ['time(3)', 'time(4)'],
  ['timetz', 'time'],
  ['interval(3)', 'interval'],
  ['interval(3)', 'interval(4)'],
  ['interval(3)', 'interval(2)'],
  ['interval day to second(3)', 'interval'],
  ['interval', 'interval day'],
  ['varbit(5)', 'varbit(9)'],
  ['varbit(5)', 'varbit'],
  ['varbit(5)', 'varbit(4)'],
  ['varchar(5)', 'varchar(6)'],
  ['varchar(5)', 'varchar(4)'],
  ['varchar(5)', 'text'],
  ['numeric(5,2)', 'numeric(7,2)'],
  ['numeric(5,2)', 'numeric(7,3)'],
  ['numeric(5,2)', 'numeric'],
  ['cidr', 'inet'],
  ['int', 'bigint'],
  ['timestamp', 'timestamptz'],
  ['timestamptz', 'timestamp'],
  ['timestamptz(3)', 'timestamp(6)'],
  ['timestamptz', 'timestamp(3)'],
  ['text', 'text COLLATE "C"'],
  ['varchar(5)', 'text COLLATE "C"'],
])('column-type: %s to %s costs what the files of table and index say', (from, to) =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const up = `ALTER TABLE users ALTER a TYPE ${to}`;
    shop.write({ 'migrations/004_a.sql': `-- Up Migration\n${up};\n-- Down Migration\nSELECT 1;\n` });
    await shop.query(`ALTER TABLE users ADD COLUMN a ${from}; INSERT INTO users VALUES (1)`);
    for (const prepare of ['CREATE INDEX users_a ON users (a)', 'DROP INDEX users_a']) {
      await shop.query(prepare);
      const found = codes(await shop.call('lint')).filter((code) => code !== 'lint/prefer-timestamptz');
      const same = await shop.session(async (s) => {
        const files = "SELECT pg_relation_filenode('users') AS t, pg_relation_filenode(to_regclass('users_a')) AS i";
        await s.query('BEGIN');
        const before = await s.query(files);
        await s.query(up);
        const after = await s.query(files);
        await s.query('ROLLBACK');
        return JSON.stringify(before) === JSON.stringify(after);
      });
      expect(found, prepare).toEqual(same ? [] : ['lint/column-type']);
    }
  }),
);

test('two findings of a rule on one line are two', () =>
  withShop(
    {
      'migrations/001_a.sql':
        '-- Up Migration\nCREATE INDEX ON t (a); CREATE INDEX ON t (b);\nALTER TABLE u DROP a, DROP a;\n-- Down Migration\nSELECT 1;\n',
    },
    async (shop) => {
      const { findings } = await shop.call('lint', { offline: true });
      expect(findings.map(({ code, place }) => [code, place?.line, place?.column])).toEqual([
        ['lint/index-concurrently', 2, 1],
        ['lint/index-concurrently', 2, 24],
        ['lint/drop-column', 3, 1],
      ]);
    },
  ));

describe('unbatched-rows', () => {
  test.each([
    'UPDATE t SET flag = false WHERE flag IS NULL',
    'UPDATE t SET flag = false WHERE flag IS NULL AND a IS NOT NULL AND true',
    'UPDATE t SET a = 1 WHERE a <> 1',
    'UPDATE t SET a = 1 WHERE a IS DISTINCT FROM 1 OR a = 5',
    'UPDATE t SET a = 1 WHERE a NOT IN (1, 2)',
    'UPDATE t SET a = u.a FROM u WHERE t.id = u.id',
    'UPDATE t SET a = u.a FROM u WHERE t.id = u.id AND t.a <> u.a AND u.a IS NOT NULL',
    'DELETE FROM t WHERE true',
    'DELETE FROM t WHERE 1 = 1',
    'DELETE FROM t WHERE NOT (a = 1)',
    'DELETE FROM t WHERE NOT EXISTS (SELECT FROM u WHERE u.id = t.id)',
    'DELETE FROM t WHERE id IN (SELECT id FROM u)',
    'MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE',
    'MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET a = 1',
    'MERGE INTO t USING u ON t.id = 1 WHEN NOT MATCHED BY SOURCE THEN DELETE',
    'DO $$ BEGIN DELETE FROM t WHERE a IS NULL; END $$',
    'CREATE PROCEDURE p() LANGUAGE sql AS $$ DELETE FROM t WHERE a IS NULL $$',
  ])('may change every row: %s', async (sql) => {
    expect(await subjects('unbatched-rows', sql)).toEqual(['t']);
  });

  test.each([
    'UPDATE t SET a = 1 WHERE a IS NULL AND id BETWEEN 1 AND 1000',
    "UPDATE t SET a = 1 WHERE id > 5 OR at < now() - interval '1 day'",
    'UPDATE t SET a = 1 WHERE id IN (1, 2) AND a <> 1',
    'UPDATE t SET a = 1 WHERE id = ANY ($1)',
    'UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000)',
    'WITH some AS (SELECT id FROM t WHERE a IS NULL LIMIT 10) UPDATE t SET a = 1 FROM some WHERE t.id = some.id',
    'UPDATE t SET a = v.a FROM (VALUES (1, 2)) AS v (id, a) WHERE t.id = v.id',
    'DELETE FROM t WHERE id = (SELECT max(id) FROM u)',
    'UPDATE t a SET b = 1 FROM u WHERE u.id = a.id AND NOT (u.live AND u.gone_at IS NULL)',
    'DELETE FROM t WHERE NOT flag',
    'MERGE INTO t USING (VALUES (1)) AS u (id) ON t.id = u.id WHEN MATCHED THEN DELETE',
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 AS id LOOP DELETE FROM t WHERE id = r.id; END LOOP; END $$',
    'CREATE PROCEDURE p(x int) LANGUAGE sql AS $$ DELETE FROM t WHERE id = x $$',
  ])('is bounded: %s', async (sql) => {
    expect(await subjects('unbatched-rows', sql)).toEqual([]);
  });

  test('in batches it is what the rule wants, and what its hint says', () =>
    withShop(three(), async (shop) => {
      const write = (comment: string) =>
        shop.write({
          'migrations/004_a.sql': `-- Up Migration\n${comment}UPDATE users SET id = id WHERE id IS NOT NULL;\n-- Down Migration\nSELECT 1;\n`,
        });
      write('');
      const [found] = (await shop.call('lint', { offline: true })).findings;
      expect(found?.hint).toContain('Write "-- strata: in-batches" on the line before it');
      write('-- strata: in-batches\n');
      expect(codes(await shop.call('lint', { offline: true }))).toEqual([]);
    }));
});

describe('column-domain', () => {
  const CENTS = 'CREATE DOMAIN cents AS int CHECK (value >= 0)';
  test.each([
    [`${CENTS}; ALTER TABLE t ADD a cents DEFAULT 1`, ['t.a']],
    [`${CENTS}; ALTER TABLE t ADD a cents[]`, []],
    [`${CENTS}; CREATE DOMAIN tip AS cents; ALTER TABLE t ADD a tip`, ['t.a']],
    ['CREATE DOMAIN cents AS int NOT NULL; ALTER TABLE t ADD a cents DEFAULT 1', ['t.a']],
    ['CREATE DOMAIN cents AS int DEFAULT 5; ALTER TABLE t ADD a cents', []],
    ['CREATE DOMAIN a.cents AS int; ALTER DOMAIN a.cents ADD CHECK (value > 0); ALTER TABLE t ADD a a.cents', ['t.a']],
    [`${CENTS}; CREATE TABLE t (a cents)`, []],
  ])('%s', async (sql, expected) => {
    expect(await subjects('column-domain', sql)).toEqual(expected);
    const [last = '', ...before] = sql.split('; ').toReversed();
    const example = { earlier: ['SELECT 1', ...before.toReversed()].join('; '), up: last, down: 'SELECT 1' };
    expect(await subjects('column-domain', example)).toEqual(expected);
  });

  test.each([
    ['cents', true],
    ['tip', true],
    ['other.cents', true],
    ['plain', false],
  ])('a domain of the database, and the file of the table: %s', (type, rewrites) =>
    withShop(three(), async (shop) => {
      await shop.call('up');
      await shop.query(
        `${CENTS}; CREATE DOMAIN tip AS cents; CREATE DOMAIN plain AS int; CREATE SCHEMA other;
         CREATE DOMAIN other.cents AS int NOT NULL DEFAULT 1; INSERT INTO users VALUES (1)`,
      );
      const up = `ALTER TABLE users ADD a ${type}`;
      shop.write({ 'migrations/004_a.sql': `-- Up Migration\n${up};\n-- Down Migration\nSELECT 1;\n` });
      expect(codes(await shop.call('lint'))).toEqual(rewrites ? ['lint/column-domain'] : []);
      const plan = JSON.stringify((await shop.call('plan')).data);
      expect(plan).toContain(rewrites ? '"work":"rewrite"' : '"work":"metadata"');
      const file = "SELECT pg_relation_filenode('users')";
      const before = JSON.stringify(await shop.query(file));
      await shop.query(up);
      expect(JSON.stringify(await shop.query(file)) !== before).toBe(rewrites);
    }),
  );
});

describe('hints say what the statement says', () => {
  test.each([
    ['CREATE INDEX i ON t (lower(a)) WHERE b > 0', ['CREATE INDEX CONCURRENTLY i ON t (lower(a)) WHERE b > 0;']],
    [
      'CREATE UNIQUE INDEX ON t USING gist (a DESC) INCLUDE (b)',
      [' INDEX CONCURRENTLY ON t USING gist (a DESC) INCLUDE (b);'],
    ],
    [
      'ALTER TABLE t ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (c) DEFERRABLE',
      [
        'CREATE UNIQUE INDEX CONCURRENTLY k ON t (a, b) INCLUDE (c) NULLS NOT DISTINCT; ',
        'ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k DEFERRABLE;',
      ],
    ],
    ['ALTER TABLE t ADD CONSTRAINT k UNIQUE (a) WITH (fillfactor = 70)', ['the same index with CREATE UNIQUE INDEX']],
    ['ALTER TABLE t ADD x int, ADD CONSTRAINT k UNIQUE (a)', ['the same index with CREATE UNIQUE INDEX']],
    [
      'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (b) MATCH FULL ON DELETE CASCADE DEFERRABLE',
      [
        'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (b) MATCH FULL ON DELETE CASCADE DEFERRABLE NOT VALID;',
      ],
    ],
    [
      'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE',
      [
        'ADD CONSTRAINT t_a_fkey FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE NOT VALID;',
        'VALIDATE CONSTRAINT t_a_fkey;',
      ],
    ],
    ['ALTER TABLE t ADD a int DEFAULT 1 REFERENCES u ON DELETE CASCADE', ['FOREIGN KEY … NOT VALID;']],
  ])('%s', async (sql, parts) => {
    const rules = /^lint\/(?:index-concurrently|unique-using-index|foreign-key-not-valid)$/;
    const [hint = ''] = (await findingsOf(sql)).filter(({ code }) => rules.test(code)).map((one) => one.hint);
    for (const part of parts) expect(hint).toContain(part);
  });
});

describe('view-security-invoker', () => {
  const [VIEW, ENABLE] = ['CREATE VIEW v AS SELECT * FROM notes', 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY'];
  test.each([
    [`${VIEW}; ${ENABLE}`, ['v']],
    [`${VIEW}; ${ENABLE}; ALTER VIEW v SET (security_invoker = true)`, []],
    [`${VIEW}; ALTER VIEW v SET (security_invoker); ${ENABLE}`, []],
    [`${VIEW}; DROP VIEW v; ${ENABLE}`, []],
    [`CREATE VIEW v WITH (security_invoker = true) AS SELECT * FROM notes; ${ENABLE}`, []],
    ['ALTER VIEW v SET (security_invoker = false)', ['v']],
    ['ALTER VIEW v RESET (security_invoker)', ['v']],
    ['ALTER VIEW v SET (security_barrier = true)', []],
    [`${VIEW}; ALTER VIEW v SET (security_invoker = false)`, []],
    [`${ENABLE}; CREATE MATERIALIZED VIEW m AS SELECT * FROM notes`, ['m']],
    [`CREATE MATERIALIZED VIEW m AS SELECT * FROM notes; ${ENABLE}`, ['m']],
    ['CREATE MATERIALIZED VIEW m AS SELECT * FROM notes', []],
  ])('%s', async (sql, expected) => {
    expect(await subjects('view-security-invoker', sql)).toEqual(expected);
  });

  test('a down takes back what its up has set; a view of an earlier migration is remembered', async () => {
    const up = 'ALTER VIEW v SET (security_invoker = true)';
    const down = 'ALTER VIEW v RESET (security_invoker)';
    expect(await subjects('view-security-invoker', { up, down })).toEqual([]);
    expect(await subjects('view-security-invoker', { earlier: VIEW, up: ENABLE, down: 'SELECT 1' })).toEqual(['v']);
  });
});

describe('down-loses-data', () => {
  test.each([
    ['ALTER TABLE t ADD a int', 'DELETE FROM t WHERE id = 1', ['t']],
    ['ALTER TABLE t ADD a int', 'UPDATE t SET b = 1 WHERE id = 1', ['t']],
    ['ALTER TABLE t ADD a int', 'MERGE INTO t USING u ON t.id = 1 WHEN MATCHED THEN DELETE', ['t']],
    ['CREATE TABLE t (a int)', 'DELETE FROM t WHERE a = 1', []],
    ['INSERT INTO t VALUES (1)', 'DELETE FROM t WHERE id = 1', []],
    ['UPDATE t SET a = 2 WHERE a = 1', 'UPDATE t SET a = 1 WHERE a = 2', []],
    ['ALTER TABLE t DROP a', 'ALTER TABLE t ADD a int; UPDATE t SET a = 1 WHERE id = 1', []],
    ['ALTER TABLE t ALTER a DROP NOT NULL', 'UPDATE t SET a = 0 WHERE id = 1; ALTER TABLE t ALTER a SET NOT NULL', []],
    ['DO $$ BEGIN INSERT INTO t VALUES (1); END $$', 'DELETE FROM t WHERE id = 1', []],
    ['ALTER TABLE t ADD a int', 'DROP TYPE mood CASCADE', ['mood']],
    ['ALTER TABLE t ADD a int', 'DROP EXTENSION citext CASCADE', ['citext']],
    ['ALTER TABLE t ADD a int', 'DROP SCHEMA old CASCADE', ['old']],
    ['ALTER TABLE t ADD a int', 'DROP DOMAIN cents CASCADE', ['cents']],
    [
      "CREATE TYPE mood AS ENUM ('a'); CREATE TYPE pair AS (a int)",
      'DROP TYPE mood CASCADE; DROP TYPE pair CASCADE',
      [],
    ],
    ['CREATE SCHEMA old; CREATE EXTENSION citext', 'DROP SCHEMA old CASCADE; DROP EXTENSION citext CASCADE', []],
    ['ALTER TABLE t ADD a int', 'DROP TYPE mood', []],
  ])('up %s, down %s', async (up, down, expected) => {
    expect(await subjects('down-loses-data', { up, down })).toEqual(expected);
  });
});

describe('what moves, refreshes and attaches', () => {
  const RANGE = 'ATTACH PARTITION p1 FOR VALUES IN (1)';
  test.each([
    ['rewrite-table', 'ALTER TABLE t SET UNLOGGED', ['t']],
    ['rewrite-table', 'ALTER TABLE t SET TABLESPACE fast, ADD c int', ['t']],
    ['rewrite-table', 'ALTER TABLE t SET ACCESS METHOD columnar', ['t']],
    ['rewrite-table', 'CREATE TABLE t (a int); ALTER TABLE t SET UNLOGGED', []],
    ['rewrite-table', 'ALTER TABLE t SET (fillfactor = 70)', []],
    ['refresh-concurrently', 'REFRESH MATERIALIZED VIEW v', ['v']],
    ['refresh-concurrently', 'CREATE MATERIALIZED VIEW v AS SELECT 1 WITH NO DATA; REFRESH MATERIALIZED VIEW v', []],
    ['attach-partition-check', `ALTER TABLE p ${RANGE}`, ['p1']],
    ['attach-partition-check', `CREATE TABLE p1 (a int); ALTER TABLE p ${RANGE}`, []],
    ['attach-partition-check', `ALTER TABLE p1 ADD CHECK (a = 1) NOT VALID; ALTER TABLE p ${RANGE}`, ['p1']],
    ['attach-partition-check', `ALTER TABLE p1 VALIDATE CONSTRAINT k; ALTER TABLE p ${RANGE}`, []],
    ['rename', 'ALTER TABLE t SET SCHEMA s', ['t']],
    ['rename', 'CREATE TABLE t (a int); ALTER TABLE t SET SCHEMA s', []],
    ['check-not-valid', 'ALTER TABLE t ADD c int CHECK (c > 0)', ['t.chk_t']],
    ['check-not-valid', 'CREATE TABLE t (a int); ALTER TABLE t ADD c int CHECK (c > 0)', []],
  ])('%s: %s', async (rule, sql, expected) => {
    expect(await subjects(rule, sql)).toEqual(expected);
  });

  test('a valid CHECK of the database is believed', () =>
    withShop(three(), async (shop) => {
      await shop.call('up');
      await shop.query(
        'CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 (a int); INSERT INTO p1 VALUES (1)',
      );
      shop.write({
        'migrations/004_a.sql': `-- Up Migration\nALTER TABLE p ${RANGE};\n-- Down Migration\nSELECT 1;\n`,
      });
      const found = async (): Promise<readonly string[]> =>
        codes(await shop.call('lint')).filter((code) => code === 'lint/attach-partition-check');
      expect(await found()).toHaveLength(1);
      await shop.query('ALTER TABLE p1 ADD CHECK (a IS NOT NULL AND a = 1) NOT VALID');
      expect(await found()).toHaveLength(1);
      await shop.query('ALTER TABLE p1 VALIDATE CONSTRAINT p1_a_check');
      expect(await found()).toEqual([]);
    }));
});
