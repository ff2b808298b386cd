import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSql, syntaxFault } from '../../src/syntax/parse.ts';
import { placeAt } from '../../src/syntax/place.ts';

test('statements with their UTF-16 offsets', async () => {
  const sql = "select '😀é'; create table t (a int);";
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(parsed.fault.message);
  expect(parsed.statements.map(({ node }) => Object.keys(node)[0])).toEqual(['SelectStmt', 'CreateStmt']);
  expect(parsed.statements.map(({ start, end }) => sql.slice(start, end).trim())).toEqual([
    "select '😀é'",
    'create table t (a int)',
  ]);
});

test('a syntax error in line 40 of 60 is found there', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `insert into t values (${index}, 'größe 😀');`);
  lines[39] = "insert into t valuess (1, 'x');";
  const sql = lines.join('\n');
  const fault = await syntaxFault(sql);
  expect(fault?.message).toBe('syntax error at or near "valuess"');
  expect(placeAt('f', sql, fault?.offset ?? -1)).toEqual({ file: 'f', line: 40, column: 15 });
});

test('nothing, comments alone and a NUL byte', async () => {
  expect(await parseSql('')).toEqual({ ok: true, statements: [] });
  expect(await parseSql('-- only this\n')).toEqual({ ok: true, statements: [] });
  expect(await syntaxFault('select \0')).toEqual({ message: 'invalid byte sequence: 0x00', offset: 7 });
});

test('never throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 40 }), async (sql) => {
      const parsed = await parseSql(sql);
      if (!parsed.ok) expect(parsed.fault.offset).toBeLessThanOrEqual(sql.length);
    }),
    { numRuns: 300 },
  );
});
