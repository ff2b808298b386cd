/** Migrations one transaction each, several of them in one message: everything is as if each had been sent alone. */
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import type { StepResult } from '../../src/migrate/execution.ts';
import { appliedVersions, QUICK, type Shop, tableMigration, tables, withShop } from './harness.ts';

const COUNT = 20;

function table(n: number): string {
  return `t${String(n).padStart(2, '0')}`;
}

/** 20 migrations, each of which makes a table; `more` replaces some of them by number. */
function twenty(more: Readonly<Record<number, string>> = {}): Record<string, string> {
  const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);
  return Object.fromEntries(
    numbers.map((n) => [
      `migrations/${String(n).padStart(3, '0')}_${table(n)}.sql`,
      more[n] ?? tableMigration(table(n)),
    ]),
  );
}

function states(error: { readonly more: { readonly data?: unknown } }): string[] {
  return (error.more.data as { results: StepResult[] }).results.map(({ state }) => state);
}

async function transactions(shop: Shop): Promise<string[]> {
  const rows = await shop.query('SELECT xmin::text FROM schema_migrations ORDER BY applied_order');
  return rows.map((row) => String(row.xmin));
}

test('few messages, a transaction each, a duration each', () =>
  withShop(twenty({ 12: tableMigration('t12', `COMMENT ON TABLE t12 IS '${'€'.repeat(99)}';`) }), async (shop) => {
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    try {
      const outcome = await shop.call('up');
      const texts = sent.mock.calls.map(([query]) => (query as unknown as { text?: string }).text ?? '');
      const messages = texts.filter((text) => text.includes('CREATE TABLE t'));
      expect(messages.length).toBeLessThanOrEqual(5);
      expect(messages[0]?.match(/COMMIT/g)).toHaveLength(1);
      const { results } = outcome.data as { results: StepResult[] };
      const rows = await shop.query(
        "SELECT version, duration_ms FROM schema_migrations_journal WHERE event = 'applied' ORDER BY version",
      );
      expect(results.map(({ version, duration_ms }) => ({ version, duration_ms }))).toEqual(rows);
    } finally {
      sent.mockRestore();
    }
    expect(new Set((await transactions(shop)).slice(0, -1)).size).toBe(COUNT - 1);
    await shop.call('down', { steps: COUNT });
    expect(await tables(shop)).toEqual([]);
  }));

test('a slow migration in the middle of a message has its own time, and its neighbours theirs', () =>
  withShop(
    twenty({
      1: '-- Up Migration\nCREATE FUNCTION nap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN 1; END $$;\n',
      // The bound of a partition is worked out when it is made.
      5: '-- Up Migration\nCREATE TABLE t05 (id int) PARTITION BY RANGE (id);\nCREATE TABLE t05a PARTITION OF t05 FOR VALUES FROM (nap()) TO (9);\n',
    }),
    async (shop) => {
      await shop.call('up');
      const rows = await shop.query('SELECT duration_ms FROM schema_migrations ORDER BY version');
      const durations = rows.map((row) => Number(row.duration_ms));
      expect(durations[4]).toBeGreaterThanOrEqual(500);
      expect(Math.max(...durations.slice(0, 4), ...durations.slice(5))).toBeLessThan(durations[4] ?? 0);
    },
  ));

test('what was committed before the failed one stays; nothing after it ran', () =>
  withShop(
    twenty({ 14: '-- Up Migration\nCREATE TABLE t14 (id int);\nALTER TABLE nowhere ADD x int;\n' }),
    async (shop) => {
      const error = await shop.fails('up');
      expect(error.message).toBe('migration 014_t14 failed at statement 2 of 2: relation "nowhere" does not exist');
      expect(error.more.detail).toMatch(/^migrations\/014_t14\.sql:3:1\n/);
      expect(error.more.detail).toContain(
        'state: 014_t14 was rolled back; before it, 001_t01 to 013_t13 (13) were done and stay; 015_t15 to 020_t20 (6) not run',
      );
      expect(states(error)).toEqual([...Array(13).fill('applied'), 'failed', ...Array(6).fill('not_run')]);
      expect(await appliedVersions(shop)).toHaveLength(13);
      expect(await tables(shop)).toHaveLength(13);
      const failures = await shop.query("SELECT version FROM schema_migrations_journal WHERE event = 'failed'");
      expect(failures).toEqual([{ version: '014' }]);
      shop.write({ 'migrations/014_t14.sql': tableMigration('t14') });
      await shop.call('up');
      expect(await appliedVersions(shop)).toHaveLength(COUNT);
    },
  ));

