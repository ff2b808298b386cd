/** Behind a real PgBouncer that gives every transaction another server connection: the lease holds, the advisory lock is refused. */
import { expect, test } from 'vitest';
import type { Target } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { describeBehindPgbouncer, withPgbouncer } from '../support/pgbouncer.ts';
import { strata } from '../support/project.ts';
import { appliedVersions, type Shop, tableMigration, tables, three, withShop } from './harness.ts';

const LEASE = { mode: 'lease', wait: 60_000, lease: 10_000 } as const;

function behind(files: Record<string, string>, work: (shop: Shop, pooled: Target) => Promise<void>): Promise<void> {
  return withShop(files, (shop) => withPgbouncer({ target: shop.target }, ({ target }) => work(shop, target)));
}

describeBehindPgbouncer('behind PgBouncer in transaction mode', () => {
  test('the advisory lock is refused before anything is locked or changed, with what to do instead', () =>
    behind(three(), async (shop, target) => {
      const error = await shop.fails('up', {}, { config: { target } });
      expect(error).toMatchObject({ code: 'LOCK_PROXIED', exit: 6 });
      expect(error.more.hint).toContain('STRATA_LOCK_MODE=lease');
      expect(await tables(shop)).toEqual([]);
      const held = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      expect(await shop.query(held)).toEqual([]);
    }));

  test('under a lease: up, status, verify, down; also statements that stand alone; settings reach nobody else', () =>
    behind(
      {
        ...three(),
        'migrations/004_index.sql':
          '-- strata: no-transaction\n-- Up Migration\nCREATE INDEX CONCURRENTLY users_idx ON users (id);\n-- Down Migration\nDROP INDEX CONCURRENTLY users_idx;\n',
        'migrations/005_set.sql': tableMigration('five', "SET search_path = pg_catalog;\nSET lock_timeout = '17s';"),
      },
      async (shop, target) => {
        const config = { target, lock: LEASE };
        await shop.call('up', {}, { config });
        expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '004', '005']);
        expect((await shop.call('status', {}, { config })).ok).toBe(true);
        expect((await shop.call('verify', {}, { config })).findings).toEqual([]);
        const seen = await Promise.all(
          Array.from({ length: 8 }, () => withSession(target, (s) => s.query('SHOW lock_timeout'))),
        );
        expect(seen).toEqual(Array(8).fill([{ lock_timeout: '0' }]));
        await shop.call('down', { steps: 5 }, { config });
        expect(await tables(shop)).toEqual([]);
      },
    ));

  test('eight processes race over two server connections: each migration exactly once', () =>
    behind({ ...three(), 'strata.config.json': JSON.stringify({ lock: LEASE }) }, async (shop, target) => {
      const ended = await Promise.all(
        Array.from({ length: 8 }, () => strata(['up', '--json'], { cwd: shop.root, target })),
      );
      expect(ended.map(({ status, stderr }) => (status === 0 ? 0 : stderr))).toEqual(Array(8).fill(0));
      const rows = await shop.query(
        "SELECT version FROM schema_migrations_journal WHERE event = 'applied' ORDER BY id",
      );
      expect(rows.map(({ version }) => version)).toEqual(['001', '002', '003']);
    }));
});
