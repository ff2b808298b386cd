/** Bounds, lists and arrays in the schemas of inserts: whatever the server takes passes, and what a CHECK forbids does not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaCompiler } from '../../src/base/validate.ts';
import { schemasText } from '../../src/codegen/json-schema.ts';
import { registerText } from '../../src/codegen/register.ts';
import { DRIVER, type Parsing } from '../../src/codegen/typemap.ts';
import type { Session } from '../../src/pg/pool.ts';
import { claimsOf } from './claims.ts';
import { compile } from './compile.ts';
import { expanded, fromSession, loaded, members, OPTIONS, withDdl, withPool } from './support.ts';

type Faults = (row: object) => readonly unknown[];

async function schemasOf(
  session: Session,
  parse: Parsing = DRIVER,
): Promise<{ row: Faults; insert: Faults; text: string }> {
  const { model, text } = await fromSession(session, { parse });
  const all = await loaded<Record<string, object>>(schemasText(model, { ...OPTIONS, parse }));
  const compiled = schemaCompiler();
  return { row: compiled(all.tRowSchema ?? {}), insert: compiled(all.newTSchema ?? {}), text };
}

async function takes(session: Session, value: unknown): Promise<boolean> {
  return session.query('INSERT INTO t VALUES ($1)', [value]).then(
    () => true,
    () => false,
  );
}

interface Case {
  readonly x: string;
  readonly refused: readonly unknown[];
  readonly taken: readonly unknown[];
}

const CASES: readonly Case[] = [
  { x: 'int CHECK (x IS NULL OR x >= 18)', refused: [17], taken: [18, null] },
  { x: 'int CHECK (x < 3 OR x IS NULL)', refused: [3], taken: [2, null] },
  { x: "text CHECK (x IS NULL OR x ~ '^a' AND length(x) < 4)", refused: ['b', 'aaaa'], taken: ['aaa', null] },
  { x: 'numeric CHECK (x > 0.1)', refused: [0.1, 0.05], taken: [0.11, '0.10000000000000000001'] },
  { x: 'numeric CHECK (x < 0.10000000000000000001)', refused: [0.2], taken: [0.1] },
  { x: 'numeric(10,2) CHECK (x >= 1)', refused: [0.9], taken: [0.995, 1] },
  { x: 'numeric(10,2) CHECK (x > 0)', refused: [0, -1], taken: [0.005, 0.01] },
  { x: 'numeric(10,2) CHECK (x > 0.001 AND x <= 2)', refused: [-0.1, 2.1], taken: [0.005, 2.004] },
  { x: 'numeric(5,-2) CHECK (x < 100)', refused: [200], taken: [49] },
  { x: 'int CHECK (x > 0.99999999999999999999)', refused: [0], taken: [1] },
  { x: 'numeric CHECK (x::int > 0)', refused: [], taken: [0.6] },
  { x: 'bigint CHECK (x > 0 AND x <= 9007199254740993)', refused: [0, -5, 1e17], taken: [1, '9007199254740993'] },
  { x: 'real CHECK (x > 0.1)', refused: [0.09], taken: [0.1] },
  { x: 'real CHECK (x < 0.3)', refused: [0.31], taken: [0.29] },
  { x: 'real CHECK (x > 1)', refused: [1, 0.9], taken: [1.1] },
  { x: 'real CHECK (x >= 1)', refused: [0.9], taken: [1, 0.99999999] },
  { x: 'real CHECK (x >= 0)', refused: [-0.1], taken: [0] },
  { x: 'double precision CHECK (x::int >= 1)', refused: [], taken: [0.6] },
  { x: 'double precision CHECK (x > 0.1)', refused: [0.1], taken: [0.2] },
  { x: 'bigint CHECK (x IN (1, 2))', refused: [3, '3'], taken: [1, '1'] },
];

describe('CHECK to JSON Schema', () => {
  test.each(CASES.map((one) => [one.x, one] as const))('%s', (_, { x, refused, taken }) =>
    withDdl(`CREATE TABLE t (x ${x})`, async (session) => {
      const { insert } = await schemasOf(session);
      for (const value of refused) {
        expect([value, insert({ x: value }).length > 0, await takes(session, value)]).toEqual([value, true, false]);
      }
      for (const value of taken) {
        expect([value, insert({ x: value }), await takes(session, value)]).toEqual([value, [], true]);
      }
    }),
  );

  test('what the server takes passes, at and near every bound', async () => {
    const type = fc.constantFrom(
      'real',
      'double precision',
      'numeric',
      'numeric(6,2)',
      'numeric(6,1)',
      'bigint',
      'smallint',
    );
    const bound = fc.constantFrom('0', '0.1', '-0.1', '1', '0.05', '0.123456789', '16777217', '1.005', '-2.5', '1e-3');
    const op = fc.constantFrom('<', '<=', '>', '>=', '=');
    await withDdl('SELECT 1', (session) =>
      fc.assert(
        fc.asyncProperty(type, op, bound, async (of, sign, limit) => {
          await session.batch(`DROP TABLE IF EXISTS t; CREATE TABLE t (x ${of} CHECK (x ${sign} ${limit}))`);
          const { insert } = await schemasOf(session);
          const at = Number(limit);
          const near = [1e-9, 5e-8, 0.001, 0.005, 0.05, 0.5, 1].flatMap((step) => [at + step, at - step]);
          for (const value of [at, Math.fround(at), Math.round(at), ...near]) {
            if (await takes(session, value))
              expect([of, sign, limit, value, insert({ x: value })]).toEqual([of, sign, limit, value, []]);
          }
        }),
        { numRuns: 40 },
      ),
    );
  });
});

test('an int8 of a list may be written as a number or as digits, and arrives as digits', () =>
  withDdl(
    `CREATE DOMAIN level AS int8 CHECK (VALUE IN (4, 5)); CREATE TABLE t (x int8 CHECK (x IN (1, 2, 9007199254740993)), level level)`,
    async (session) => {
      const { text } = await schemasOf(session);
      expect(expanded(text, members(text, 'TRow').x ?? '')).toBe("'1' | '2' | '9007199254740993' | null");
      const consumer = `import type { NewT } from './types.ts';
        export const all: NewT[] = [{ x: 1 }, { x: '1' }, { x: '9007199254740993' }, { level: 4 }, { level: '5' }];
        // @ts-expect-error not of the list
        export const other: NewT = { x: 3 };
        // @ts-expect-error nor of the domain's
        export const far: NewT = { level: 6 };`;
      expect(compile({ 'types.ts': text, 'consumer.ts': consumer })).toEqual([]);
    },
  ));

test('arrays of enums: labels, as text too', () =>
  withDdl(
    `CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TYPE nothing AS ENUM (); CREATE TABLE t (x mood[], none nothing, nones nothing[])`,
    async (session) => {
      const { insert } = await schemasOf(session);
      for (const x of ['{sad}', ['sad', null], [['ok'], ['sad']], null]) {
        expect([x, insert({ x }), await takes(session, x)]).toEqual([x, [], true]);
      }
      expect(insert({ x: ['bad'] })).not.toEqual([]);
      expect(insert({ none: 'a' })).not.toEqual([]);
      const { row } = await schemasOf(session, { ...DRIVER, arrays: true });
      expect(row({ x: ['ok', null], none: null, nones: null })).toEqual([]);
      expect(row({ x: ['bad'], none: null, nones: null })).not.toEqual([]);
    },
  ));

test.each([
  ['the driver alone', DRIVER],
  ['parsed arrays', { ...DRIVER, arrays: true }],
])('arrays of arrays: %s', (_, parse) =>
  withDdl(
    `CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN cube AS int[] CHECK (array_ndims(VALUE) = 3);
    CREATE TABLE t (x int[][], grid int[] NOT NULL CHECK (array_ndims(grid) = 2), moods mood[] CHECK (array_ndims(moods) = 2), cube cube,
      one text[] CHECK (array_position(one, NULL) IS NULL))`,
    async (session) => {
      const { row, insert, text } = await schemasOf(session, parse);
      expect(members(text, 'TRow')).toMatchObject({
        x: '(number | null)[] | null',
        grid: '(number | null)[][]',
        cube: '(number | null)[][][] | null',
      });
      expect(members(text, 'NewT')).toMatchObject({ grid: 'readonly (readonly (number | null)[])[]' });
      const full = {
        x: [
          [1, 2],
          [3, null],
        ],
        grid: [
          [1, null],
          [2, 3],
        ],
        moods: [['ok'], [null]],
        cube: [[[1]]],
        one: ['a'],
      };
      expect(insert(full)).toEqual([]);
      expect(insert({ grid: [1] })).not.toEqual([]);
      expect(insert({ grid: [], one: [['a']] })).not.toEqual([]);
      await session.query('INSERT INTO t VALUES ($1, $2, $3, $4, $5)', Object.values(full));
      await session.query("INSERT INTO t VALUES (NULL, '{}')");
      const { snapshot, model } = await fromSession(session, { parse });
      const register = registerText(snapshot, model, parse);
      await withPool(session.target, async (pool) => {
        if (register)
          await (await loaded<{ registerTypes: (db: unknown) => Promise<void> }>(register)).registerTypes(pool);
        const { rows } = await pool.query<Record<string, unknown>>('SELECT * FROM t');
        expect(rows.map((one) => row(one))).toEqual([[], []]);
        // Without a CHECK on its dimensions an array is taken to have one.
        expect(rows.flatMap((one) => claimsOf(text)('TRow', { ...one, x: [1] }))).toEqual([]);
        expect(rows[0]).toMatchObject({ x: full.x, grid: full.grid });
      });
    },
  ),
);
