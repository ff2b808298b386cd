/** JSON Schemas: every stored row fits, as read and as written; what CHECKs forbid does not. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemasText } from '../../src/codegen/json-schema.ts';
import { portablePattern } from '../../src/codegen/patterns.ts';
import type { TypeOptions } from '../../src/codegen/type-model.ts';
import type { Session } from '../../src/pg/pool.ts';
import { fromSession, generated, loaded, OPTIONS, withDdl } from './support.ts';
import { makeTable, PRELUDE, randomTable } from './values.ts';

type Validators = Readonly<Record<string, ValidateFunction>>;

async function validators(text: string): Promise<Validators> {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, strictRequired: true, allErrors: true });
  addFormats.default(ajv);
  const schemas = await loaded<Record<string, object>>(text);
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile(schema)]));
}

async function schemasOf(ddl: string, options: Partial<TypeOptions> = {}): Promise<Validators> {
  const { model } = await generated(ddl, options);
  return validators(schemasText(model, { ...OPTIONS, ...options }));
}

function faults(validate: ValidateFunction | undefined, value: unknown): readonly string[] {
  if (validate === undefined) return ['no schema'];
  return validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

/** As an application would write a value that it has read, in JSON. */
function written(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (Array.isArray(value)) return value.map(written);
  return value;
}

describe('random tables', () => {
  test('every row fits the schema of rows', async () => {
    await withDdl(PRELUDE, async (session) => {
      let stored = 0;
      await fc.assert(
        fc.asyncProperty(randomTable, async (columns) => {
          await makeTable(session, columns);
          const { tRowSchema } = await validators(schemasText((await fromSession(session)).model, OPTIONS));
          for (const row of await session.query('SELECT * FROM t')) {
            stored += 1;
            expect(faults(tRowSchema, JSON.parse(JSON.stringify(row)))).toEqual([]);
          }
        }),
        { numRuns: 40 },
      );
      expect(stored).toBeGreaterThan(40);
    });
  });
});

describe('inserts and patches', () => {
  const ddl = `CREATE TYPE mood AS ENUM ('ok', 'so so'); CREATE DOMAIN code AS varchar(5) CHECK (VALUE ~ '^[A-Z]+$');
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, name varchar(5) NOT NULL CHECK (char_length(name) >= 2), m mood,
      n int NOT NULL DEFAULT 1 CHECK (n > 0 AND n <= 10), big bigint, price numeric(10, 2), at timestamptz CHECK (isfinite(at)),
      day date, local timestamp, c code, j jsonb, tags text[], moods mood[], f float8 CHECK (f < 5), b bytea, "__proto__" int)`;

  test('take what the table takes, and refuse what it refuses', async () => {
    await withDdl(ddl, async (session) => {
      const { newTSchema } = await validators(schemasText((await fromSession(session)).model, OPTIONS));
      const good: readonly object[] = [
        { name: 'ab' },
        { name: '😀😀😀😀😀', m: 'so so', n: 10, big: '9007199254740993', price: 1.5, at: '2024-01-01T00:00:00Z' },
        { name: 'ab', day: '2024-02-29', local: '2024-02-29T10:00:00', c: 'ABC', j: { a: [1] }, tags: ['a', null] },
        { name: 'ab', day: 'infinity', local: '2024-02-29 10:00', f: 4.5, moods: ['ok', null], b: '\\x00ff', m: null },
        { name: 'ab', big: 5, price: 'NaN', f: '-Infinity', ['__proto__']: 3 },
      ];
      for (const row of good) {
        expect(faults(newTSchema, row)).toEqual([]);
        await insert(session, row);
      }
      const bad: readonly (readonly [object, string])[] = [
        [{}, "must have required property 'name'"],
        [{ name: null }, '/name must be string'],
        [{ name: 'a' }, '/name must NOT have fewer than 2 characters'],
        [{ name: 'abcdef' }, '/name must NOT have more than 5 characters'],
        [{ name: 'ab', n: 0 }, '/n must be >= 1'],
        [{ name: 'ab', n: 11 }, '/n must be <= 10'],
        [{ name: 'ab', n: null }, '/n must be integer'],
        [{ name: 'ab', m: 'bad' }, '/m must be equal to one of the allowed values'],
        [{ name: 'ab', c: 'abc' }, '/c must match pattern "^[A-Z]+$"'],
        [{ name: 'ab', at: 'infinity' }, '/at must match format "date-time"'],
        [{ name: 'ab', f: 5 }, '/f must be < 5'],
        [{ name: 'ab', big: 'x' }, '/big must match pattern "^-?[0-9]+$"'],
      ];
      for (const [row, fault] of bad) {
        expect(faults(newTSchema, row)).toContainEqual(expect.stringContaining(fault.trim()));
        await expect(insert(session, row)).rejects.toThrow();
      }
      expect(faults(newTSchema, { name: 'ab', id: 1 })).toEqual([' must NOT have additional properties']);
      expect(faults(newTSchema, { name: 'ab', more: 1 })).toEqual([' must NOT have additional properties']);
    });
  });

  test('a patch needs nothing, and takes no generated column', async () => {
    const { tPatchSchema } = await schemasOf(ddl);
    expect(faults(tPatchSchema, {})).toEqual([]);
    expect(faults(tPatchSchema, { n: 2 })).toEqual([]);
    expect(faults(tPatchSchema, { id: 2 })).toEqual([' must NOT have additional properties']);
  });

  test('rows that were read may be written back', async () => {
    const ddl2 = `${PRELUDE} CREATE TABLE t (a date, b timestamptz, c timestamp, d bytea, e int[], f mood, g float8, h numeric[], i int8, j int8[], k numeric, l uuid, m json)`;
    await withDdl(ddl2, async (session) => {
      const { newTSchema, tRowSchema } = await validators(schemasText((await fromSession(session)).model, OPTIONS));
      await session.query(`INSERT INTO t VALUES ('2024-01-01', now(), now(), '\\x00', '{1,NULL}', 'ok', 1.5, '{1.5}', 9, '{9}', 1.5,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}')`);
      const [row] = await session.query('SELECT * FROM t');
      const back = Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, written(value)]));
      expect(faults(newTSchema, back)).toEqual([]);
      expect(faults(tRowSchema, JSON.parse(JSON.stringify(row)))).toEqual([]);
      await insert(session, back);
    });
  });

  test('with parsers of the configuration the rows are as these make them', async () => {
    const parse = { arrays: true, composites: false, int8: 'number', numeric: 'number', date: 'string' } as const;
    const { tRowSchema } = await schemasOf(
      `CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (a int8, b numeric, c date, d mood[])`,
      { parse },
    );
    expect(faults(tRowSchema, { a: 1, b: 1.5, c: '2024-01-01', d: ['ok', null] })).toEqual([]);
    expect(faults(tRowSchema, { a: '1', b: '1.5', c: 1, d: '{ok}' })).not.toEqual([]);
  });
});

