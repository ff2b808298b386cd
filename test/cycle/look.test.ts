/**
 * The look of a cycle overlooks nothing: whatever a Snapshot can tell apart, and what it reports as not modelled, is told
 * from nothing done; and what two runs make is told apart when they make it otherwise.
 */
import { expect, describe as group, test } from 'vitest';
import { cycleChain } from '../../src/migrate/cycle.ts';
import { isUntouched, type Look, lookNow, prepareLook, saysTheSame } from '../../src/migrate/cycle-look.ts';
import type { CompiledMigration } from '../../src/migrate/model.ts';
import { majorOf, type Session, withSession } from '../../src/pg/pool.ts';
import { GROUND, MUTATIONS } from '../catalog/mutations.ts';
import { serverTarget, useDatabase } from '../support/database.ts';

const database = useDatabase();
const major = await withSession(serverTarget(), async (session) => majorOf(session));

/** Looks before and after `change`, which runs in a subtransaction: the only rows younger than all that was there. */
async function changed(session: Session, change: string): Promise<{ untouched: boolean; look: Look }> {
  const before = await lookNow(session, { since: null, all: true });
  const rows = before.old + before.young;
  await session.batch(`SAVEPOINT changed; ${change}`);
  const next = (BigInt(before.transaction) + 1n).toString();
  const look = await lookNow(session, { since: next, all: false });
  await session.query('ROLLBACK TO SAVEPOINT changed');
  const known = { rows, tables: new Map(before.tables), outside: before.outside };
  return { untouched: isUntouched(look, known), look };
}

async function inTransaction<T>(setup: string, work: (session: Session) => Promise<T>): Promise<T> {
  return database.session(async (session) => {
    await prepareLook(session);
    await session.batch(`BEGIN; ${GROUND}; ${setup}`);
    try {
      return await work(session);
    } finally {
      await session.query('ROLLBACK');
    }
  });
}

const seen = ({ untouched, look }: Awaited<ReturnType<typeof changed>>): boolean => !untouched || look.young > 0;

group('a change is seen', () => {
  test.each(MUTATIONS.filter(({ since = 0 }) => since <= major))('$title', async ({ setup, change }) => {
    await inTransaction(setup ?? '', async (session) => expect(seen(await changed(session, change))).toBe(true));
  });

  test.each([
    [
      'a member taken out of an extension',
      'CREATE EXTENSION hstore',
      'ALTER EXTENSION hstore DROP FUNCTION slice(hstore, text[])',
    ],
    ['a member put into an extension', 'CREATE EXTENSION hstore', 'ALTER EXTENSION hstore ADD TABLE t'],
    ['a comment on an extension that PostgreSQL brings', '', "COMMENT ON EXTENSION plpgsql IS 'x'"],
    ['a sequence that is owned no longer', 'CREATE SEQUENCE s OWNED BY t.a', 'ALTER SEQUENCE s OWNED BY NONE'],
    ['a role by another name', '', 'ALTER ROLE strata_mutation_reader RENAME TO strata_mutation_other'],
    [
      'a constraint trigger that is off',
      'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u',
      'ALTER TABLE t DISABLE TRIGGER ALL',
    ],
    ['a large object', '', 'SELECT lo_create(0)'],
    ['an access method', '', 'CREATE ACCESS METHOD m TYPE INDEX HANDLER bthandler'],
    [
      'a text search parser',
      '',
      'CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
    ],
    ['a text search template', '', 'CREATE TEXT SEARCH TEMPLATE x (LEXIZE = dsimple_lexize)'],
    [
      'a text search mapping',
      'CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)',
      'ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR email',
    ],
    [
      'a transform',
      "CREATE FUNCTION g(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'jsonb_build_array_noargs'",
      'CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION g(internal))',
    ],
    [
      'a user mapping',
      'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w',
      'CREATE USER MAPPING FOR PUBLIC SERVER s',
    ],
    ['options of a TOAST table', '', 'ALTER TABLE t SET (toast.autovacuum_enabled = off)'],
    [
      'a row that a superuser writes',
      '',
      "UPDATE pg_attribute SET attname = 'z' WHERE attrelid = 't'::regclass AND attname = 'a'",
    ],
    ['a row that a superuser takes away', 'CREATE SCHEMA s2', "DELETE FROM pg_namespace WHERE nspname = 's2'"],
    [
      'a change in a block that catches errors',
      '',
      'DO $$ BEGIN DROP TABLE u; EXCEPTION WHEN OTHERS THEN NULL; END $$',
    ],
  ])('%s', async (_what, setup, change) => {
    await inTransaction(setup, async (session) => expect(seen(await changed(session, change))).toBe(true));
  });
});

group('what is no change of a definition is none', () => {
  test.each([
    ['the first foreign key to a table, gone again', 'CREATE TABLE n (id int REFERENCES u); DROP TABLE n'],
    ['an index, gone again: relhasindex stays', 'CREATE INDEX i ON u (v); DROP INDEX i'],
    ['rows', "INSERT INTO u VALUES (1, 'x'), (2, repeat('y', 100000))"],
    ['where a sequence stands', "SELECT setval('q', 7)"],
    ['statistics of the planner', 'ANALYZE t, u'],
    [
      'a change that an error took back',
      "DO $$ BEGIN DROP TABLE u; RAISE 'no'; EXCEPTION WHEN OTHERS THEN NULL; END $$",
    ],
  ])('%s', async (_what, change) => {
    await inTransaction('CREATE SEQUENCE q', async (session) =>
      expect(seen(await changed(session, change))).toBe(false),
    );
  });
});

