/** Errors of the server as classes of their own, and the row that they are about, from violations on a real server. */
import { inspect } from 'node:util';
import { expect, describe as group, test } from 'vitest';
import { proceduresText } from '../../src/codegen/procedures.ts';
import { OWN_NAMES } from '../../src/codegen/procedures-runtime.ts';
import { compile } from './compile.ts';
import { fromSession, loaded, withDdl } from './support.ts';

const DDL = `
  CREATE EXTENSION IF NOT EXISTS btree_gist;
  CREATE TABLE rooms (id int PRIMARY KEY, "the name" text UNIQUE, code text, floor int, UNIQUE (code, floor));
  CREATE UNIQUE INDEX rooms_lower ON rooms (lower(code), coalesce(floor, 0));
  CREATE TABLE tags (id int, tag text UNIQUE, EXCLUDE USING btree (id WITH =) WHERE (id > 0));
  CREATE TABLE stays (id int, room int CONSTRAINT stay_room REFERENCES rooms, during int4range, nights int CONSTRAINT enough CHECK (nights > 0),
    CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&));
  CREATE TABLE "od)d" (id int REFERENCES rooms);
  CREATE TABLE pairs (id text PRIMARY KEY);
  CREATE TABLE commas ("a, b" text REFERENCES pairs);
  INSERT INTO rooms VALUES (1, 'a, b) c', 'x', 2), (2, 'it "is"', 'y', 3), (3, 'z', 'p, q', 4);
  INSERT INTO stays VALUES (1, 1, '[1,5)', 1);
  INSERT INTO "od)d" VALUES (2);
  INSERT INTO tags VALUES (0, 'x)(tag)=(y'), (0, 'null'), (1, 'one');
`;

const OPTIONS = {
  errors: {
    'stays.no_overlap': 'Taken',
    enough: 'TooShort',
    BK004: 'Taken',
    rooms_lower: 'CodeTaken',
    '"od)d"_id_fkey': 'Slip',
  },
  types: './types.ts',
};

