/** PL/pgSQL and SQL bodies: what is found in them, and that it is told at the line and column of the author's file. */
import { expect, test } from 'vitest';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { judge } from '../../src/lint/judge.ts';
import { withShop } from '../migrate/harness.ts';
import { everyRule, subjectOf } from './subjects.ts';

async function codesOf(sql: string): Promise<readonly string[]> {
  const verdict = await judge([subjectOf(sql)], { facts: NO_FACTS, levels: everyRule, direction: 'up' });
  return verdict.findings.map(({ code }) => code.replace('lint/', ''));
}

function plpgsql(body: string, declare = ''): string {
  return `CREATE FUNCTION f(a text, t regclass) RETURNS void LANGUAGE plpgsql AS $$ ${declare} BEGIN ${body} END $$`;
}

test.each([
  ["EXECUTE 'SELECT ' || a;", true],
  ["EXECUTE 'SELECT ' || quote_ident(a) || ' FROM x';", false],
  ["EXECUTE 'SELECT ' || t;", false],
  ["EXECUTE format('SELECT %s', a);", true],
  ["EXECUTE format('SELECT %I, %L', a, a);", false],
  ["EXECUTE format('SELECT %1$I, %2$s', a, t);", false],
  ["EXECUTE format('SELECT %2$s', t, a);", true],
  ["EXECUTE format('SELECT 100 %% %s', a::int);", false],
  ["EXECUTE 'SELECT 1' USING a;", false],
  ["PERFORM 1; RETURN QUERY EXECUTE 'SELECT ' || a;", true],
  ["FOR r IN EXECUTE 'SELECT ' || a LOOP NULL; END LOOP;", true],
  ["x := 'a'; x := quote_literal(a); EXECUTE 'SELECT ' || x;", false],
  ["x := a; EXECUTE 'SELECT ' || x;", true],
  ["SELECT 'a' INTO x; EXECUTE 'SELECT ' || x;", true],
  ["EXECUTE $q$SELECT $q$ || E'\\n' || 1;", false],
])('%s: dynamic SQL is told: %s', async (body, told) => {
  const sql = plpgsql(body, 'DECLARE x text; r record;').replace(
    'RETURNS void',
    body.includes('QUERY') ? 'RETURNS SETOF int' : 'RETURNS void',
  );
  expect((await codesOf(sql)).includes('dynamic-sql')).toBe(told);
});

test.each([
  ['NULL;', true],
  ['x := 1;', true],
  ["RAISE NOTICE 'x';", false],
  ['RAISE;', false],
  ['GET STACKED DIAGNOSTICS m = MESSAGE_TEXT;', false],
  ['m := SQLERRM;', false],
  ['INSERT INTO log VALUES (SQLSTATE);', false],
])('WHEN OTHERS THEN %s swallows: %s', async (handler, told) => {
  const sql = plpgsql(`x := 2; EXCEPTION WHEN unique_violation OR others THEN ${handler}`, 'DECLARE x int; m text;');
  expect((await codesOf(sql)).includes('swallowed-errors')).toBe(told);
});

test('what a routine does is judged as what it does at every call, not as part of the migration', async () => {
  const body =
    'DELETE FROM users; CREATE INDEX i ON users (id); TRUNCATE users; UPDATE users SET a = 1, a = 2 WHERE id = 1;';
  const codes = await codesOf(`CREATE TABLE users (id int); ${plpgsql(body)}`);
  expect(codes).toEqual(expect.arrayContaining(['unbatched-rows', 'routine-ddl', 'truncate', 'duplicate-assignment']));
  expect(codes).not.toContain('index-concurrently');
  expect(
    await codesOf(plpgsql('CREATE TEMP TABLE x (id int); CREATE INDEX i ON x (id); DELETE FROM x; DROP TABLE x;')),
  ).not.toEqual(expect.arrayContaining(['unbatched-rows']));
  expect(await codesOf('CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM users $$')).toContain(
    'unbatched-rows',
  );
  expect(await codesOf('CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM users; END')).toContain(
    'unbatched-rows',
  );
  expect(await codesOf("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'sym'")).toEqual([]);
});

