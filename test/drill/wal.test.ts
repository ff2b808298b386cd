/** The WAL archive under kill -9. The suite runs a sample in test/wal/archiver.test.ts. DRILL_ROUNDS=15 is 150 kills. */
import { expect, test } from 'vitest';
import { killArchiver } from './wal-kill.ts';

const ROUNDS = Number(process.env.DRILL_ROUNDS ?? 15) * 10;

test(`kill -9 in the middle of archiving, then the same segment again, ${ROUNDS} times`, async () => {
  const { before, after } = await killArchiver(ROUNDS);
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThan(0);
}, 1_200_000);
