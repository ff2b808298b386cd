/** Statements in batches: every row once, in short transactions, resumed where they stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LagClock } from '../../src/migrate/batch-lag.ts';
import { BatchSize, describeProgress } from '../../src/migrate/batch-pace.ts';
import { batchStatement } from '../../src/migrate/batch-statement.ts';
import { withSession } from '../../src/pg/pool.ts';
import { caughtUp, withStandby } from '../support/standby.ts';
import { appliedVersions, QUICK, type Shop, shop as shopOn, withShop } from './harness.ts';

describe('the statement in parts', () => {
  test.each([
    ['UPDATE t SET a = 1', { table: 't', reference: 't', condition: null }],
    ['UPDATE ONLY "S".t AS x SET a = 1 WHERE b', { table: '"S".t', reference: 'x', only: true, condition: ' b' }],
    [
      'update s . t set a = (select 1 from u where u.id = t.id) where\n b or c',
      { reference: 't', condition: '\n b or c' },
    ],
    ['UPDATE t * y SET a = 1 FROM u WHERE u.id = y.id', { table: 't', reference: 'y', condition: ' u.id = y.id' }],
    ['DELETE FROM t USING u WHERE t.id = u.id', { verb: 'delete', table: 't', reference: 't' }],
    ['DELETE FROM t', { verb: 'delete', condition: null }],
  ])('%s', (sql, parts) => {
    expect(batchStatement(sql)).toMatchObject(parts);
  });

  test.each([
    ['INSERT INTO t VALUES (1)', 'only UPDATE and DELETE can run in batches'],
    ['WITH x AS (SELECT 1) UPDATE t SET a = 1', 'only UPDATE and DELETE can run in batches'],
    ['UPDATE t SET a = 1 RETURNING a', 'RETURNING has nobody to return to'],
    ['DELETE FROM t WHERE CURRENT OF c', 'there is no cursor that WHERE CURRENT OF could mean'],
    ['UPDATE', 'it names no table'],
  ])('%s: %s', (sql, reason) => {
    expect(batchStatement(sql)).toBe(reason);
  });
});

test('the size follows the clock, in steps, within bounds', () => {
  const size = new BatchSize(100);
  size.learn(size.rows, 1);
  expect(size.rows).toBe(1_000);
  size.learn(1_000, 10_000);
  expect(size.rows).toBe(250);
  for (let i = 0; i < 50; i += 1) size.learn(size.rows, 1e6);
  expect(size.rows).toBe(50);
  for (let i = 0; i < 50; i += 1) size.learn(size.rows, 0);
  expect(size.rows).toBe(100_000);
  expect(describeProgress({ done: 90_000, milliseconds: 2_000, left: 450_000 })).toBe('45,000 rows/s, 10 s left');
});

const ROWS = 12_000;

function filled(key: string, more = ''): string {
  return `-- Up Migration
CREATE TABLE big (${key}, old int NOT NULL, new bigint, touched int NOT NULL DEFAULT 0)${more};
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON big FOR EACH ROW EXECUTE FUNCTION touch();
-- Down Migration
DROP TABLE big;
DROP FUNCTION touch();
`;
}

const BACKFILL = `-- Up Migration
-- strata: in-batches
UPDATE big AS b SET new = old * 10 WHERE new IS NULL OR b.old < 0 -- every row
;
-- Down Migration
-- strata: in-batches
UPDATE big SET new = NULL;
`;

async function outcome(shop: Shop): Promise<unknown> {
  const [row] = await shop.query(
    'SELECT count(*)::int AS rows, count(*) FILTER (WHERE new = old * 10)::int AS right, max(touched) AS most, min(touched) AS least, count(DISTINCT xmin::text) > 3 AS several FROM big',
  );
  return row;
}

const DONE = { rows: ROWS, right: ROWS, most: 1, least: 1, several: true };

test.each([
  ['an integer', 'id int PRIMARY KEY', '', 'g'],
  ['a text with quotes', 'id text PRIMARY KEY', '', `'it''s "' || md5(g::text) || '\\'`],
  ['two columns', 'a int, id date, PRIMARY KEY (a, id)', '', `g % 7, date '2026-01-01' + g`],
  ['a unique index', 'id numeric NOT NULL UNIQUE', '', 'g / 3.0'],
  ['an index of partitions', 'id int PRIMARY KEY', ' PARTITION BY RANGE (id)', 'g'],
])('along %s: every row once, in several transactions, and back again', (_name, key, more, value) =>
  withShop({ 'migrations/001_big.sql': filled(key, more) }, async (shop) => {
    await shop.call('up');
    if (more !== '') {
      await shop.query('CREATE TABLE big_1 PARTITION OF big FOR VALUES FROM (0) TO (5000)');
      await shop.query('CREATE TABLE big_2 PARTITION OF big DEFAULT');
    }
    await shop.query(`INSERT INTO big SELECT ${value}, g FROM generate_series(1, ${ROWS}) AS g`);
    shop.write({ 'migrations/002_backfill.sql': BACKFILL });
    await shop.call('up');
    expect(await outcome(shop)).toEqual(DONE);
    const progress = shop.events.filter((event) => event.kind === 'progress' && event.unit === 'rows');
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.at(-1)).toMatchObject({ done: ROWS, total: ROWS });
    const [state] = await shop.query(
      'SELECT last_key, finished_at IS NOT NULL AS finished FROM schema_migrations_batches',
    );
    expect(state).toEqual({ last_key: null, finished: true });
    await shop.call('down');
    const [undone] = await shop.query('SELECT count(new)::int AS left, max(touched) AS most FROM big');
    expect(undone).toEqual({ left: 0, most: 2 });
    // Again: a statement that has come to its end begins anew.
    await shop.call('up');
    expect(await outcome(shop)).toMatchObject({ right: ROWS, least: 3, most: 3 });
    expect((await shop.call('verify')).findings).toEqual([]);
  }),
);

test('pgm.sql() takes the same comment, and a DELETE goes through as well', () =>
  withShop(
    {
      'migrations/001_big.sql': filled('id int PRIMARY KEY'),
      'migrations/002_fill.sql': `-- Up Migration\nINSERT INTO big SELECT g, g FROM generate_series(1, ${ROWS}) AS g;\n-- Down Migration\n`,
      'migrations/003_purge.ts': `export const up = (pgm) => {
  pgm.sql('-- strata: in-batches\\nDELETE FROM big WHERE id % 2 = 0');
};
export const down = false;
`,
    },
    async (shop) => {
      await shop.call('up');
      expect(await shop.query('SELECT count(*)::int AS n FROM big')).toEqual([{ n: ROWS / 2 }]);
      expect(await shop.query('SELECT FROM schema_migrations_batches')).toHaveLength(1);
    },
  ));

test('a connection that ends in the middle: the next run goes on behind what is done', () =>
  withShop({ 'migrations/001_big.sql': filled('id int PRIMARY KEY') }, async (shop) => {
    await shop.call('up');
    await shop.query(`INSERT INTO big SELECT g, g FROM generate_series(1, ${ROWS}) AS g`);
    shop.write({ 'migrations/002_backfill.sql': BACKFILL });
    await shop.session(async (other) => {
      // Somebody holds a row in the middle: the run stops there, and there it is killed.
      await other.query('BEGIN');
      await other.query(`SELECT FROM big WHERE id = ${ROWS / 2} FOR UPDATE`);
      const running = shop.fails('up', {}, { config: { timeouts: { ...QUICK, lock: 60_000 } } });
      const waiting =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await expect.poll(() => shop.query(waiting), { timeout: 30_000 }).toHaveLength(1);
      await shop.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS w`);
      expect((await running).code).toBe('CONNECTION_LOST');
      await other.query('ROLLBACK');
    });
    const [half] = await shop.query('SELECT count(new)::int AS done FROM big');
    expect(half?.done).toBeGreaterThan(0);
    expect(half?.done).toBeLessThan(ROWS / 2);
    expect((await shop.call('status')).ok).toBe(false);
    await shop.call('up');
    expect(shop.notes().join('\n')).toContain(`goes on behind ${half?.done} rows`);
    expect(await outcome(shop)).toEqual(DONE);
    expect(await appliedVersions(shop)).toEqual(['001', '002']);
  }));

test('a lock that does not come is waited for a bounded number of times, and what is done stays', () =>
  withShop({ 'migrations/001_big.sql': filled('id int PRIMARY KEY') }, async (shop) => {
    await shop.call('up');
    await shop.query(`INSERT INTO big SELECT g, g FROM generate_series(1, ${ROWS}) AS g`);
    shop.write({ 'migrations/002_backfill.sql': BACKFILL });
    await shop.session(async (other) => {
      await other.query('BEGIN');
      await other.query(`SELECT FROM big WHERE id = ${ROWS - 1} FOR UPDATE`);
      const error = await shop.fails('up', {}, { config: { timeouts: QUICK } });
      expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', exit: 5 });
      expect(error.more.detail).toContain(`pid ${other.pid}`);
      await other.query('ROLLBACK');
    });
    const [half] = await shop.query('SELECT count(new)::int AS done FROM big');
    expect(half?.done).toBeGreaterThan(0);
    await shop.call('up');
    expect(await outcome(shop)).toEqual(DONE);
  }));

test('a row that the statement fails on: its line, the caret, what is done; mended, it begins anew', () =>
  withShop({ 'migrations/001_big.sql': filled('id int PRIMARY KEY') }, async (shop) => {
    await shop.call('up');
    await shop.query(`INSERT INTO big SELECT g, g FROM generate_series(1, ${ROWS}) AS g`);
    const text =
      '-- Up Migration\n-- strata: in-batches\nUPDATE big SET new = old * 10\nWHERE new IS NULL AND nwe IS NULL;\n';
    shop.write({ 'migrations/002_backfill.sql': text });
    const misspelt = await shop.fails('up');
    expect(misspelt.more.detail).toMatch(/^migrations\/002_backfill\.sql:4:23\n/);
    shop.write({ 'migrations/002_backfill.sql': text.replace('nwe IS NULL', '1 / (old - 9000) IS NOT NULL') });
    const divided = await shop.fails('up');
    expect(divided.message).toBe('migration 002_backfill failed at statement 1 of 1: division by zero');
    shop.write({ 'migrations/002_backfill.sql': BACKFILL });
    await shop.call('up');
    expect(await outcome(shop)).toMatchObject({ right: ROWS });
  }));

test('a table without a key is refused with what to do; a statement that cannot be cut, before anything runs', () =>
  withShop(
    {
      'migrations/001_t.sql':
        '-- Up Migration\nCREATE TABLE t (a int, b int UNIQUE);\n-- Down Migration\nDROP TABLE t;\n',
      'migrations/002_fill.sql': '-- Up Migration\n-- strata: in-batches\nUPDATE t SET a = 1;\n',
    },
    async (shop) => {
      const error = await shop.fails('up');
      expect(error.message).toBe('002_fill failed at statement 1 of 1: t has no key that batches could go along');
      expect(error.more.hint).toContain('Add a primary key to t');
      shop.write({ 'migrations/002_fill.sql': '-- Up Migration\n-- strata: in-batches\nINSERT INTO t VALUES (1);\n' });
      const invalid = await shop.fails('up');
      expect(invalid).toMatchObject({ code: 'MIGRATION_INVALID' });
      expect(invalid.message).toBe('migrations/002_fill.sql:3:1: only UPDATE and DELETE can run in batches');
    },
  ));

test('writers go on meanwhile, and none of their writes is lost', () =>
  withShop({ 'migrations/001_big.sql': filled('id int PRIMARY KEY') }, async (shop) => {
    await shop.call('up');
    await shop.query(`INSERT INTO big SELECT g, 1 FROM generate_series(1, ${ROWS}) AS g`);
    shop.write({ 'migrations/002_backfill.sql': BACKFILL.replace(' WHERE new IS NULL OR b.old < 0', '') });
    let written = 0;
    const stop = new AbortController();
    const writer = shop.session(async (session) => {
      for (; !stop.signal.aborted; written += 1) {
        await session.query('UPDATE big SET old = old + 1 WHERE id = $1', [((written * 7919) % ROWS) + 1]);
        await sleep(0);
      }
    });
    await shop.call('up');
    stop.abort();
    await writer;
    const [sum] = await shop.query('SELECT sum(old)::int AS sum, count(new)::int AS filled FROM big');
    expect(sum).toEqual({ sum: ROWS + written, filled: ROWS });
  }));

test('lag is how long ago we wrote what a standby has not replayed', () => {
  const clock = new LagClock();
  expect(clock.behind(100, null, 0)).toBe(0);
  expect(clock.behind(200, 100, 1_000)).toBe(0);
  expect(clock.behind(300, 150, 4_000)).toBe(3_000);
  expect(clock.behind(300, 250, 5_000)).toBe(1_000);
  expect(clock.behind(300, 300, 9_000)).toBe(0);
});

test(
  'batches wait for a standby that falls behind, say so, and go on when it has caught up',
  { timeout: 120_000 },
  () =>
    withStandby(async (servers) => {
      const shop = shopOn({ 'migrations/001_big.sql': filled('id int PRIMARY KEY') }, servers.primary.target);
      await shop.call('up');
      await shop.query(`INSERT INTO big SELECT g, g FROM generate_series(1, ${ROWS}) AS g`);
      await caughtUp(servers);
      await withSession(servers.standby.target, async (standby) => {
        await standby.query('SELECT pg_wal_replay_pause()');
        shop.write({ 'migrations/002_backfill.sql': BACKFILL });
        const running = shop.call('up', {}, { config: { batches: { target: 1, lag: 20 } } });
        await expect.poll(() => shop.notes().join('\n'), { timeout: 60_000 }).toContain('a standby is');
        const [row] = await shop.query('SELECT count(new)::int AS done FROM big');
        expect(row?.done).toBeLessThan(ROWS);
        await standby.query('SELECT pg_wal_replay_resume()');
        await running;
      });
      expect(await outcome(shop)).toEqual(DONE);
    }),
);
