/**
 * The look of a cycle overlooks nothing: whatever a Snapshot can tell apart, and what it reports as not modelled, is told
 * from nothing done; and what two runs make is told apart when they make it otherwise.
 */
import { expect, describe as group, test } from 'vitest';
import { type ChainEnd, cycleChain } from '../../src/migrate/cycle.ts';
import {
  type Asked,
  BEGIN_COUNTED,
  COLUMNS,
  columnsLookedAt,
  type Known,
  knownAfter,
  type Look,
  lookOf,
  olderRows,
  prepareLook,
  question,
} from '../../src/migrate/cycle-look.ts';
import type { CompiledMigration } from '../../src/migrate/model.ts';
import { majorOf, type Session, withSession } from '../../src/pg/pool.ts';
import { GROUND, MUTATIONS } from '../catalog/mutations.ts';
import { serverTarget, useDatabase } from '../support/database.ts';

const database = useDatabase();
const major = await withSession(serverTarget(), async (session) => majorOf(session));

const NOTHING: Known = {
  rows: new Map(),
  newest: '0',
  columns: { behind: '0', rows: 0, since: null, recent: 0 },
};

async function look(session: Session, asked: Asked): Promise<Look> {
  return lookOf(await session.batch(question(asked).join(';\n')));
}

interface Seen {
  readonly whole: boolean;
  readonly counted: boolean;
  readonly look: Look;
}

/** Looks before and after `change`, which runs in a subtransaction: the only rows younger than all that was there. */
async function changed(
  session: Session,
  change: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<Seen> {
  const before = await look(session, { known: NOTHING, whole: 'all' });
  const known = columnsLookedAt(knownAfter(before, NOTHING));
  await session.batch(`SAVEPOINT changed; ${BEGIN_COUNTED[1]}; ${change}`);
  await meanwhile();
  const since = (BigInt(before.transaction) + 1n).toString();
  const counted = await look(session, { since, known, whole: [] });
  const columns = await look(session, { since, known, whole: [COLUMNS] });
  const whole = await look(session, { since, known, whole: 'all' });
  await session.query('ROLLBACK TO SAVEPOINT changed');
  return {
    whole: counted.others !== false || shows(whole, known),
    // By the counters, or where those do not meet; and by the look at all columns that comes now and then.
    counted:
      counted.others !== false || shows(olderRows(counted, known) ? counted : whole, known) || shows(columns, known),
    look: whole,
  };
}

function shows(seen: Look, known: Known): boolean {
  if (seen.catalogs.some(({ young }) => young > 0)) return true;
  const older = olderRows(seen, known);
  // The numbers do not meet: all is read whole.
  if (older === null) return false;
  return [...known.rows].some(([catalog, rows]) => older.get(catalog) !== rows);
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

const bySome = ({ whole, counted }: Seen): object => ({ whole, counted });
const SEEN = { whole: true, counted: true };
const UNSEEN = { whole: false, counted: false };

group('a change is seen', () => {
  test.each(MUTATIONS.filter(({ since = 0 }) => since <= major))('$title', async ({ setup, change }) => {
    await inTransaction(setup ?? '', async (session) => expect(bySome(await changed(session, change))).toEqual(SEEN));
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
    await inTransaction(setup, async (session) => expect(bySome(await changed(session, change))).toEqual(SEEN));
  });
});

group('what is no change of a definition is none', () => {
  test.each([
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
      expect(bySome(await changed(session, change))).toEqual(UNSEEN),
    );
  });
});

test('what others do in the cluster meanwhile is none of its changes', async () => {
  const role = `strata_noise_${process.pid}`;
  const elsewhere = (sql: string): Promise<unknown> => withSession(serverTarget(), (other) => other.query(sql));
  try {
    await inTransaction('', async (session) => {
      const meanwhile = (): Promise<unknown> => elsewhere(`CREATE ROLE ${role}`);
      expect(bySome(await changed(session, 'SELECT 1', meanwhile))).toEqual(UNSEEN);
    });
  } finally {
    await elsewhere(`DROP ROLE IF EXISTS ${role}`);
  }
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
      expect(b.lines).toEqual(a.lines);
      expect(c.lines).not.toEqual(a.lines);
    });
  });

  test.each([
    ['a range type', 'CREATE TYPE r AS RANGE (SUBTYPE = int4)'],
    ['an extension', 'CREATE EXTENSION hstore'],
    ['an aggregate', 'CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)'],
    ['a publication', 'CREATE PUBLICATION p FOR TABLE t'],
    ['an operator', 'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)'],
  ])('no look: %s wants a Snapshot', async (_what, change) => {
    await inTransaction('', async (session) => {
      await session.batch(`${BEGIN_COUNTED[1]}; ${change}`);
      expect((await look(session, { known: NOTHING, whole: [] })).others).toBe(true);
    });
  });
});

const place = { file: 'm.sql', line: 1, column: 1 };