test('what a DO block does runs with the migration', async () => {
  expect(await codesOf('DO $$ BEGIN IF true THEN CREATE INDEX i ON users (id); END IF; END $$')).toContain(
    'index-concurrently',
  );
  expect(await codesOf('DO $$ BEGIN CREATE TABLE n (id int); END $$; CREATE INDEX i ON n (id)')).not.toContain(
    'index-concurrently',
  );
});

const LOOP = (execute: string): string =>
  `DO $d$ DECLARE r record; BEGIN FOR r IN SELECT oid, relname AS n FROM pg_class LOOP ${execute}; END LOOP; END $d$`;

test.each([
  ["EXECUTE 'CREATE INDEX i ON t (a)'", 'index-concurrently', 'i'],
  ['EXECUTE $q$CREATE INDEX i ON t (a)$q$', 'index-concurrently', 'i'],
  ["EXECUTE 'CREATE INDEX i ' || E'ON t (a)'::text", 'index-concurrently', 'i'],
  ["EXECUTE format('ALTER TABLE %I ALTER %s SET NOT NULL', 'Big', 'a')", 'set-not-null', '"Big".a'],
  ["EXECUTE format('ALTER TABLE %2$I ALTER %1$I SET NOT NULL', 'a', 't')", 'set-not-null', 't.a'],
  ["EXECUTE format('ALTER TABLE %I ADD u uuid DEFAULT random()', r.n)", 'column-default-volatile', '"…".u'],
  ["EXECUTE format('ALTER TABLE %s ALTER a SET NOT NULL', r.oid::regclass)", 'set-not-null', '"…".a'],
  ["EXECUTE 'DROP TABLE ' || quote_ident(r.n) || ' CASCADE'", 'drop-table', '"…"'],
  ["EXECUTE 'DELETE FROM t WHERE a <> ' || quote_literal(r.n)", 'unbatched-rows', 't'],
])('SQL that EXECUTE runs in a DO block is judged: %s', async (execute, rule, subject) => {
  const { findings } = await judge([subjectOf(LOOP(execute))], { facts: NO_FACTS, levels: {}, direction: 'up' });
  expect(findings.map((one) => [one.code.slice(5), one.subject])).toContainEqual([rule, subject]);
});

test.each([
  "EXECUTE 'DROP TABLE ' || r.n",
  "EXECUTE format('DROP TABLE %s', r.n)",
  'EXECUTE r.n',
  "EXECUTE format('CREATE TABLE %I (a int)', r.n); EXECUTE format('CREATE INDEX ON %I (a)', r.n)",
  "EXECUTE 'not SQL at all'",
])('what nobody knows, or makes itself, is not blamed: %s', async (execute) => {
  const codes = await codesOf(LOOP(execute));
  expect(codes.filter((code) => !/^(?:dynamic-sql|table-schema|prefer-bigint)$/.test(code))).toEqual([]);
});

test('of a routine, what EXECUTE says in so many words', async () => {
  expect(await codesOf(plpgsql("EXECUTE 'TRUNCATE users';"))).toContain('truncate');
  expect(await codesOf(plpgsql("EXECUTE format('TRUNCATE %I', a);"))).toEqual([]);
  expect(await codesOf(plpgsql("EXECUTE 'CREATE TEMP TABLE x (a int)';"))).toEqual([]);
});

test('SQL inside EXECUTE is told where it stands, and a table of the database keeps its facts', () =>
  withShop(
    {
      'migrations/001_a.sql': '-- Up Migration\nCREATE TABLE t (a int);\n-- Down Migration\nDROP TABLE t;\n',
    },
    async (shop) => {
      await shop.call('up');
      const body = (name: string): string =>
        `-- Up Migration\nDO $$ DECLARE n text := 't'; BEGIN\n  EXECUTE 'CREATE INDEX i ON t (a)';\n  EXECUTE format('CREATE INDEX j ON %I (a)', ${name});\nEND $$;\n-- Down Migration\nSELECT 1;\n`;
      shop.write({ 'migrations/002_b.sql': body("'t'") });
      expect((await shop.call('lint')).findings).toEqual([]);
      await shop.query('INSERT INTO t SELECT generate_series(1, 2000); ANALYZE t');
      shop.write({ 'migrations/002_b.sql': body('n') });
      const { findings } = await shop.call('lint');
      expect(findings.map(({ subject, level, place }) => [subject, level, place?.line, place?.column])).toEqual([
        ['i', 'error', 3, 12],
        ['j', 'error', 4, 11],
      ]);
    },
  ));

