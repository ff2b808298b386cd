import { describe, expect, test } from 'vitest';
import { frame, offsetAt, offsetOfByte, offsetOfPosition, placeAt } from '../../src/syntax/place.ts';

const text = 'one\ntwo 😀 three\n\n\tfour';

test("offsets and places are each other's inverse", () => {
  for (let offset = 0; offset <= text.length; offset += 1) {
    const place = placeAt('f', text, offset);
    expect(offsetAt(text, place)).toBe(offset);
  }
  expect(placeAt('f', text, 8)).toEqual({ file: 'f', line: 2, column: 5 });
  expect(placeAt('f', text, 999)).toEqual({ file: 'f', line: 4, column: 6 });
  expect(offsetAt(text, { line: 9, column: 1 })).toBeNull();
  expect(offsetAt(text, { line: 1, column: 99 })).toBe(3);
});

test('PostgreSQL counts characters, its parser bytes, we UTF-16 units', () => {
  const sql = "select '😀é', x";
  const x = sql.indexOf('x');
  expect(offsetOfPosition(sql, [...sql].indexOf('x') + 1)).toBe(x);
  expect(offsetOfByte(sql, Buffer.from(sql).indexOf('x'))).toBe(x);
  expect(offsetOfPosition(sql, 999)).toBe(sql.length);
});

describe('frames', () => {
  const source = 'create table t (\n  id integer,\n\tnme txt,\n  "größe 😀" integr\n);';

  test('show the line, its neighbours and a caret', () => {
    expect(frame(source, { line: 2, column: 6 })).toBe(
      ['  1 | create table t (', '> 2 |   id integer,', '    |      ^', '  3 | \tnme txt,'].join('\n'),
    );
  });

  test('keep tabs, so that the caret stands right whatever their width', () => {
    expect(frame(source, { line: 3, column: 6 }).split('\n')[3]).toBe('    | \t    ^');
  });

  test('count a character outside the basic plane once', () => {
    const shown = frame(source, { line: 4, column: source.split('\n')[3]?.indexOf('integr') ?? 0 });
    expect(shown).toContain(`    | ${' '.repeat([...'  "größe 😀"'].length)}^`);
  });

  test('cut long lines around the caret', () => {
    const long = `${'a'.repeat(500)}X${'b'.repeat(500)}`;
    const [line = '', caret = ''] = frame(long, { line: 1, column: 501 }, { before: 0, after: 0 }).split('\n');
    expect(line.length).toBeLessThan(180);
    expect(line[caret.indexOf('^')]).toBe('X');
  });

  test('stand at the ends of the text', () => {
    expect(frame('a', { line: 1, column: 2 })).toBe('> 1 | a\n    |  ^');
    expect(frame('', { line: 1, column: 1 })).toBe('> 1 |\n    | ^');
  });
});
