/** The lexer against the server's own: whatever a literal holds and however it is written, a hook sees `?`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { masked } from '../../src/client/mask.ts';
import { useDatabase } from '../support/database.ts';
import { usePools } from './support.ts';

const database = useDatabase();
const pool = usePools(() => database.target());

test.each([
  [`SELECT 'it''s', E'a\\'b', 1.5, t1."x 1", $2 FROM t1`, 'SELECT ?, ?, ?, t1."x 1", $2 FROM t1'],
  ['DO $x$ secret $$ more $x$', 'DO ?'],
  [String.raw`SELECT 'a\', 'secret1'`, 'SELECT ?, ?'],
  [`-- it's\nSELECT 'secret2'`, ' \nSELECT ?'],
  [`/* don't */ SELECT 'secret3'`, '  SELECT ?'],
  [`/* a /* it's */ "secret */ SELECT '1'/*/*/**/*/*/+2`, '  SELECT ? +?'],
  ['SELECT $ä$secret4$ä$, $a$ $b$ $ $$ $a$', 'SELECT ?, ?'],
  ['SELECT 1e10, 0x1F, 1_000, 1.5e-3, .5, 1., 0b1_0, 0o17, 12ab', 'SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?'],
  [
    `SELECT a[1:2], a1, b$2, é3, x'1F', b'01', N'n', U&'\\0441', U&"d!0061" UESCAPE '!'`,
    'SELECT a[?:?], a1, b$2, é3, ?, ?, ?, ?, U&"d!0061" UESCAPE ?',
  ],
  [`SELECT E'a'\n  -- it's\n 'b\\'secret', date'2001-01-01', namE'a\\', 'x'`, 'SELECT ?, date?, namE?, ?'],
  [`SELECT 'secret`, 'SELECT ?'],
  [`SELECT E'secret\\'`, 'SELECT ?'],
  ['SELECT "secret', 'SELECT ?'],
  ['SELECT 1 /* secret', 'SELECT ? ?'],
  ['SELECT $x$ secret $y$', 'SELECT ?'],
  ['SELECT 1 - -2, a->>$1, a*$2', 'SELECT ? - -?, a->>$1, a*$2'],
])('%s is shown as %s', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test('long literals and many dashes take no time', () => {
  const long = "''\\\\".repeat(1_000_000);
  expect(masked(`SELECT '${long}', E'${long}' ${'-'.repeat(100_000)}\n-`)).toBe('SELECT ?, ?  \n-');
});

const MARK = 'TopSecret';
const nasty = fc.array(
  fc.constantFrom(MARK, "'", '"', '\\', '$', '$$', '$a$', '--', '/*', '*/', '\n', ' ', 'é', 'E', '1', ','),
);
const content = nasty.map((parts) => `${parts.join('')}${MARK}`);
/** Each way to write a string that reads as the same. */
const writings: readonly ((text: string) => string | null)[] = [
  (text) => `'${text.replaceAll("'", "''")}'`,
  (text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  (text) => `e'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
  (text) => `U&'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
  (text) => `E''  -- it's ${MARK}\n '${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  (text) => (/\$é_1\$|\$$/.test(text) ? null : `$é_1$${text}$é_1$`),
  (text) => (text.includes('$$') || text.endsWith('$') ? null : `$$${text}$$`),
];
const gaps = ['', ' ', '\n', `--it's ${MARK} /*\n`, `/*it's /* ${MARK} */ $$ " */`, `/*/**/"*/`];

const literals = fc.array(
  fc.record({
    text: content,
    writing: fc.nat(writings.length - 1),
    before: fc.constantFrom(...gaps),
    after: fc.constantFrom(...gaps),
  }),
  { minLength: 1, maxLength: 8 },
);

test('random literals never appear, and the server reads the text as the lexer does', async () => {
  const db = pool();
  const property = fc.asyncProperty(literals, async (list) => {
    const fields = list.map(({ text, writing, before, after }) => {
      const written = writings[writing]?.(text) ?? writings[0]?.(text);
      return `${before}${written}${after}`;
    });
    const sql = `SELECT ${fields.join(',')}`;
    const { rows } = await db.query<string[]>({ text: sql, rowMode: 'array' });
    expect(rows[0]).toEqual(list.map(({ text }) => text));
    expect(masked(sql).replace(/\s+/g, '')).toBe(`SELECT${list.map(() => '?').join(',')}`);
  });
  await fc.assert(property, { numRuns: 500 });
});

test('random numbers never appear', () => {
  const digits = fc.stringMatching(/^\d{1,4}(_\d{1,4})?$/);
  const number = fc.oneof(
    digits,
    fc.tuple(digits, digits).map(([a, b]) => `${a}.${b}`),
    fc.tuple(digits, digits, fc.constantFrom('e', 'E+', 'e-')).map(([a, b, e]) => `${a}${e}${b}`),
    digits.map((a) => `.${a}`),
    fc.stringMatching(/^0[xX](_?[\da-fA-F]){1,8}$/),
  );
  fc.assert(
    fc.property(number, (one) => {
      expect(masked(`a=${one} AND (b-${one}) > ${one}::numeric`)).toBe('a=? AND (b-?) > ?::numeric');
    }),
  );
});