interface Calls {
  readonly typedError: (thrown: unknown) => Error & Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

function withErrors(
  work: (raised: (sql: string) => Promise<ReturnType<Calls['typedError']>>, calls: Calls) => Promise<void>,
): Promise<void> {
  return withDdl(DDL, async (session) => {
    const { snapshot, model } = await fromSession(session);
    const calls = (await loaded(proceduresText(snapshot, model, OPTIONS) ?? '')) as unknown as Calls;
    await work(
      (sql) =>
        session.client.query(sql).then(
          () => Promise.reject(new Error('nothing was raised')),
          (thrown: unknown) => calls.typedError(thrown),
        ),
      calls,
    );
  });
}

group('the row that an error is about', () => {
  const told: readonly [what: string, sql: string, key: unknown][] = [
    ['a primary key', 'INSERT INTO rooms VALUES (1)', { id: '1' }],
    [
      'a quoted name, and a value with all that may end it',
      `INSERT INTO rooms VALUES (9, 'a, b) c')`,
      { 'the name': 'a, b) c' },
    ],
    ['a value with quotes', `INSERT INTO rooms VALUES (9, 'it "is"')`, { 'the name': 'it "is"' }],
    ['two columns', `INSERT INTO rooms VALUES (9, 'n', 'x', 2)`, { code: 'x', floor: '2' }],
    ['two columns and a comma: more than one meaning', `INSERT INTO rooms VALUES (9, 'n', 'p, q', 4)`, undefined],
    ['expressions', `INSERT INTO rooms VALUES (9, 'n', 'X', 2)`, undefined],
    ['a row that is missing', 'INSERT INTO stays VALUES (2, 77)', { room: '77' }],
    ['a row that others refer to', 'DELETE FROM rooms WHERE id = 1', { id: '1' }],
    ['the same, of a table whose name cannot be told from a value', 'DELETE FROM rooms WHERE id = 2', undefined],
    ['a column whose name looks like two', `INSERT INTO commas VALUES ('1, 2')`, undefined],
    ['an exclusion', `INSERT INTO stays VALUES (3, 1, '[4,9)', 1)`, { room: '1', during: '[4,9)' }],
    ['a value that looks like another key', "INSERT INTO tags VALUES (0, 'x)(tag)=(y')", undefined],
    ['a text that is written like NULL', "INSERT INTO tags VALUES (0, 'null')", undefined],
    ['a check', `INSERT INTO stays VALUES (3, 1, '[10,11)', 0)`, undefined],
    ['a null', 'INSERT INTO rooms VALUES (NULL)', undefined],
  ];
  test.each(told)('%s', async (_, sql, key) => {
    await withErrors(async (raised) => expect((await raised(sql)).key).toEqual(key));
  });
  test('is told twice of an exclusion: what should have been written, and what was there', async () => {
    await withErrors(async (raised) => {
      expect((await raised(`INSERT INTO stays VALUES (3, 1, '[4,9)', 1)`)).existingKey).toEqual({
        room: '1',
        during: '[1,5)',
      });
      const one = await raised("INSERT INTO tags VALUES (1, 'two')");
      expect([one.key, one.existingKey]).toEqual([{ id: '1' }, { id: '1' }]);
      expect((await raised('INSERT INTO rooms VALUES (1)')).existingKey).toBeUndefined();
    });
  });
  test('is told in every language alike', async () => {
    await withErrors(async (_, { typedError }) => {
      const error = Object.assign(new Error('m'), { code: '23505', detail: 'Schlüssel »(id)=(1)« existiert bereits.' });
      expect(typedError(error).key).toEqual({ id: '1' });
    });
  });
  test('does not stand in what loggers print', async () => {
    await withErrors(async (raised) => {
      const error = await raised('INSERT INTO rooms VALUES (1)');
      expect(Object.keys(error)).not.toContain('key');
      expect(inspect(error, { depth: 0 })).not.toContain("key: { id: '1' }");
    });
  });
});

group('a class of its own for a constraint', () => {
  const named: readonly [sql: string, own: string, base: string][] = [
    [`INSERT INTO stays VALUES (3, 1, '[10,11)', 0)`, 'TooShortError', 'CheckViolationError'],
    [`INSERT INTO rooms VALUES (9, 'n', 'X', 2)`, 'CodeTakenError', 'UniqueViolationError'],
    // Of a constraint and of an SQLSTATE: nothing but the root is common to both.
    [`INSERT INTO stays VALUES (3, 1, '[4,9)', 1)`, 'TakenError', 'DatabaseError'],
    ["DO $$ BEGIN RAISE 'taken' USING ERRCODE = 'BK004'; END $$", 'TakenError', 'DatabaseError'],
    ['INSERT INTO rooms VALUES (1)', 'UniqueViolationError', 'DatabaseError'],
  ];
  test.each(named)('%s is a %s', async (sql, own, base) => {
    await withErrors(async (raised, calls) => {
      const error = await raised(sql);
      expect(error.name).toBe(own);
      expect(error).toBeInstanceOf(calls[own] as new () => Error);
      expect(error).toBeInstanceOf(calls[base] as new () => Error);
    });
  });
  test('compiles, and an error narrows by it', async () => {
    await withDdl(DDL, async (session) => {
      const { snapshot, model } = await fromSession(session);
      const consumer = `import { typedError, TakenError, CodeTakenError, UniqueViolationError } from './procedures.ts';
        export function told(thrown: unknown): string | undefined {
          const error = typedError(thrown);
          if (error instanceof CodeTakenError) { const unique: UniqueViolationError = error; return unique.key?.['code']; }
          return error instanceof TakenError ? error.constraint : undefined;
        }
        export const wrong = (error: TakenError): number => {
          // @ts-expect-error: values are text
          return error.key?.['room'];
        };`;
      const text = proceduresText(snapshot, model, OPTIONS) ?? '';
      expect(compile({ 'procedures.ts': text, 'consumer.ts': consumer })).toEqual([]);
    });
  });
});

test('no type and no function takes a name that the file needs itself', async () => {
  const snake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  const names = [...new Set(OWN_NAMES.map(snake))];
  const ddl = names.map((name, index) => {
    const type = `CREATE TYPE "${name}" AS ENUM ('a${index}')`;
    return `${type}; CREATE FUNCTION "${name}"(x "${name}", y jsonb DEFAULT NULL) RETURNS "${name}" LANGUAGE sql AS 'SELECT x'`;
  });
  ddl.push("COMMENT ON FUNCTION run IS 'nothing(x) but oneValue<X>, fits(it): see UnusedRow'; CREATE TABLE unused ()");
  await withDdl(ddl.join(';\n'), async (session) => {
    const { snapshot, model, text } = await fromSession(session);
    const procedures = proceduresText(snapshot, model, { ...OPTIONS, errors: { no_overlap: 'Taken' } }) ?? '';
    expect(model.routines.length).toBe(names.length);
    expect(compile({ 'types.ts': text, 'procedures.ts': procedures })).toEqual([]);
  });
});
