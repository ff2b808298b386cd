/** What the generated types claim, against what `pg` really returns and takes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ident, literal } from '../../src/base/ident.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf } from './claims.ts';
import { fromSession, members, withDdl } from './support.ts';
import { element, makeTable, PRELUDE, randomTable, TYPES } from './values.ts';

const database = useDatabase();

describe('every type', () => {
  test('scalars, arrays, arrays with NULL, and NULL itself arrive as claimed', async () => {
    const names = Object.keys(TYPES);
    const columns = names.flatMap((type, at) => [`s${at} ${type}`, `a${at} ${type}[]`]);
    await withDdl(`${PRELUDE} CREATE TABLE t (${columns.join(', ')})`, async (session) => {
      const claims = claimsOf((await fromSession(session)).text);
      const longest = Math.max(...Object.values(TYPES).map(({ length }) => length));
      for (let nth = 0; nth < longest; nth += 1) {
        const values = names.flatMap((type) => {
          const text = TYPES[type]?.[nth] ?? TYPES[type]?.[0] ?? '';
          const delimiter = type === 'box' ? ';' : ',';
          return [literal(text), literal(nth === 0 ? `{${element(text)}${delimiter}NULL}` : `{${element(text)}}`)];
        });
        await session.query(`INSERT INTO t VALUES (${values.join(', ')})`);
      }
      await session.query('INSERT INTO t DEFAULT VALUES');
      const rows = await session.query('SELECT * FROM t');
      expect(rows).toHaveLength(longest + 1);
      expect(rows.flatMap((row) => claims('TRow', row))).toEqual([]);
    });
  });

  test('the check itself finds a wrong claim', async () => {
    const claims = claimsOf('export interface TRow {\n  readonly a: number;\n  readonly b: (string | null)[];\n}\n');
    expect(claims('TRow', { a: '1', b: [1], c: 1 })).toEqual([
      'c: not claimed',
      'a: "1" is no number',
      'b: [1] is no (string | null)[]',
    ]);
  });
});

describe('written values', () => {
  test('what New… takes, the driver sends rightly', async () => {
    const ddl = `${PRELUDE} CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, big bigint, n numeric, ts timestamptz, d date, i interval, by bytea,
      j jsonb, m mood, ms mood[], a text[], ja jsonb[], p point, bs bytea[], money money, b boolean, dates date[])`;
    await withDdl(ddl, async (session) => {
      const { text } = await fromSession(session);
      expect(members(text, 'NewT')).toMatchObject({ big: '?string | number | bigint | null', j: '?JsonInput | null' });
      const date = new Date('2024-02-29T12:00:00Z');
      const [interval] = await session.query<{ i: unknown }>(`SELECT interval '1 day 2 hours' AS i`);
      const row = {
        ...{
          big: 9007199254740993n,
          n: 1.5,
          ts: date,
          d: Number.POSITIVE_INFINITY,
          i: interval?.i,
          by: new Uint8Array([1, 2]),
        },
        ...{ j: { a: [1] }, m: 'so so', ms: ['so so', null], a: ['NULL', null, '"'], ja: [{ k: 1 }, null], p: '(1,2)' },
        ...{ bs: [new Uint8Array([3])], money: 1.5, b: true, dates: [date, null] },
      };
      const names = Object.keys(row);
      const [back] = await session.query(
        `INSERT INTO t (${names.map(ident).join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')}) RETURNING *`,
        Object.values(row),
      );
      expect(claimsOf(text)('TRow', back ?? {})).toEqual([]);
      expect(back).toMatchObject({ big: '9007199254740993', n: '1.5', ts: date, d: Number.POSITIVE_INFINITY });
      expect(back).toMatchObject({ j: { a: [1] }, ms: '{"so so",NULL}', a: ['NULL', null, '"'], ja: [{ k: 1 }, null] });
      expect(back).toMatchObject({
        by: Buffer.from([1, 2]),
        bs: [Buffer.from([3])],
        p: { x: 1, y: 2 },
        i: { days: 1, hours: 2 },
      });
    });
  });

  test('a JSON array or a JSON string given as a JavaScript value is what JsonInput keeps out', async () => {
    const insert = (value: unknown) => database.session((s) => s.query('SELECT $1::jsonb AS j', [value]));
    await expect(insert([1, 2])).rejects.toThrow('invalid input syntax for type json');
    expect(await insert(JSON.stringify([1, 2]))).toEqual([{ j: [1, 2] }]);
  });
});

test('random tables: every row that the server takes keeps the claims', async () => {
  await withDdl(PRELUDE, async (session) => {
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(randomTable, async (columns) => {
        await makeTable(session, columns);
        const claims = claimsOf((await fromSession(session)).text);
        const rows = await session.query('SELECT * FROM t');
        stored += rows.length;
        expect(rows.flatMap((row) => claims('TRow', row))).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect(stored).toBeGreaterThan(60);
  });
});