async function insert(session: Session, row: object): Promise<void> {
  const names = Object.keys(row);
  const sent = Object.values(row).map((value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value,
  );
  await session.query(
    `INSERT INTO t (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    sent,
  );
}

describe('patterns', () => {
  test.each([
    ['^[A-Z]{3}$', '^[A-Z]{3}$'],
    ['^[^@ ]+@[^@ ]+\\.[a-z]+$', '^[^@ ]+@[^@ ]+\\.[a-z]+$'],
    ['a.b', 'a[^]b'],
    ['^[a\\-z.]$', '^[a\\-z.]$'],
    ['^https?://', '^https?://'],
    ['\\@', '@'],
    ['^[[:alpha:]]$', null],
    ['\\d+', null],
    ['(?i)x', null],
    ['***=x', null],
    ['a{,3}', null],
  ])('%s becomes %s', (posix, expected) => {
    expect(portablePattern(posix)).toBe(expected);
  });

  test('a translation matches what the server matches', async () => {
    const patterns = [
      '^[A-Z]{3}$',
      'a.b',
      '^[^@ ]+@[^@ ]+\\.[a-z]+$',
      '^[a\\-z.]$',
      'x|^$',
      '^.$',
      '[.]',
      '\\(a\\)',
      '[]a]',
      '^(a|b)*$',
    ];
    const texts = ['ABC', 'ABCD', 'a\nb', 'a.b', 'x@y.zz', '-', '.', '', '😀', '(a)', ']', 'abab', 'ABC\n'];
    await withDdl('SELECT 1', async (session) => {
      for (const pattern of patterns) {
        const rows = await session.query<{ text: string; hit: boolean }>(
          'SELECT text, text ~ $2 AS hit FROM unnest($1::text[]) AS t(text)',
          [texts, pattern],
        );
        const own = portablePattern(pattern);
        expect(own).not.toBeNull();
        for (const { text, hit } of rows)
          expect([pattern, text, new RegExp(own ?? '', 'u').test(text)]).toEqual([pattern, text, hit]);
      }
    });
  });
});
