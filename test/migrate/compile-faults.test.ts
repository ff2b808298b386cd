/** node-pg-migrate 9.0's rendering faults (19 and 20 of those measured, and one more), asked of the server. */
import { describe, expect, test } from 'vitest';
import { apply, compileOne, statementsOf } from '../support/compiled.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

async function defaultOf(value: string, type: string): Promise<unknown> {
  const { up } = await compileOne(
    '001_a.ts',
    `export const up = (pgm: any) => {\n  pgm.createTable('t', { a: { type: '${type}', default: ${value} } }, { temporary: true });\n};`,
  );
  return database.session(async (session) => {
    await apply(session, up);
    await session.query('INSERT INTO t DEFAULT VALUES');
    const [row] = await session.query<{ a: unknown }>('SELECT a FROM t');
    return row?.a;
  });
}

describe('#19 values arrive as they were written', () => {
  test.each([
    ["['ARRAY a', 'b']", 'text[]', ['ARRAY a', 'b']],
    [`['it\\'s an ARRAY', 'back\\\\slash ARRAY']`, 'text[]', ["it's an ARRAY", 'back\\slash ARRAY']],
    ["[['ARRAY'], ['x']]", 'text[]', [['ARRAY'], ['x']]],
    ["['a', null]", 'text[]', ['a', null]],
    ['[1, 2]', 'int[]', [1, 2]],
    ["'line 1\\nline 2'", 'text', 'line 1\nline 2'],
    ["'a\\r\\n\\'b\\' \\\\n'", 'text', "a\r\n'b' \\n"],
    ["['a\\nb']", 'text[]', ['a\nb']],
    ["'plain'", 'text', 'plain'],
    ['pgm.func("lower(\'ARRAY X\')")', 'text', 'array x'],
  ])('default %s', async (value, type, expected) => {
    expect(await defaultOf(value, type)).toEqual(expected);
  });

  test('in a shorthand, a function parameter, a domain and pgm.sql', async () => {
    const text = `export const shorthands = { tags: { type: 'text[]', default: ['ARRAY s'] } };
export const up = (pgm: any) => {
  pgm.createTable('t', { a: 'tags' }, { temporary: true });
  pgm.createFunction('pg_temp.f', [{ name: 'p', type: 'text[]', default: ['ARRAY p'] }], { returns: 'text[]', language: 'sql' }, 'select p');
  pgm.sql('insert into t values ({value})', { value: ['ARRAY v'] });
  pgm.createDomain('d', 'text[]', { default: ['ARRAY d'] });
};`;
    const { up } = await compileOne('001_a.ts', text.replace("'pg_temp.f'", "{ schema: 'pg_temp', name: 'f' }"));
    await database.session(async (session) => {
      await apply(session, up);
      await session.query('INSERT INTO t DEFAULT VALUES');
      const rows = await session.query<{ a: string[] }>('SELECT a FROM t UNION ALL SELECT pg_temp.f()');
      expect(rows.map(({ a }) => a[0]).sort()).toEqual(['ARRAY p', 'ARRAY s', 'ARRAY v']);
      await session.query('CREATE TEMP TABLE u (a d)');
      await session.query('INSERT INTO u DEFAULT VALUES');
      expect(await session.query('SELECT a FROM u')).toEqual([{ a: ['ARRAY d'] }]);
    });
  });
});

describe('#20 definitions that hold nothing are refused, with their line', () => {
  test.each([
    ["createTable('t', {})", 'columns'],
    ["createTable('t', {}, { ifNotExists: true })", 'columns'],
    ["addColumns('t', {})", 'columns'],
    ["dropColumns('t', [])", 'columns'],
    ["createIndex('t', [])", 'columns'],
    ["createView('v', {}, '  ')", 'query'],
    ["createMaterializedView('v', {}, '')", 'query'],
    ["alterColumn('t', 'a', {})", 'changes'],
    ["createFunction('f', [], { language: 'sql' }, '')", 'body'],
    ["addConstraint('t', 'c', {})", 'definition'],
  ])('pgm.%s', async (call, what) => {
    await expect(compileOne('001_a.ts', `export const up = (pgm: any) => {\n  pgm.${call};\n};`)).rejects.toMatchObject(
      {
        code: 'MIGRATION_THREW',
        message: expect.stringMatching(
          new RegExp(`^migrations/001_a\\.ts:2:\\d+: TypeError: pgm\\.\\w+\\(\\) has no ${what}$`),
        ),
      },
    );
  });

  test('a table that takes its columns from elsewhere is fine', async () => {
    const text =
      "export const up = (pgm: any) => {\n  pgm.createTable('t', {}, { like: 'pg_class' });\n  pgm.createTable('u', {}, { inherits: 't' });\n};";
    const { up, down } = await compileOne('001_a.ts', text);
    expect(statementsOf(down)).toHaveLength(2);
    await database.session(async (session) => {
      await session.query('BEGIN');
      await apply(session, up);
      await apply(session, down);
      await session.query('ROLLBACK');
    });
  });
});

test('#12 names with quotes, apostrophes, unicode and 63 bytes come through the builder as they are', async () => {
  const names = ["it's", 'say "hi"', 'größe 表 😀', 'x'.repeat(63)];
  const text = `export const up = (pgm: any) => {\n  for (const name of ${JSON.stringify(names)}) pgm.createTable(name, { [name]: 'int' }, { temporary: true, comment: name });\n};`;
  const { up, down } = await compileOne("001_it's.ts", text);
  await database.session(async (session) => {
    await apply(session, up);
    for (const name of names)
      expect(
        Object.keys(
          (
            await session.query(`SELECT * FROM (VALUES (1)) AS v (x) LEFT JOIN "${name.split('"').join('""')}" ON true`)
          )[0] ?? {},
        ),
      ).toContain(name);
    await apply(session, down);
  });
});
