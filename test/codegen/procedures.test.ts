/** Typed functions of the database: called on a real server, their errors caused there, their types compiled. */
import { describe, expect, test } from 'vitest';
import { proceduresText } from '../../src/codegen/procedures.ts';
import type { Session } from '../../src/pg/pool.ts';
import { compile } from './compile.ts';
import { fromSession, generated, loaded, withDdl } from './support.ts';

const OPTIONS = { errors: { BK003: 'VersionConflict', BK004: 'SlotTaken', BK005: 'SlotTaken' }, types: './types.ts' };

const DDL = `
  CREATE TYPE mood AS ENUM ('ok', 'bad');
  CREATE TYPE pair AS (a int, b text);
  CREATE DOMAIN level AS int CHECK (VALUE IN (1, 2));
  CREATE TABLE bookings (id int PRIMARY KEY, state text NOT NULL CHECK (state IN ('open', 'closed')), version int NOT NULL DEFAULT 1,
    UNIQUE (state, version));
  CREATE TABLE notes (id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE RESTRICT);
  INSERT INTO bookings VALUES (1, 'open'), (2, 'closed');
  CREATE FUNCTION accept_booking(p_booking_id int, p_expected_version int DEFAULT NULL, p_now timestamptz DEFAULT now()) RETURNS bookings
    LANGUAGE plpgsql AS $$ DECLARE b bookings; BEGIN
      SELECT * INTO b FROM bookings WHERE id = p_booking_id;
      IF b.version <> p_expected_version THEN RAISE 'version %', b.version USING ERRCODE = 'BK003', DETAIL = 'd', HINT = 'h'; END IF;
      RETURN b; END $$;
  COMMENT ON FUNCTION accept_booking IS 'Accepts */ it.';
  CREATE FUNCTION all_bookings(p_state text DEFAULT 'open') RETURNS SETOF bookings LANGUAGE sql AS 'SELECT * FROM bookings WHERE state = p_state';
  CREATE FUNCTION mood_of(p_mood mood, p_level level) RETURNS mood LANGUAGE sql AS 'SELECT p_mood';
  CREATE FUNCTION no_value() RETURNS int LANGUAGE sql AS 'SELECT NULL::int';
  CREATE FUNCTION numbers(p_to int) RETURNS SETOF int LANGUAGE sql AS 'SELECT generate_series(1, p_to)';
  CREATE FUNCTION table_of(p_n int) RETURNS TABLE (n int, "odd name" text) LANGUAGE sql AS $$ SELECT p_n, 'x' $$;
  CREATE FUNCTION outs(p_a int, OUT twice int, INOUT p_b text) LANGUAGE sql AS 'SELECT p_a * 2, p_b || p_b';
  CREATE FUNCTION one_out(OUT lone int) LANGUAGE sql AS 'SELECT 7';
  CREATE FUNCTION make_pair(p_a int) RETURNS pair LANGUAGE sql AS $$ SELECT p_a, 'b' $$;
  CREATE FUNCTION nothing() RETURNS void LANGUAGE sql AS '';
  CREATE FUNCTION sums(VARIADIC p_numbers int[]) RETURNS bigint LANGUAGE sql AS 'SELECT sum(n) FROM unnest(p_numbers) n';
  CREATE FUNCTION keep(p_doc jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT p_doc';
  CREATE FUNCTION texts(p_texts text[]) RETURNS text[] LANGUAGE sql AS 'SELECT p_texts';
  CREATE FUNCTION unnamed(int DEFAULT 1, text DEFAULT 'a') RETURNS text LANGUAGE sql AS 'SELECT $2 || $1';
  CREATE FUNCTION find(p_id int) RETURNS text LANGUAGE sql AS $$ SELECT 'id' $$;
  CREATE FUNCTION find(p_name text) RETURNS text LANGUAGE sql AS $$ SELECT 'name' $$;
  CREATE FUNCTION area(p_side int) RETURNS text LANGUAGE sql AS $$ SELECT 'int' $$;
  CREATE FUNCTION area(p_side text) RETURNS text LANGUAGE sql AS $$ SELECT 'text' $$;
  CREATE FUNCTION "delete"("weird ""name" int) RETURNS int LANGUAGE sql AS 'SELECT "weird ""name"';
  CREATE FUNCTION value(value int) RETURNS int LANGUAGE sql AS 'SELECT value.value';
  CREATE FUNCTION insert_booking(p_id int, p_state text) RETURNS void LANGUAGE sql AS 'INSERT INTO bookings VALUES (p_id, p_state)';
  CREATE FUNCTION insert_note(p_booking int) RETURNS void LANGUAGE sql AS 'INSERT INTO notes VALUES (1, p_booking)';
  CREATE PROCEDURE close_all(p_state text, OUT closed int, INOUT p_mark int DEFAULT 5) LANGUAGE plpgsql AS
    $$ BEGIN UPDATE bookings SET version = version + 10; GET DIAGNOSTICS closed = ROW_COUNT; END $$;
  CREATE PROCEDURE quiet() LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION secret() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION secret FROM PUBLIC;
  CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE FUNCTION poly(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
  CREATE FUNCTION loose() RETURNS record LANGUAGE sql AS 'SELECT 1, 2';
`;