/** In one piece: semicolons stand inside of it. */
function whole(n: number, up: string, down: string): CompiledMigration {
  const script = (sql: string) => ({ kind: 'statements', transactional: true, statements: [{ sql, place }] }) as const;
  return { ...migration(n, '', ''), up: script(up), down: script(down) } as unknown as CompiledMigration;
}

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

/** A chain that may not read a Snapshot. */
async function chain(
  migrations: readonly CompiledMigration[],
  options: { readonly setup?: string; readonly careful?: boolean } = {},
): Promise<{ readonly end: ChainEnd; readonly results: readonly string[] }> {
  const results: string[] = [];
  const end = await database.session(async (session) => {
    await session.batch(
      `DROP SCHEMA IF EXISTS public, old, s, s1 CASCADE; CREATE SCHEMA public; ${options.setup ?? ''}`,
    );
    return cycleChain(session, {
      migrations,
      from: 0,
      until: migrations.length,
      thorough: new Set(),
      careful: options.careful === true,
      compile: { root: '', sql: '', all: [] } as never,
      read: () => Promise.reject(new Error('a Snapshot was read')),
      onResult: ({ kind }) => results.push(kind),
      signal: new AbortController().signal,
    });
  });
  return { end, results };
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
  const { end, results } = await chain(migrations);
  expect(end).toEqual({ done: migrations.length, suspect: null });
  expect(results).toEqual(migrations.map(() => 'clean'));
});

const OLD = `CREATE TABLE a (id int PRIMARY KEY, n int DEFAULT 1, t text, CONSTRAINT pos CHECK (n > 0)); CREATE INDEX i ON a (n);
  CREATE TABLE b (id int, aid int REFERENCES a); COMMENT ON TABLE b IS 'old'; CREATE SCHEMA old;
  CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; CREATE VIEW v AS SELECT id FROM a; CREATE SEQUENCE q OWNED BY a.n`;

group('what changes old objects is proved clean without a Snapshot', () => {
  test.each([
    ['a column', 'ALTER TABLE a ADD COLUMN c int DEFAULT 3 NOT NULL', 'ALTER TABLE a DROP COLUMN c'],
    [
      'a default and a type',
      'ALTER TABLE a ALTER n SET DEFAULT 2, ALTER n TYPE bigint',
      'ALTER TABLE a ALTER n SET DEFAULT 1, ALTER n TYPE int',
    ],
    [
      'a name',
      'ALTER TABLE a RENAME TO z; ALTER TABLE z RENAME n TO m',
      'ALTER TABLE z RENAME m TO n; ALTER TABLE z RENAME TO a',
    ],
    [
      'a comment',
      "COMMENT ON TABLE b IS 'new'; COMMENT ON COLUMN b.id IS 'x'",
      "COMMENT ON TABLE b IS 'old'; COMMENT ON COLUMN b.id IS NULL",
    ],
    ['a whole table', 'DROP TABLE b', "CREATE TABLE b (id int, aid int REFERENCES a); COMMENT ON TABLE b IS 'old'"],
    [
      'a constraint and an index',
      'ALTER TABLE a DROP CONSTRAINT pos; DROP INDEX i',
      'CREATE INDEX i ON a (n); ALTER TABLE a ADD CONSTRAINT pos CHECK (n > 0)',
    ],
    [
      'a routine and a view',
      'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN 2; CREATE OR REPLACE VIEW v AS SELECT id + 1 AS id FROM a',
      'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; CREATE OR REPLACE VIEW v AS SELECT id FROM a',
    ],
    [
      'row security',
      'ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a USING (n > 1)',
      'DROP POLICY p ON a; ALTER TABLE a DISABLE ROW LEVEL SECURITY',
    ],
    ['a sequence’s owner', 'ALTER SEQUENCE q OWNED BY NONE', 'ALTER SEQUENCE q OWNED BY a.n'],
    ['the first foreign key to a table', 'CREATE TABLE c (id int REFERENCES a)', 'DROP TABLE c'],
    [
      'a column, after a subtransaction that was rolled back',
      "DO $$ BEGIN CREATE TABLE no (); RAISE 'no'; EXCEPTION WHEN OTHERS THEN NULL; END $$; ALTER TABLE b ADD c int",
      'ALTER TABLE b DROP c',
    ],
  ])('%s', async (_what, up, down) => {
    for (const careful of [false, true]) {
      const { end, results } = await chain(
        [whole(1, up, down), migration(2, 'CREATE TABLE n2 (id int DEFAULT 1)', 'DROP TABLE n2')],
        { setup: OLD, careful },
      );
      expect({ end, results }).toEqual({ end: { done: 2, suspect: null }, results: ['clean', 'clean'] });
    }
  });
});

