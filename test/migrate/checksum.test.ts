import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalStatement, rawChecksum, semanticChecksum } from '../../src/migrate/checksum.ts';
import { splitScript } from '../../src/syntax/split.ts';
import { project } from '../support/project.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

function meaning(sql: string, transactional = true): string {
  const up = { kind: 'statements', statements: splitScript(sql).statements, transactional } as const;
  return semanticChecksum(up, { kind: 'irreversible' });
}

describe('raw', () => {
  test('of a file alone is what sha256sum prints', () => {
    const text = 'create table "größe" ();\n';
    const root = project({ 'a.sql': text });
    const printed = execFileSync('sha256sum', [join(root, 'a.sql')], { encoding: 'utf8' }).split(' ')[0];
    expect(rawChecksum(text)).toBe(printed);
  });

  test('with companions is the SHA-256 of their listing: itself first, then by name; docs/formats.md gives this example', () => {
    const listing = [
      `${sha('a')}  migration`,
      `${sha('b')}  down`,
      `${sha('f')}  functions/f_v2.sql`,
      'missing  views/v_v1.sql',
      '',
    ].join('\n');
    const companions = [
      { name: 'views/v_v1.sql', source: null },
      { name: 'functions/f_v2.sql', source: 'f' },
      { name: 'down', source: 'b' },
    ];
    expect(rawChecksum('a', companions)).toBe(sha(listing));
    expect(rawChecksum('a', companions.toReversed())).toBe(sha(listing));
  });
});

describe('semantic: equal', () => {
  const plain = "create table t (a int default 1, b text default 'X  y'); select f(a) from t;";
  test.each([
    ['white space', "create  table t(a int\n\tdefault 1,b text default 'X  y');\n\nselect f ( a ) from t"],
    [
      'comments',
      "-- why\ncreate table t /* here */ (a int default 1, b text default 'X  y'); select f(a) from t; -- end",
    ],
    ['case of words', "CREATE TABLE T (A INT DEFAULT 1, B TEXT DEFAULT 'X  y'); SELECT F(A) FROM T;"],
    ['empty statements', `;;${plain};;`],
  ])('%s', (_what, other) => {
    expect(meaning(other)).toBe(meaning(plain));
  });
});

describe('semantic: different', () => {
  const plain = `create table t (a int default 1, "B" text default 'X  y'); do $$ begin null; end $$`;
  test.each([
    ['a literal', plain.replace('X  y', 'X y')],
    ['case of a quoted name', plain.replace('"B"', '"b"')],
    ['quotes around a name', plain.replace('(a int', '("a" int')],
    ['a number', plain.replace('default 1', 'default 1.0')],
    ['a comment inside a body', plain.replace('null;', 'null; -- why')],
    ['order', plain.split(';').toReversed().join(';')],
    ['two statements made one', plain.replace('; do', ' do')],
    ['an operator split in two', plain.replace('1', '1 - - 1')],
    ['one more statement', `${plain}; select 1`],
  ])('%s', (_what, other) => {
    expect(meaning(other)).not.toBe(meaning(plain));
  });

  test('no transaction; and the same statements in the other direction', () => {
    expect(meaning(plain, false)).not.toBe(meaning(plain));
    const script = { kind: 'statements', statements: splitScript(plain).statements, transactional: true } as const;
    const none = { ...script, statements: [] };
    expect(semanticChecksum(script, none)).not.toBe(semanticChecksum(none, script));
    expect(semanticChecksum(script, none)).not.toBe(semanticChecksum(script, { kind: 'irreversible' }));
  });
});

test('the canonical text is SQL with the same tokens: canonical again, it does not change', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    '"C"',
    "'d'",
    '$$e$$',
    '1.5',
    '::',
    '+',
    '-',
    '(',
    ')',
    '$1',
    "E'\\n'",
    '<>',
    '.',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 20 }), (pieces) => {
      for (const statement of splitScript(pieces.join(' ')).statements) {
        const once = canonicalStatement(statement);
        const [again] = splitScript(once).statements;
        expect(again && canonicalStatement(again)).toBe(once);
      }
    }),
    { numRuns: 1_000 },
  );
});
