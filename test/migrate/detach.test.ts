/** DETACH PARTITION CONCURRENTLY commits half-way: the run waits as long as it takes, and the next one ends what was cut off. */
import { expect, test } from 'vitest';
import { QUICK, type Shop, withShop } from './harness.ts';

const FILES = {
  'migrations/001_parts.sql':
    '-- Up Migration\nCREATE SCHEMA "Weird-schema";\nCREATE TABLE events (id int) PARTITION BY RANGE (id);\nCREATE TABLE "Weird-schema"."old events" PARTITION OF events FOR VALUES FROM (1) TO (9);\n-- Down Migration\nDROP TABLE events;\nDROP SCHEMA "Weird-schema" CASCADE;\n',
  'migrations/002_detach.sql':
    '-- strata: no-transaction\n-- Up Migration\nALTER TABLE IF EXISTS ONLY events -- months that are over\n  DETACH PARTITION "Weird-schema"."old events" CONCURRENTLY;\nCREATE TABLE after ();\n-- Down Migration\nDROP TABLE after;\nALTER TABLE events ATTACH PARTITION "Weird-schema"."old events" FOR VALUES FROM (1) TO (9);\n',
};

/** Whether the detachment is pending; undefined: it is no partition any more. */
async function pending(shop: Shop): Promise<unknown> {
  const [row] = await shop.query('SELECT inhdetachpending FROM pg_inherits');
  return row?.inhdetachpending;
}

/** A reader's open transaction, which the detachment has to wait for. */
function beside<T>(shop: Shop, work: () => Promise<T>): Promise<T> {
  return shop.session(async (reader) => {
    await reader.query('BEGIN');
    await reader.query('SELECT FROM events');
    const done = await work();
    await reader.query('COMMIT');
    return done;
  });
}

test('it waits for old readers longer than any lock may be waited for', () =>
  withShop(FILES, async (shop) => {
    await shop.call('up', { to: '001' });
    const running = await beside(shop, async () => {
      const up = shop.call('up', {}, { config: { timeouts: { ...QUICK, lockHeld: 50, statement: 50 } } });
      await expect.poll(() => pending(shop)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { up };
    });
    await running.up;
    expect(await pending(shop)).toBeUndefined();
    await shop.call('down', { count: 1 });
    expect(await pending(shop)).toBe(false);
  }));

test.each([true, false])('cut off while it waits, the next up finishes it (pending still: %s)', (left) =>
  withShop(FILES, async (shop) => {
    await shop.call('up', { to: '001' });
    await beside(shop, async () => {
      const running = shop.fails('up');
      await expect.poll(() => pending(shop)).toBe(true);
      await shop.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~* 'DETACH PARTITION' AND pid <> pg_backend_pid() AND datname = current_database()",
      );
      expect((await running).code).toBe('CONNECTION_LOST');
    });
    expect(await pending(shop)).toBe(true);
    if (!left) await shop.query('ALTER TABLE events DETACH PARTITION "Weird-schema"."old events" FINALIZE');
    await shop.call('up');
    expect(await pending(shop)).toBeUndefined();
    expect(await shop.query(`SELECT to_regclass('after')::text AS name`)).toEqual([{ name: 'after' }]);
    expect((await shop.call('verify')).ok).toBe(true);
    expect(shop.notes().some((note) => note.includes('FINALIZE'))).toBe(left);
  }),
);

test('what was never a partition of it is an error, and stays one', () =>
  withShop(FILES, async (shop) => {
    await shop.call('up', { to: '001' });
    await shop.query('ALTER TABLE events DETACH PARTITION "Weird-schema"."old events"');
    for (const _again of [1, 2]) {
      expect((await shop.fails('up')).message).toContain('"old events" is not a partition of relation "events"');
    }
  }));
