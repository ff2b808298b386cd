import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folded, tokenize } from '../../src/syntax/lexer.ts';

const kinds = (sql: string): string[] =>
  tokenize(sql).map((token) => `${token.kind} ${sql.slice(token.start, token.end)}`);

describe('tokens', () => {
  test.each([
    ['SELECT a_1, "B c"', ['word SELECT', 'word a_1', 'punctuation ,', 'quoted "B c"']],
    [
      `'it''s' E'a\\'b' U&'x' n'y' b'01' X'ff'`,
      ["string 'it''s'", "string E'a\\'b'", "string U&'x'", "string n'y'", "string b'01'", "string X'ff'"],
    ],
    [`'a\\' 'b'`, ["string 'a\\'", "string 'b'"]],
    ["'a'\n  'b' 'c'", ["string 'a'\n  'b'", "string 'c'"]],
    ["E'a' -- why\n 'b\\'c' x", ["string E'a' -- why\n 'b\\'c'", 'word x']],
    ['$$a;b$$ $x$ $$ $x$ a$b$c $1', ['dollar $$a;b$$', 'dollar $x$ $$ $x$', 'word a$b$c', 'param $1']],
    [
      '1 1.5 .5 1e10 1_000 0xFF 1..10',
      [
        'number 1',
        'number 1.5',
        'number .5',
        'number 1e10',
        'number 1_000',
        'number 0xFF',
        'number 1',
        'punctuation ..',
        'number 10',
      ],
    ],
    ['a::int := b => c', ['word a', 'punctuation ::', 'word int', 'punctuation :=', 'word b', 'operator =>', 'word c']],
    [
      'a*-1 a@-1 a-- x\n<>/* y */=',
      [
        'word a',
        'operator *',
        'operator -',
        'number 1',
        'word a',
        'operator @-',
        'number 1',
        'word a',
        'operator <>',
        'operator =',
      ],
    ],
    ['/* a /* b */ ; */ x', ['word x']],
    ['U&"d\\0061t" "a""b"', ['quoted U&"d\\0061t"', 'quoted "a""b"']],
    ["SELECT 'abc", ['word SELECT', "bad 'abc"]],
    ['a /* b /* c */ d', ['word a', 'bad /* b /* c */ d']],
    ['größe 表 \\x', ['word größe', 'word 表', 'bad \\', 'word x']],
  ])('%s', (sql, expected) => {
    expect(kinds(sql)).toEqual(expected);
  });

  test('fold as PostgreSQL folds in UTF-8: ASCII only', () => {
    const [token] = tokenize('GRÖSSE');
    expect(token && folded('GRÖSSE', token)).toBe('grÖsse');
  });
});

/** Pieces that meet in nasty ways, and noise. */
const sqlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '$$',
        '$a$',
        '--',
        '/*',
        '*/',
        '\n',
        ';',
        '(',
        ')',
        'E',
        'U&',
        '\\',
        'begin',
        'atomic',
        'create function',
        'case',
        'end',
        ' ',
        '1.',
        '::',
        '+',
        '@',
        '😀',
        '\0',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

test('whatever the text: never throws, tokens advance, do not overlap, and leave only blanks and comments between', () => {
  fc.assert(
    fc.property(sqlish, (sql) => {
      let end = 0;
      for (const token of tokenize(sql)) {
        expect(token.start).toBeGreaterThanOrEqual(end);
        expect(token.end).toBeGreaterThan(token.start);
        const gap = sql.slice(end, token.start);
        expect(gap === '' || /^(?:\s|--|\/\*)/.test(gap)).toBe(true);
        end = token.end;
      }
      expect(end).toBeLessThanOrEqual(sql.length);
      expect(tokenize(sql.slice(end))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('a mebibyte is read in linear time', () => {
  const time = (count: number): number => {
    const sql = "insert into t values (1, 'a''b', $$c$$); -- d\n".repeat(count);
    const start = performance.now();
    tokenize(sql);
    return performance.now() - start;
  };
  time(2_000);
  expect(time(24_000)).toBeLessThan(Math.max(time(3_000), 5) * 40);
});
