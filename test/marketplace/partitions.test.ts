/** The job that makes months ahead is no change of the schema: `verify` stays content, and every month is guarded like its parent. */
import { expect, test } from 'vitest';
import { liveHash } from '../../src/commands/project.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { as, outcome, useMarketplace } from './support/marketplace.ts';
import { HISTORY } from './support/migrate.ts';

const db = useMarketplace();

test('months made ahead and dropped again leave the recorded hash as it was', () =>
  db.session(async (s) => {
    const context = { config: { ...DEFAULTS, history: HISTORY } } as unknown as Parameters<typeof liveHash>[0];
    const before = await liveHash(context, s);
    await s.query(
      `SELECT create_month_partitions(t, 2) FROM unnest(ARRAY['audit_log', 'outbox_events', 'notifications']::regclass[]) AS t`,
    );
    expect(await liveHash(context, s)).toBe(before);
    await s.query('ALTER TABLE outbox_events ADD COLUMN stray integer');
    expect(await liveHash(context, s)).not.toBe(before);
    await s.query('ALTER TABLE outbox_events DROP COLUMN stray');
  }));

test('nobody reads a month past the policies of its parent', async () => {
  const months = await db.session((s) =>
    s.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relispartition AND relkind = 'r'`,
    ),
  );
  expect(months.length).toBeGreaterThan(6);
  for (const { name } of months) {
    expect([name, await outcome(as(db, 'system', (s) => s.query(`SELECT FROM ${name}`)))]).toEqual([name, '42501']);
  }
});