test.each([
  ['SET search_path = public', true],
  ['SET search_path = public, pg_temp', false],
  ["SET search_path = ''", false],
  ['SET search_path = pg_temp, public', true],
  ['SET search_path = "$user", pg_temp', true],
  ['', true],
])('SECURITY DEFINER %s is at fault: %s', async (setting, told) => {
  const sql = `CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER ${setting} AS 'SELECT 1'`;
  expect((await codesOf(sql)).includes('definer-search-path')).toBe(told);
});

const PART = `CREATE FUNCTION tidy(a text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  n int;
BEGIN
  -- when others: only a comment
  SELECT count(*) INTO n FROM users;
  DELETE FROM users;
  EXECUTE 'DROP TABLE ' || a;
EXCEPTION
  WHEN unique_violation THEN RAISE;
  WHEN others THEN NULL;
END
$body$;
`;

function places({ findings }: Outcome): readonly (readonly [string, string, number, number])[] {
  return findings.map(({ code, place }: Finding) => [
    code.slice(5),
    place?.file ?? '',
    place?.line ?? 0,
    place?.column ?? 0,
  ]);
}

test('findings in a body point into the part under sql/, whoever installs it', () =>
  withShop(
    {
      'sql/functions/tidy_v1.sql': PART,
      'migrations/001_a.ts': "export const up = (pgm) => { pgm.install('functions/tidy', 1); };\n",
    },
    async (shop) => {
      const outcome = await shop.call('lint', { offline: true });
      expect(places(outcome)).toEqual([
        ['swallowed-errors', 'sql/functions/tidy_v1.sql', 11, 3],
        ['dynamic-sql', 'sql/functions/tidy_v1.sql', 8, 11],
        ['unbatched-rows', 'sql/functions/tidy_v1.sql', 7, 3],
      ]);
    },
  ));

test('the same inside pgm.sql() of a TypeScript file', () =>
  withShop(
    {
      'migrations/001_a.ts': `export const up = (pgm) => {\n  pgm.sql(\`${PART}\`);\n  pgm.sql(\`DO $$ BEGIN\n    CREATE INDEX i ON users (id);\n  END $$\`);\n};\nexport const down = false;\n`,
    },
    async (shop) => {
      expect(places(await shop.call('lint', { offline: true }))).toEqual([
        ['swallowed-errors', 'migrations/001_a.ts', 12, 3],
        ['dynamic-sql', 'migrations/001_a.ts', 9, 11],
        ['index-concurrently', 'migrations/001_a.ts', 17, 5],
        ['unbatched-rows', 'migrations/001_a.ts', 8, 3],
      ]);
    },
  ));

test('a syntax error has its line, its column and a caret, in plain SQL and in a body; everything else is judged', () =>
  withShop(
    {
      'migrations/001_a.sql':
        '-- Up Migration\nCREATE TABLE t (\n  id int,\n  nme txt txt\n);\n-- Down Migration\nSELECT 1;\n',
      'migrations/002_b.sql':
        '-- Up Migration\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURM 1;\nEND $$;\n-- Down Migration\nDROP FUNCTION f;\n',
      'migrations/003_c.sql': '-- Up Migration\nCREATE INDEX i ON users (id);\n-- Down Migration\nDROP INDEX i;\n',
    },
    async (shop) => {
      const outcome = await shop.call('lint', { offline: true });
      expect(places(outcome)).toEqual([
        ['syntax-error', 'migrations/001_a.sql', 4, 11],
        ['syntax-error', 'migrations/002_b.sql', 4, 3],
        ['index-concurrently', 'migrations/003_c.sql', 2, 1],
      ]);
      const [first, second] = outcome.findings;
      expect(first?.hint).toContain('> 4 |   nme txt txt\n    |           ^');
      expect(second?.message).toBe('002_b (up): syntax error at or near "RETURM"');
      expect(second?.hint).toContain('> 4 |   RETURM 1;\n    |   ^');
    },
  ));
