/** Every kind that the Snapshot does not hold is reported by name; the list is empty in an ordinary database. */
import { expect, test } from 'vitest';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash } from '../../src/catalog/snapshot.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

const KINDS: readonly [create: string, kind: string, name: string][] = [
  [
    `CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
     CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION et()`,
    'event trigger',
    'watch',
  ],
  ['CREATE PUBLICATION pub FOR ALL TABLES', 'publication', 'pub'],
  [
    "CREATE SUBSCRIPTION sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, enabled = false)",
    'subscription',
    'sub',
  ],
  ['CREATE FOREIGN DATA WRAPPER fdw', 'foreign data wrapper', 'fdw'],
  ['CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw', 'foreign server', 'srv'],
  [
    'CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw; CREATE USER MAPPING FOR PUBLIC SERVER srv',
    'user mapping',
    'public on srv',
  ],
  ['CREATE LANGUAGE pl2 HANDLER plpgsql_call_handler', 'language', 'pl2'],
  ['CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler', 'access method', 'heap2'],
  ["CREATE TYPE mood AS ENUM ('a'); CREATE CAST (mood AS integer) WITH INOUT", 'cast', 'public.mood AS integer'],
  [
    'CREATE TRANSFORM FOR integer LANGUAGE plpgsql (FROM SQL WITH FUNCTION varchar_support(internal))',
    'transform',
    'integer for plpgsql',
  ],
  [
    'CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer)',
    'operator',
    'public.===(integer,integer)',
  ],
  [
    'CREATE OPERATOR CLASS oc FOR TYPE integer USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer)',
    'operator class',
    'public.oc using btree',
  ],
  ['CREATE OPERATOR FAMILY fam USING btree', 'operator family', 'public.fam using btree'],
  [`CREATE COLLATION "my coll" FROM "C"`, 'collation', 'public."my coll"'],
  ["CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8", 'conversion', 'public.conv'],
  ['CREATE TEXT SEARCH CONFIGURATION conf (COPY = simple)', 'text search configuration', 'public.conf'],
  ['CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple)', 'text search dictionary', 'public.dict'],
  [
    'CREATE TEXT SEARCH PARSER pars (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
    'text search parser',
    'public.pars',
  ],
  ['CREATE TEXT SEARCH TEMPLATE tmpl (LEXIZE = dsimple_lexize)', 'text search template', 'public.tmpl'],
  ['CREATE TYPE shell', 'shell type', 'public.shell'],
  [
    `CREATE TYPE base; CREATE FUNCTION bin(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
     CREATE FUNCTION bout(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
     CREATE TYPE base (INPUT = bin, OUTPUT = bout, LIKE = integer)`,
    'base type',
    'public.base',
  ],
  [
    `CREATE TABLE p (k integer) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
     CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER g BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION g(); ALTER TABLE p1 DISABLE TRIGGER g`,
    'differing trigger of a partition',
    'public.p1: g',
  ],
  [
    `CREATE TABLE p (k integer) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
     UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'p1'::regclass`,
    'unfinished detachment',
    'public.p1',
  ],
  [
    'REVOKE EXECUTE ON FUNCTION lo_creat(integer) FROM PUBLIC',
    "privileges of PostgreSQL's own function",
    'pg_catalog.lo_creat(integer)',
  ],
  ['REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC', "privileges of PostgreSQL's own language", 'plpgsql'],
  ['SELECT lo_create(0)', 'large objects', 'in pg_largeobject'],
  [
    'CREATE TABLE a (id integer PRIMARY KEY, b integer REFERENCES a); ALTER TABLE a DISABLE TRIGGER ALL',
    'disabled constraint trigger',
    'public.a: a_b_fkey',
  ],
];

/** Nothing is inside that the name does not say, or nothing yet, or something secret. */
const CLOSED: ReadonlySet<string> = new Set([
  'user mapping',
  'operator family',
  'disabled constraint trigger',
  'unfinished detachment',
  'dependence on an extension',
  'large objects',
]);

test.each(KINDS)('%s', async (create, kind, name) => {
  await database.session(async (session) => {
    await session.query('BEGIN');
    try {
      const before = await readSnapshot(session);
      expect(before.unmodelled).toEqual([]);
      await session.batch(create);
      const after = await readSnapshot(session);
      expect(after.unmodelled).toContainEqual({ kind, name, definition: CLOSED.has(kind) ? null : expect.any(String) });
      expect(snapshotHash(after)).not.toBe(snapshotHash(before));
    } finally {
      await session.query('ROLLBACK');
    }
  });
});

test('a table that looks like an array, and arrays themselves, are nothing special', async () => {
  await database.session(async (session) => {
    await session.query('BEGIN');
    try {
      await session.batch('CREATE TABLE x (a integer); CREATE TABLE y (b x[], c x); CREATE DOMAIN d AS x[]');
      expect((await readSnapshot(session)).unmodelled).toEqual([]);
    } finally {
      await session.query('ROLLBACK');
    }
  });
});

test('what comes with another object is not named: the cast from a range to its multirange', async () => {
  await database.session(async (session) => {
    await session.batch('BEGIN; CREATE TYPE r AS RANGE (subtype = int4, multirange_type_name = mr)');
    try {
      expect((await readSnapshot(session)).unmodelled).toEqual([]);
    } finally {
      await session.query('ROLLBACK');
    }
  });
});
