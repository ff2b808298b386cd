/** Types that the Snapshot does not hold, of extensions and of schemas that are not configured: never claimed to be what they are not. */
import { expect, test } from 'vitest';
import { schemaCompiler } from '../../src/base/validate.ts';
import { schemasText } from '../../src/codegen/json-schema.ts';
import { registerText } from '../../src/codegen/register.ts';
import { DRIVER } from '../../src/codegen/typemap.ts';
import { claimsOf } from './claims.ts';
import { compile } from './compile.ts';
import { fromSession, loaded, members, OPTIONS, withDdl, withPool } from './support.ts';

const DDL = `
  CREATE SCHEMA other; CREATE DOMAIN other.qty AS int; CREATE TYPE other.mood AS ENUM ('ok', 'so so');
  CREATE TYPE other.pair AS (a int, b text);
  CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION lo;
  CREATE DOMAIN over AS other.qty;
  CREATE TABLE t (qty other.qty, over over, mood other.mood, pair other.pair, email ext.citext, image lo,
    n information_schema.cardinal_number, at information_schema.time_stamp, yes information_schema.yes_or_no,
    qtys other.qty[], overs over[], moods other.mood[], pairs other.pair[], emails ext.citext[], images lo[], ns information_schema.cardinal_number[]);
  INSERT INTO t VALUES (5, 6, 'ok', ROW(1, 'a'), 'A@b.c', 7, 8, '2024-02-29 12:00Z', 'YES',
    '{1,NULL}', '{2}', '{ok,"so so",NULL}', ARRAY[ROW(1, 'a,b')::other.pair], '{a,NULL}', '{9,NULL}', '{10}');
  INSERT INTO t DEFAULT VALUES;`;

test.each([
  ['the driver alone', DRIVER],
  ['parsed arrays', { ...DRIVER, arrays: true }],
  ['all parsers', { arrays: true, composites: true, int8: 'bigint', numeric: 'string', date: 'string' } as const],
])('arrive as claimed, and as their JSON Schema says: %s', (_, parse) =>
  withDdl(DDL, async (session) => {
    const { text, snapshot, model } = await fromSession(session, { parse });
    expect(members(text, 'TRow')).toMatchObject({
      ...{ qty: 'unknown | null', over: 'unknown | null', mood: 'unknown | null', email: 'string | null' },
      ...{ image: 'number | null', n: 'number | null', at: 'PgDate | null', yes: 'string | null' },
    });
    const register = registerText(snapshot, model, parse);
    expect(compile({ 'types.ts': text, ...(register === null ? {} : { 'register.ts': register }) })).toEqual([]);
    const { tRowSchema } = await loaded<{ tRowSchema: object }>(schemasText(model, { ...OPTIONS, parse }));
    const valid = schemaCompiler()(tRowSchema);
    await withPool(session.target, async (pool) => {
      if (register !== null) {
        await (await loaded<{ registerTypes: (db: unknown) => Promise<void> }>(register)).registerTypes(pool);
      }
      const { rows } = await pool.query<object>('SELECT * FROM t');
      expect(rows[0]).toMatchObject({ qty: 5, over: 6, n: 8, image: 7 });
      if (parse.arrays)
        expect(rows[0]).toMatchObject({ moods: ['ok', 'so so', null], emails: ['a', null], images: [9, null] });
      expect(rows.flatMap((row) => claimsOf(text)('TRow', row))).toEqual([]);
      expect((JSON.parse(JSON.stringify(rows)) as object[]).flatMap(valid)).toEqual([]);
    });
  }),
);

test('of a schema that is configured the types are known', () =>
  withDdl(DDL, async (session) => {
    const { text } = await fromSession(session, { schemas: ['public', 'other'] });
    expect(members(text, 'TRow')).toMatchObject({
      qty: 'number | null',
      over: 'number | null',
      mood: 'OtherMood | null',
    });
  }));