type Call = (db: unknown, args?: object) => Promise<unknown>;
type ErrorClass = new (...args: never[]) => Error;
type Exports = Readonly<Record<string, Call>> & Readonly<Record<string, ErrorClass>>;

function withCalls(work: (calls: Exports, session: Session) => Promise<void>): Promise<void> {
  return withDdl(DDL, async (session) => {
    const { snapshot, model } = await fromSession(session);
    await work(await loaded<Exports>(proceduresText(snapshot, model, OPTIONS) ?? ''), session);
  });
}

describe('calls', () => {
  test('rows, values, sets, OUT, TABLE, void, variadic, json, overloads, procedures', async () => {
    await withCalls(async (calls, { client }) => {
      const call = (name: string, args?: object): Promise<unknown> | undefined => calls[name]?.(client, args);
      const open = { id: 1, state: 'open', version: 1 };
      expect(await call('acceptBooking', { bookingId: 1 })).toEqual(open);
      expect(await call('acceptBooking', { bookingId: 1, expectedVersion: 1, now: new Date() })).toEqual(open);
      expect(await call('acceptBooking', { bookingId: 1, expectedVersion: null })).toEqual(open);
      expect(await call('allBookings')).toEqual([open]);
      expect(await call('allBookings', { state: 'none' })).toEqual([]);
      expect(await call('moodOf', { mood: 'bad', level: 1 })).toBe('bad');
      expect(await call('noValue')).toBeNull();
      expect(await call('numbers', { to: 2 })).toEqual([1, 2]);
      expect(await call('tableOf', { n: 3 })).toEqual([{ n: 3, 'odd name': 'x' }]);
      expect(await call('outs', { a: 2, b: 'y' })).toEqual({ twice: 4, p_b: 'yy' });
      expect(await call('oneOut')).toEqual({ lone: 7 });
      expect(await call('makePair', { a: 1 })).toEqual({ a: 1, b: 'b' });
      expect(await call('nothingFunction')).toBeUndefined();
      expect(await call('sums', { numbers: [1, 2] })).toBe('3');
      for (const doc of [[1, 2], { a: [null] }, 'text', 0]) expect(await call('keep', { doc })).toEqual(doc);
      expect(await call('texts', { texts: ['NULL', null, 'a"b'] })).toEqual(['NULL', null, 'a"b']);
      expect(await call('unnamed')).toBe('a1');
      expect(await call('unnamed', { arg1: 2, arg2: 'z' })).toBe('z2');
      await expect(call('unnamed', { arg2: 'z' })).rejects.toThrow('argument 1 has no name');
      expect(await call('find', { id: 1 })).toBe('id');
      expect(await call('find', { name: 'x' })).toBe('name');
      expect(() => call('find', { id: 1, name: 'x' })).toThrow('no overload of find takes these arguments');
      expect(await call('areaInteger', { side: 1 })).toBe('int');
      expect(await call('areaText', { side: '1' })).toBe('text');
      expect(await call('deleteFunction', { 'weird "name': 4 })).toBe(4);
      expect(await call('value', { value: 5 })).toBe(5);
      expect(await call('closeAll', { state: 'open' })).toEqual({ closed: 2, p_mark: 5 });
      expect(await call('closeAll', { state: 'open', mark: 6 })).toEqual({ closed: 2, p_mark: 6 });
      expect(await call('quiet')).toBeUndefined();
    });
  });

  test('what nobody may call, and what has no type, is left out', async () => {
    await withCalls(async (calls) => {
      expect(['secret', 'trig', 'poly', 'loose'].filter((name) => name in calls)).toEqual([]);
    });
  });

  test('NULL in place of a row is an error of its own', async () => {
    await withCalls(async (calls, { client }) => {
      const { acceptBooking, NullResultError } = calls;
      await expect(acceptBooking?.(client, { bookingId: 99 })).rejects.toBeInstanceOf(NullResultError);
    });
  });
});