test('what only the server knows to be no SQL stops nothing that stands before it', () =>
  // Our parser is that of PostgreSQL 18; a server does not even begin a message that it cannot parse.
  withShop(
    twenty({
      9: '-- Up Migration\nALTER TABLE t08 ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES t07 (id) NOT ENFORCED;\n',
    }),
    async (shop) => {
      const [row] = await shop.query("SELECT current_setting('server_version_num')::int >= 180000 AS new");
      if (row?.new === true) {
        await shop.call('up');
        expect(await appliedVersions(shop)).toHaveLength(COUNT);
        return;
      }
      const error = await shop.fails('up');
      expect(error.message).toContain('migration 009_t09 failed at statement 1 of 1: syntax error');
      expect(await appliedVersions(shop)).toHaveLength(8);
      expect(states(error)).toEqual([...Array(8).fill('applied'), 'failed', ...Array(11).fill('not_run')]);
    },
  ));

test('a lock that does not come in the middle of a message is waited for again, and the rest goes on', () =>
  withShop({ 'migrations/000_held.sql': tableMigration('held') }, async (shop) => {
    await shop.call('up');
    shop.write(twenty({ 11: '-- Up Migration\nALTER TABLE held ADD x int;\n' }));
    await shop.session(async (other) => {
      await other.query('BEGIN');
      await other.query('LOCK TABLE held');
      const running = shop.call('up', {}, { config: { timeouts: { ...QUICK, lockRetries: 50 } } });
      await expect.poll(() => shop.notes().join('\n')).toContain('011_t11: no lock within');
      await other.query('COMMIT');
      await running;
    });
    expect(await appliedVersions(shop)).toHaveLength(COUNT + 1);
    const failures = await shop.query("SELECT FROM schema_migrations_journal WHERE event = 'failed'");
    expect(failures).toEqual([]);
  }));

/** Ends its own server process: the line breaks in the middle of a message. */
const SUICIDE = `-- Up Migration
CREATE FUNCTION die() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(9); RETURN 1; END $$;
CREATE TABLE t10 (id int) PARTITION BY RANGE (id);
CREATE TABLE t10a PARTITION OF t10 FOR VALUES FROM (die()) TO (9);
`;

test('the line breaks in the middle of a message: the history says how far it came', () =>
  withShop(twenty({ 10: SUICIDE }), async (shop) => {
    const error = await shop.fails('up');
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', exit: 5 });
    expect(error.message).toBe('the connection broke in 010_t10');
    expect(error.more.detail).toContain(
      'state: 010_t10 was rolled back; before it, 001_t01 to 009_t09 (9) were done and stay; 011_t11 to 020_t20 (10) not run',
    );
    expect(states(error)).toEqual([...Array(9).fill('applied'), 'failed', ...Array(10).fill('not_run')]);
    expect(await appliedVersions(shop)).toHaveLength(9);
    shop.write({ 'migrations/010_t10.sql': tableMigration('t10') });
    await shop.call('up');
    expect(await appliedVersions(shop)).toHaveLength(COUNT);
  }));

test('under a lease, every transaction of a message proves that the lease is held', () =>
  withShop(
    twenty(),
    async (shop) => {
      const sent = vi.spyOn(pg.Client.prototype, 'query');
      try {
        await shop.call('up');
        const texts = sent.mock.calls.map(([query]) => (query as unknown as { text?: string }).text ?? '');
        for (const text of texts.filter((some) => some.includes('CREATE TABLE t'))) {
          expect(text.match(/AS held FROM held/g)?.length).toBe(text.match(/^COMMIT$/gm)?.length);
        }
      } finally {
        sent.mockRestore();
      }
      expect(await appliedVersions(shop)).toHaveLength(COUNT);
    },
    { lock: { mode: 'lease', wait: 0, lease: 30_000 } },
  ));
