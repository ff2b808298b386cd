/** The rows of `seed scale`, without a database: the same bytes on every machine, block after block, and nothing held that grows. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generate } from '../../seeds/scale/generate.ts';
import { at } from '../../seeds/scale/moments.ts';
import { copyLine } from '../../src/pg/copy.ts';

const STORED = 'test/cases/marketplace/scale-digests.json';

/** What COPY is sent, by table: of all its parts together. */
function digests(factor: number): Record<string, string> {
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  for (const { table, rows } of generate({ factor })) {
    const hash = hashes.get(table) ?? createHash('sha256');
    hashes.set(table, hash);
    for (const row of rows) hash.update(copyLine(row));
  }
  return Object.fromEntries([...hashes].map(([table, hash]) => [table, hash.digest('hex')]));
}

test('every byte is as it was when the digests were stored: two blocks, so that one goes on where the other ends', () => {
  const found = digests(2);
  if (process.env.UPDATE === '1') writeFileSync(STORED, `${JSON.stringify(found, null, 2)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(STORED, 'utf8')));
});

describe('a factor', () => {
  const names = (factor: number): readonly string[] => generate({ factor }).map(({ table }) => table);

  test('adds blocks of the same tables, in the same order', () => {
    const one = names(1);
    expect(new Set(one).size).toBe(one.length);
    expect(names(3)).toEqual([...one, ...one, ...one]);
  });

  test('leaves the rows of the blocks before as they are', () => {
    const head = generate({ factor: 3 }).slice(0, names(1).length);
    for (const [i, { rows }] of generate({ factor: 1 }).entries())
      expect([...rows]).toEqual([...(head[i]?.rows ?? [])]);
  });
});

test('a moment is what Date says', () => {
  const ms = fc.double({ min: 0, max: Date.UTC(2100, 0, 1), noNaN: true });
  fc.assert(fc.property(ms, (moment) => at(moment) === new Date(moment).toISOString()));
});