group('nothing is proved clean that is not', () => {
  test.each([
    ['a comment is left on an old object', 'SELECT 1', "COMMENT ON COLUMN a.n IS 'left'"],
    [
      'a comment is left, and the next up takes it away',
      'COMMENT ON COLUMN a.n IS NULL',
      "COMMENT ON COLUMN a.n IS 'left'",
    ],
    ['another index is dropped than was made', 'CREATE INDEX j ON b (id)', 'DROP INDEX i; ALTER INDEX j RENAME TO i'],
    ['as much is dropped as was made, but of what was there', 'CREATE SCHEMA s1', 'DROP SCHEMA old'],
    [
      'an old one is dropped, and made ones come and go',
      'CREATE SCHEMA s1; DROP SCHEMA s1; DROP SCHEMA old',
      'SELECT 1',
    ],
    [
      'what a rolled back subtransaction made hides what is dropped',
      "DO $$ BEGIN CREATE SCHEMA no; RAISE 'no'; EXCEPTION WHEN OTHERS THEN DROP SCHEMA old; END $$; CREATE SCHEMA s1",
      'DROP SCHEMA s1',
    ],
    [
      'a column comes back at another place',
      'ALTER TABLE a DROP COLUMN t; ALTER TABLE a ADD COLUMN u int',
      'ALTER TABLE a DROP COLUMN u; ALTER TABLE a ADD COLUMN w int; ALTER TABLE a ADD COLUMN t text; ALTER TABLE a DROP COLUMN w; ALTER TABLE a DROP COLUMN n; ALTER TABLE a ADD COLUMN n int DEFAULT 1; ALTER TABLE a ADD CONSTRAINT pos CHECK (n > 0); CREATE INDEX i ON a (n); ALTER SEQUENCE q OWNED BY a.n',
    ],
    [
      'down touches more than up did',
      'ALTER TABLE a ALTER n SET DEFAULT 2',
      'ALTER TABLE a ALTER n SET DEFAULT 1; ALTER TABLE a ALTER t SET DEFAULT 3',
    ],
    [
      'up undoes what down did too much',
      'ALTER TABLE b ALTER id DROP DEFAULT; CREATE TABLE c ()',
      'ALTER TABLE b ALTER id SET DEFAULT 1; DROP TABLE c',
    ],
    [
      'a view comes back otherwise',
      'CREATE OR REPLACE VIEW v AS SELECT id + 1 AS id FROM a',
      'CREATE OR REPLACE VIEW v AS SELECT id + 0 AS id FROM a',
    ],
    [
      'the second up makes it otherwise',
      "DO $$ BEGIN EXECUTE format('CREATE TABLE c%s ()', (SELECT count(*) FROM b)); INSERT INTO b VALUES (1); END $$",
      'DO $$ BEGIN DROP TABLE IF EXISTS c0, c1; END $$',
    ],
    [
      'a row that a superuser writes under an old number',
      "INSERT INTO pg_description VALUES ('b'::regclass, 'pg_class'::regclass, 1, 'x'); CREATE TABLE c ()",
      'DROP TABLE c',
    ],
  ])('%s', async (_what, up, down) => {
    const { end, results } = await chain([whole(1, up, down)], { setup: OLD });
    expect({ end, results }).toEqual({ end: { done: 0, suspect: '1_m' }, results: [] });
  });

  // No lock tells that these touch an old table: the look at all columns does, at the end.
  test.each([
    ['a grant on an old column', 'GRANT UPDATE (n) ON a TO PUBLIC; CREATE TABLE c (id int DEFAULT 1)', 'DROP TABLE c'],
    [
      'a column that a superuser writes',
      "UPDATE pg_attribute SET attstattarget = 7 WHERE attrelid = 'a'::regclass AND attname = 'n'; CREATE TABLE c (id int DEFAULT 1)",
      'DROP TABLE c',
    ],
  ])('%s', async (_what, up, down) => {
    const migrations = [
      migration(1, 'CREATE TABLE x ()', 'DROP TABLE x'),
      whole(2, up, down),
      migration(3, 'CREATE TABLE y ()', 'DROP TABLE y'),
    ];
    const { end } = await chain(migrations, { setup: OLD });
    expect(end).toEqual({ done: 0, suspect: null, careful: true });
    const again = await chain(migrations, { setup: OLD, careful: true });
    expect(again.end).toEqual({ done: 1, suspect: '2_m' });
  });

  test('where the server’s counters could be off, Snapshots are read', async () => {
    const off = migration(1, 'SET LOCAL track_counts = off; DROP SCHEMA old', 'SELECT 1');
    await expect(chain([off], { setup: OLD })).rejects.toThrow('a Snapshot was read');
  });

  test('where a session does not count, Snapshots are read', async () => {
    const counts = database.session(async (session) => {
      await session.batch('SET track_counts = off');
      await prepareLook(session);
      await session.batch(BEGIN_COUNTED.join(';'));
      return (await look(session, { known: NOTHING, whole: [] })).others;
    });
    expect(await counts).toBeNull();
  });
});