describe('parameters without names', () => {
  const unnamed = `
    CREATE FUNCTION two(OUT int, OUT text) LANGUAGE sql AS $$ SELECT 1, 'a' $$;
    CREATE FUNCTION lone(OUT int) LANGUAGE sql AS 'SELECT 7';
    CREATE FUNCTION some_named(a int, int, b int DEFAULT 10, c int DEFAULT 100) RETURNS int LANGUAGE sql AS 'SELECT $1 - $2 + $3 + $4';
    CREATE PROCEDURE half(a int, OUT int) LANGUAGE plpgsql AS 'BEGIN $2 := $1 / 2; END';
    CREATE PROCEDURE mixed(OUT int, a int, INOUT int, OUT c int, b int DEFAULT 5) LANGUAGE plpgsql AS
      'BEGIN $1 := $2; $3 := $3 + $2; $4 := $5; END';
    CREATE PROCEDURE only_out(OUT c int) LANGUAGE plpgsql AS 'BEGIN c := 3; END';`;

  test('go by place, and come back as the server calls them', () =>
    withDdl(unnamed, async (session) => {
      const { text, snapshot, model } = await fromSession(session);
      const procedures = proceduresText(snapshot, model, OPTIONS) ?? '';
      const calls = await loaded<Exports>(procedures);
      const call = (name: string, args?: object): Promise<unknown> | undefined => calls[name]?.(session.client, args);
      expect(await call('two')).toEqual({ column1: 1, column2: 'a' });
      expect(await call('lone')).toBe(7);
      expect(await call('someNamed', { a: 5, arg2: 3 })).toBe(112);
      expect(await call('someNamed', { a: 5, arg2: 3, c: 0 })).toBe(12);
      expect(await call('half', { a: 8 })).toEqual({ column1: 4 });
      expect(await call('mixed', { a: 2, arg2: 3 })).toEqual({ column1: 2, column2: 5, c: 5 });
      expect(await call('mixed', { a: 2, arg2: 3, b: 6 })).toEqual({ column1: 2, column2: 5, c: 6 });
      expect(await call('onlyOut')).toEqual({ c: 3 });
      const consumer = `import type { Queryable } from './procedures.ts';
        import { half, lone, mixed, two } from './procedures.ts';
        export async function use(db: Queryable): Promise<[number | null, string | null, number | null]> {
          await mixed(db, { a: 1, arg2: 2 });
          return [(await half(db, { a: 1 })).column1, (await two(db)).column2, await lone(db)];
        }`;
      expect(compile({ 'types.ts': text, 'procedures.ts': procedures, 'consumer.ts': consumer })).toEqual([]);
    }));
});

describe('errors', () => {
  test('have the class of their SQLSTATE, with all that the server said', async () => {
    await withCalls(async (calls, { client }) => {
      const thrown = await calls.acceptBooking?.(client, { bookingId: 1, expectedVersion: 5 }).catch((e: unknown) => e);
      expect(thrown).toBeInstanceOf(calls.VersionConflictError);
      expect(thrown).toBeInstanceOf(calls.DatabaseError);
      expect(thrown).toMatchObject({
        name: 'VersionConflictError',
        code: 'BK003',
        message: 'version 1',
        detail: 'd',
        hint: 'h',
      });
      expect((thrown as Error).cause).toMatchObject({ code: 'BK003', severity: 'ERROR' });
      expect(calls.SlotTakenError?.name).toBe('SlotTakenError');
    });
  });

  test('constraints come with table and columns', async () => {
    await withCalls(async (calls, { client }) => {
      const failing = (name: string, args: object): Promise<unknown> | undefined =>
        calls[name]?.(client, args).catch((e: unknown) => e);
      const unique = await failing('insertBooking', { id: 3, state: 'open' });
      expect(unique).toBeInstanceOf(calls.UniqueViolationError);
      expect(unique).toMatchObject({
        table: 'bookings',
        constraint: 'bookings_state_version_key',
        columns: ['state', 'version'],
      });
      const check = await failing('insertBooking', { id: 3, state: 'bad' });
      expect(check).toMatchObject({
        name: 'CheckViolationError',
        constraint: 'bookings_state_check',
        columns: ['state'],
      });
      const missing = await failing('insertBooking', { id: 3, state: null });
      expect(missing).toMatchObject({ name: 'NotNullViolationError', table: 'bookings', columns: ['state'] });
      const foreign = await failing('insertNote', { booking: 99 });
      expect(foreign).toMatchObject({ name: 'ForeignKeyViolationError', table: 'notes', columns: ['booking_id'] });
      // 23503 up to PostgreSQL 17, 23001 from 18 on; without a constraint it is a trigger's own, and no foreign key's.
      await calls.insertNote?.(client, { booking: 1 });
      const raised = (sql: string): Promise<unknown> => client.query(sql).catch((e: unknown) => calls.typedError?.(e));
      expect(await raised('DELETE FROM bookings')).toMatchObject({
        name: 'ForeignKeyViolationError',
        columns: ['booking_id'],
      });
      const own = await raised("DO $$ BEGIN RAISE 'append-only' USING ERRCODE = 'restrict_violation'; END $$");
      expect(own).toMatchObject({ name: 'error', code: '23001' });
    });
  });

  test('what has no class comes back as it is', async () => {
    await withCalls(async (calls, { client }) => {
      await expect(calls.moodOf?.(client, { mood: 'none', level: 1 })).rejects.toMatchObject({
        name: 'error',
        code: '22P02',
      });
    });
  });
});