group('two runs are told apart by', () => {
  test.each([
    [
      'a column’s storage',
      'CREATE TABLE n (a text)',
      'CREATE TABLE n (a text); ALTER TABLE n ALTER a SET STORAGE external',
    ],
    ['a column’s collation', 'CREATE TABLE n (a text)', 'CREATE TABLE n (a text COLLATE "C")'],
    [
      'a column’s statistics',
      'CREATE TABLE n (a text)',
      'CREATE TABLE n (a text); ALTER TABLE n ALTER a SET STATISTICS 7',
    ],
    ['a name', 'CREATE TABLE n ()', 'CREATE TABLE o ()'],
    ['a schema', 'CREATE TABLE n ()', 'CREATE TABLE s2.n ()'],
    [
      'a partition key',
      'CREATE TABLE n (a int, b int) PARTITION BY LIST (a)',
      'CREATE TABLE n (a int, b int) PARTITION BY LIST (b)',
    ],
    ['the owner of a sequence', 'CREATE SEQUENCE s', 'CREATE SEQUENCE s OWNED BY t.a'],
    ['a domain’s base', 'CREATE DOMAIN d AS varchar(3)', 'CREATE DOMAIN d AS varchar(4)'],
    [
      'a routine’s body',
      'CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN 1',
      'CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN 2',
    ],
    ['a comment', "COMMENT ON TABLE t IS 'a'", "COMMENT ON TABLE t IS 'b'"],
    [
      'a trigger that is off',
      'CREATE TABLE n (id int REFERENCES u)',
      'CREATE TABLE n (id int REFERENCES u); ALTER TABLE n DISABLE TRIGGER ALL',
    ],
    [
      'default privileges',
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
      'ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO PUBLIC',
    ],
    [
      'options of a TOAST table',
      'CREATE TABLE n (a text)',
      'CREATE TABLE n (a text) WITH (toast.autovacuum_enabled = off)',
    ],
    [
      'a statistics target',
      'CREATE STATISTICS x ON id, a FROM t',
      'CREATE STATISTICS x ON id, a FROM t; ALTER STATISTICS x SET STATISTICS 9',
    ],
    ['an unlogged sequence’s table', 'CREATE TABLE n (id int)', 'CREATE UNLOGGED TABLE n (id int)'],
  ])('%s', async (_what, first, second) => {
    await inTransaction('CREATE SCHEMA s2', async (session) => {
      const looks = [];
      for (const change of [first, first, second]) looks.push((await changed(session, change)).look);
      const [a, b, c] = looks as [Look, Look, Look];
      expect(a.others).toBe(0);
      expect(saysTheSame(a, b)).toBe(true);
      expect(saysTheSame(a, c)).toBe(false);
    });
  });

  test.each([
    ['a range type', 'CREATE TYPE r AS RANGE (SUBTYPE = int4)'],
    ['an extension', 'CREATE EXTENSION hstore'],
    ['an aggregate', 'CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)'],
    ['a publication', 'CREATE PUBLICATION p FOR TABLE t'],
    ['an operator', 'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)'],
  ])('no look: %s wants a Snapshot', async (_what, change) => {
    await inTransaction('', async (session) => expect((await changed(session, change)).look.others).toBeGreaterThan(0));
  });
});

const place = { file: 'm.sql', line: 1, column: 1 };

function migration(n: number, up: string, down: string): CompiledMigration {
  const script = (sql: string) =>
    ({
      kind: 'statements',
      transactional: true,
      statements: sql.split(';').map((text) => ({ sql: text, place })),
    }) as const;
  const file = { version: `${n}`, name: `${n}_m`, file: 'm.sql', checksum: '' };
  return { file, up: script(up), down: script(down), semanticChecksum: null } as unknown as CompiledMigration;
}

test('migrations that only add are proved clean without a Snapshot', async () => {
  const tableOf = (n: number, more = ''): CompiledMigration =>
    migration(
      n,
      `CREATE TABLE t${n} (id int PRIMARY KEY, name text DEFAULT 'x', CHECK (id > 0)${more}); CREATE INDEX ON t${n} (name);
       COMMENT ON TABLE t${n} IS 'n'; ALTER TABLE t${n} ADD COLUMN late int; GRANT SELECT ON t${n} TO PUBLIC`,
      `DROP TABLE t${n}`,
    );
  const migrations = [
    tableOf(1),
    tableOf(2, ', other int REFERENCES t1'),
    migration(3, 'CREATE INDEX later ON t1 (name)', 'DROP INDEX later'),
    migration(4, 'SET LOCAL search_path = pg_catalog; CREATE VIEW public.v AS SELECT 1 AS one', 'DROP VIEW v'),
    migration(
      5,
      "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE SCHEMA s; CREATE SEQUENCE s.q",
      'DROP SCHEMA s CASCADE; DROP TYPE mood',
    ),
    migration(6, "INSERT INTO t1 VALUES (1); SELECT setval('s.q', 9)", 'DELETE FROM t1'),
    migration(7, 'CREATE TABLE parts (a int) PARTITION BY LIST (a)', 'DROP TABLE parts'),
  ];
  const results: string[] = [];
  await database.session(async (session) => {
    const end = await cycleChain(session, {
      migrations,
      from: 0,
      until: migrations.length,
      thorough: new Set(),
      compile: { root: '', sql: '', all: [] } as never,
      read: () => Promise.reject(new Error('a Snapshot was read')),
      onResult: ({ kind }) => results.push(kind),
      signal: new AbortController().signal,
    });
    expect(end).toEqual({ done: migrations.length, suspect: null });
  });
  expect(results).toEqual(migrations.map(() => 'clean'));
});
