/** The byte rules of every hash: one text for equal values, whichever way it is hashed. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, canonicalSha256, lfNormalised, sha256 } from '../../src/base/canonical.ts';

describe('canonical JSON', () => {
  test('sorts keys at every depth and leaves the value alone', () => {
    const value = { b: [{ z: 1, a: null }], a: { d: 'x', c: undefined } };
    const before = structuredClone(value);
    expect(canonicalJson(value)).toBe('{"a":{"d":"x"},"b":[{"a":null,"z":1}]}');
    expect(value).toEqual(before);
  });

  test('does not depend on the order in which keys were written', () => {
    const shuffled = fc
      .dictionary(fc.string(), fc.jsonValue())
      .chain((record) =>
        fc.tuple(
          fc.constant(record),
          fc.shuffledSubarray(Object.keys(record), { minLength: Object.keys(record).length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([record, keys]) => {
        const other = Object.fromEntries(keys.map((key) => [key, record[key]]));
        expect(canonicalJson(other)).toBe(canonicalJson(record));
      }),
    );
  });

  test('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('SHA-256 of canonical JSON', () => {
  test('is that of the whole text, for any record', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        expect(canonicalSha256(record)).toBe(sha256(canonicalJson(record)));
      }),
    );
  });

  test('knows empty records, empty lists and absent members', () => {
    for (const record of [{}, { a: [] }, { a: undefined }, { b: [undefined, 1], a: undefined }]) {
      expect(canonicalSha256(record)).toBe(sha256(canonicalJson(record)));
    }
  });
});

test('line ends and a byte order mark do not change a text', () => {
  expect(lfNormalised('\uFEFFa\r\nb\rc\n')).toBe('a\nb\nc\n');
});
