import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSql } from '../../src/syntax/parse.ts';
import { splitScript } from '../../src/syntax/split.ts';

const texts = (script: string): string[] => splitScript(script).statements.map((statement) => statement.sql);

describe('semicolons that do not split', () => {
  test.each([
    ['strings and comments', `select 'a;b', "c;d", $$e;f$$ /* g;h */ -- i;j`],
    ['the body of a rule', 'create rule r as on insert to t do also (insert into u values (1); delete from v)'],
    [
      'the body of an SQL-standard function',
      'create or replace function f(a int) returns int begin atomic select case when a = 1 then 2 end; select 3; end',
    ],
    ['the body of a procedure', 'create procedure p() begin atomic insert into t values (1); delete from u; end'],
  ])('%s', (_what, statement) => {
    expect(texts(`select 1; ${statement}; select 2`)).toEqual(
      ['select 1', statement.replace(/ -- i;j$|(?<=\$\$) \/\* g;h \*\/.*$/, ''), 'select 2'].slice(
        0,
        statement.includes('--') ? 2 : 3,
      ),
    );
  });
});

test('words named begin, end and case elsewhere do split', () => {
  expect(texts('begin; select 1 as "end"; create table begin (atomic int); end; select 2')).toEqual([
    'begin',
    'select 1 as "end"',
    'create table begin (atomic int)',
    'end',
    'select 2',
  ]);
});

test('empty statements are left out; offsets point at the text', () => {
  const script = ' ;; -- nothing\n; select 1 ;/* x */; select 2 -- end';
  const { statements, fault } = splitScript(script);
  expect(statements.map(({ sql }) => sql)).toEqual(['select 1', 'select 2']);
  for (const { sql, start, end } of statements) expect(script.slice(start, end)).toBe(sql);
  expect(fault).toBeNull();
});

describe('what only psql could run', () => {
  test.each([
    ['\\i other.sql', 'psql-command', 0],
    ['select 1;\n\\connect x', 'psql-command', 10],
    ['copy t from stdin;\n1\ta\n\\.\n', 'copy-data', 0],
    ['COPY t (a) FROM STDIN WITH (FORMAT csv)', 'copy-data', 0],
    ["select 'abc", 'unterminated', 7],
    ['select "abc', 'unterminated', 7],
    ['select $a$ x $b$', 'unterminated', 7],
    ['select 1 /* never closed; drop table t', 'unterminated', 9],
  ])('%s', (script, kind, offset) => {
    expect(splitScript(script).fault).toMatchObject({ kind, offset });
  });

  test('COPY to or from a file is not one of them', () => {
    expect(splitScript("copy t from '/tmp/stdin'; copy t to stdout").fault).toBeNull();
  });
});

test('whatever the text: never throws, and the pieces and what is between them give the text back', () => {
  const word = fc.constantFrom(
    "'",
    '"',
    '$$',
    ';',
    '(',
    ')',
    '--',
    '\n',
    '/*',
    '*/',
    ' ',
    'create function f()',
    ' begin atomic ',
    ' end ',
    ' case ',
    'select 1',
    '\\',
    '😀',
    "E'",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 40 }), (pieces) => {
      const script = pieces.join('');
      const { statements } = splitScript(script);
      let rebuilt = '';
      for (const { sql, start } of statements) rebuilt += script.slice(rebuilt.length, start) + sql;
      expect(script.startsWith(rebuilt)).toBe(true);
      const rest = splitScript(script.slice(rebuilt.length)).statements;
      expect(rest).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

/** Real files: the marketplace's own parts and node-pg-migrate's. PostgreSQL's grammar must see the same statements. */
const corpus = [
  ...sqlFiles('sql'),
  ...sqlFiles('src'),
  [
    'routines',
    'create function a() returns int begin atomic select case when true then 1 else 2 end; end; create table b (c int default (1)); select 1',
  ],
  ['unicode', "comment on table t is 'größe; 😀'; select '😀' as \"表;\"; select 3"],
  ['dollars', 'do $body$ begin perform 1; end $body$; do $$ begin null; end $$; select $1$2$1$ from t'],
] as const;

test.each(corpus)('PostgreSQL splits %s in the same places', async (_name, text) => {
  const parsed = await parseSql(text);
  if (!parsed.ok) return expect(splitScript(text).statements.length).toBeGreaterThan(0);
  const theirs = parsed.statements.map(({ start, end }) =>
    splitScript(text, start, end).statements.map(({ sql }) => sql),
  );
  expect(theirs.every((found) => found.length === 1)).toBe(true);
  expect(texts(text)).toEqual(theirs.flat());
});

function sqlFiles(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .map((file) => [join(folder, file), readFileSync(join(folder, file), 'utf8')]);
}