test('compiles under the strictest settings, and says what may and may not be given', async () => {
  const { text, snapshot, model } = await generated(DDL);
  const consumer = `import pg from 'pg';
    import { acceptBooking, allBookings, areaText, find, moodOf, sums, tableOf, VersionConflictError } from './procedures.ts';
    import type { BookingRow, Mood } from './types.ts';
    export async function use(pool: pg.Pool, client: pg.PoolClient): Promise<void> {
      const row: BookingRow = await acceptBooking(pool, { bookingId: 1 });
      await acceptBooking(client, { bookingId: row.id, expectedVersion: null, now: new Date() });
      const mood: Mood | null = await moodOf(pool, { mood: 'ok', level: 2 });
      const rows: BookingRow[] = await allBookings(pool);
      const [first] = await tableOf(pool, { n: 1 });
      const odd: string | null | undefined = first?.['odd name'];
      await find(pool, { id: 1 });
      await find(pool, { name: '' });
      await sums(pool, { numbers: [1] });
      // @ts-expect-error an unknown argument
      await acceptBooking(pool, { bookingId: 1, other: 1 });
      // @ts-expect-error a required one
      await acceptBooking(pool, {});
      // @ts-expect-error its default is not NULL
      await acceptBooking(pool, { bookingId: 1, now: null });
      // @ts-expect-error not a label
      await moodOf(pool, { mood: 'none', level: 1 });
      // @ts-expect-error not in the domain
      await moodOf(pool, { mood: 'ok', level: 3 });
      // @ts-expect-error no overload takes both
      await find(pool, { id: 1, name: '' });
      // @ts-expect-error the text one
      await areaText(pool, { side: 1 });
      console.log(mood, rows, odd, new Error() instanceof VersionConflictError);
    }`;
  const procedures = proceduresText(snapshot, model, OPTIONS) ?? '';
  expect(compile({ 'types.ts': text, 'procedures.ts': procedures, 'consumer.ts': consumer })).toEqual([]);
});

test('types that are called like an error class stand beside it', async () => {
  const names = ['permission_error', 'database_error', 'null_result_error', 'slot_taken_error'];
  const ddl = names.map((name) => `CREATE TYPE ${name} AS ENUM ('a');`).join(' ');
  const takes = names.map((name, at) => `p_${at} ${name}`).join(', ');
  const { errors } = OPTIONS;
  const { text, snapshot, model } = await generated(
    `${ddl} CREATE TABLE rows (id int); CREATE FUNCTION one(${takes}) RETURNS rows LANGUAGE sql AS 'SELECT 1'`,
    { errors },
  );
  expect(text).toContain('export type PermissionErrorEnum =');
  expect(compile({ 'types.ts': text, 'procedures.ts': proceduresText(snapshot, model, OPTIONS) ?? '' })).toEqual([]);
});

test('nothing to call and no error to name: no file', async () => {
  const { snapshot, model } = await generated('CREATE TABLE t (a int)');
  expect(proceduresText(snapshot, model, { errors: {}, types: './types.js' })).toBeNull();
  const errors = proceduresText(snapshot, model, { errors: { P0001: 'Refused' }, types: './types.js' }) ?? '';
  expect(compile({ 'procedures.ts': errors })).toEqual([]);
});
