/**
 * Scale data keep every promise, every named query is answered by the index it names, as the person it is for, and no index is there
 * without a query, a constraint or a foreign key that needs it.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import type { GeneratedLoad } from '../../src/seed/generated.ts';
import { actingAs, only, useMarketplace } from './support/marketplace.ts';
import { type Pattern, readPatterns } from './support/patterns.ts';
import { indexesUsed } from './support/queries.ts';
import { loadScale } from './support/seeds.ts';

const db = useMarketplace();
const patterns = readPatterns();
let loads: readonly GeneratedLoad[];
let samples: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  await db.session(async (s) => {
    loads = await loadScale(s, 1);
    await s.batch(readFileSync('test/marketplace/support/fill.sql', 'utf8'));
    // VACUUM too: an index whose newest entries wait in a list of their own (GIN) is judged by it.
    await s.query('VACUUM ANALYZE');
    samples = await only(s.query(readFileSync('test/marketplace/support/samples.sql', 'utf8')));
  });
}, 300_000);

describe('scale data', () => {
  const none = async (sql: string): Promise<void> => expect(await db.session((s) => s.query(sql))).toEqual([]);
  test('have the promised size', () => {
    const rows = new Map(loads.map((load) => [load.table, load.rows]));
    expect(['users', 'tutor_profiles', 'bookings', 'messages'].map((table) => rows.get(table))).toEqual([
      1000, 200, 10_000, 20_000,
    ]);
    expect(rows.get('payments')).toBeGreaterThan(5000);
    expect(rows.get('reviews')).toBeGreaterThan(3000);
  });
  test('keep to the hours of tutors, whatever their clocks did', () =>
    none(`SELECT b.id FROM bookings b JOIN tutor_profiles t ON t.id = b.tutor_profile_id
      WHERE t.is_approved AND NOT is_tutor_available(tutor_profile_id, start_time, end_time)`));
  test('book what is taught, and pay for it', async () => {
    await none(
      `SELECT id FROM bookings b WHERE NOT EXISTS (SELECT FROM tutor_subjects s WHERE s.tutor_profile_id = b.tutor_profile_id AND s.subject_id = b.subject_id)`,
    );
    await none(
      `SELECT b.id FROM bookings b JOIN payments p ON p.booking_id = b.id WHERE p.status <> b.payment_state OR p.amount_cents <> b.rate_cents`,
    );
    await none(
      `SELECT p.id FROM payments p WHERE refunded_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM refunds r WHERE r.payment_id = p.id)`,
    );
  });
  test('count packages, sessions and reviews right', async () => {
    await none(
      `SELECT p.id FROM student_packages p WHERE sessions_used <> (SELECT count(*) FROM bookings b WHERE b.package_id = p.id AND credit_restored_at IS NULL)`,
    );
    await none(`SELECT t.id FROM tutor_profiles t WHERE total_sessions <> (SELECT count(*) FROM bookings b WHERE b.tutor_profile_id = t.id AND session_outcome = 'COMPLETED')
      OR (SELECT (count(*), round(avg(rating), 2)) IS DISTINCT FROM (t.total_reviews, t.average_rating) FROM reviews r WHERE r.tutor_profile_id = t.id)`);
    await none(
      `SELECT m.tutor_profile_id FROM tutor_metrics m WHERE accepted_count <> (SELECT count(*) FROM tutor_response_log l WHERE l.tutor_profile_id = m.tutor_profile_id AND response = 'ACCEPTED')`,
    );
  });
  test('keep wallets whose balances are the sums of entries that balance, and pay out what was earned', async () => {
    await none(
      `SELECT id FROM wallets w WHERE balance_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM wallet_transactions t WHERE t.wallet_id = w.id)`,
    );
    await none(
      'SELECT transfer_id FROM wallet_transactions GROUP BY transfer_id HAVING sum(amount_cents) <> 0 OR count(*) <> 2',
    );
    // Every captured lesson earned once, what was refunded after capture was taken back, and nothing else was booked.
    await none(`SELECT b.id FROM bookings b LEFT JOIN (
        SELECT booking_id, sum(amount_cents) FILTER (WHERE type = 'EARNING' AND amount_cents > 0) AS earned, sum(amount_cents) FILTER (WHERE type = 'REFUND' AND amount_cents > 0) AS refunded
        FROM wallet_transactions GROUP BY 1) AS t ON t.booking_id = b.id
      WHERE (b.payment_state = 'CAPTURED' OR b.dispute_state = 'RESOLVED_REFUNDED') <> (t.earned IS NOT NULL) OR t.earned <> b.tutor_earnings_cents
        OR (b.payment_state IN ('REFUNDED', 'PARTIALLY_REFUNDED') AND b.dispute_state = 'RESOLVED_REFUNDED') <> (t.refunded IS NOT NULL)`);
    await none(`SELECT p.id FROM payouts p JOIN tutor_profiles t ON t.id = p.tutor_profile_id JOIN wallets w ON w.user_id = t.user_id
      WHERE status = 'PAID' AND NOT EXISTS (SELECT FROM wallet_transactions x WHERE x.wallet_id = w.id AND x.type = 'PAYOUT' AND x.amount_cents = -p.amount_cents)`);
  });
  test('follow a weekly rhythm in the time zones of their tutors', async () => {
    const shape = await db.session((s) =>
      only(
        s.query(`SELECT count(DISTINCT u.timezone)::int AS zones,
            avg((extract(hour FROM b.start_time AT TIME ZONE u.timezone) BETWEEN 8 AND 21)::int)::float AS by_day,
            avg((extract(hour FROM b.start_time AT TIME ZONE u.timezone) >= 16)::int)::float AS evening,
            (max(n) / min(n))::float AS weekday_spread
          FROM bookings b JOIN tutor_profiles t ON t.id = b.tutor_profile_id JOIN users u ON u.id = t.user_id,
            (SELECT max(c)::numeric AS n FROM (SELECT count(*) AS c FROM bookings GROUP BY extract(isodow FROM start_time)) AS x UNION ALL
             SELECT min(c) FROM (SELECT count(*) AS c FROM bookings GROUP BY extract(isodow FROM start_time)) AS y) AS d`),
      ),
    );
    expect(shape.zones).toBeGreaterThan(7);
    expect(shape.by_day).toBe(1);
    expect(shape.evening).toBeGreaterThan(0.4);
    expect(shape.weekday_spread).toBeGreaterThan(1.3);
  });
  test('are skewed: the busiest fifth of the tutors gives more than two fifths of the lessons', async () => {
    const { share } = await db.session((s) =>
      only(
        s.query<{ share: number }>(`SELECT (sum(n) FILTER (WHERE place <= 40) / sum(n))::float AS share
        FROM (SELECT count(*) AS n, row_number() OVER (ORDER BY count(*) DESC) AS place FROM bookings GROUP BY tutor_profile_id) AS x`),
      ),
    );
    expect(share).toBeGreaterThan(0.4);
  });
});

const who = ({ as }: Pattern): 'anonymous' | number =>
  as === 'visitor' ? 'anonymous' : Number(samples[as === 'tutor' ? 'tutor_user' : as]);

async function run<T>(pattern: Pattern, work: (s: Session, params: readonly unknown[]) => Promise<T>): Promise<T> {
  const params = pattern.params.map((name) => samples[name]);
  const inside = async (s: Session): Promise<T> => {
    // The file says where a table of the test is too small for its index to pay.
    if (pattern.withoutScan) await s.query('SET LOCAL enable_seqscan = off');
    return work(s, params);
  };
  return db.session(async (s) => {
    if (pattern.as !== 'owner') return actingAs(s, who(pattern), inside);
    await s.query('BEGIN');
    try {
      return await inside(s);
    } finally {
      await s.query('ROLLBACK');
    }
  });
}

describe('the query', () => {
  test('is described in full', () => {
    expect(patterns.length).toBeGreaterThan(45);
    expect(new Set(patterns.map(({ name }) => name)).size).toBe(patterns.length);
    for (const { name, as, indexes, sql } of patterns) {
      expect([
        name,
        /^(student|tutor|admin|visitor|owner)$/.test(as),
        indexes.length > 0,
        /^(SELECT|UPDATE|DELETE)\b/.test(sql),
      ]).toEqual([name, true, true, true]);
    }
  });
  test.each(patterns.map((pattern) => [pattern.name, pattern] as const))(
    '%s runs and uses its index',
    async (_, pattern) => {
      await run(pattern, (s, params) => s.query(pattern.sql, params));
      const used = await run(pattern, (s, params) => indexesUsed(s, pattern, params));
      const parents = await db.session((s) =>
        s.query<{ name: string }>(
          `SELECT coalesce(p.relname, c.relname) AS name FROM pg_class c LEFT JOIN pg_inherits i ON inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = inhparent
         WHERE c.relname = ANY ($1)`,
          [used],
        ),
      );
      expect(parents.map(({ name }) => name)).toEqual(expect.arrayContaining([...pattern.indexes]));
    },
  );
});

test.each([
  ['words', 'idx_tutor_profiles_search', `p_query => 'philosophy exam'`],
  ['prices', 'idx_tutor_profiles_rate', `p_currency => 'EUR', p_min_rate => 10, p_max_rate => 30`],
])(
  'search_tutors reaches the index of %s for a visitor, past operators that policies keep from it',
  (_, index, question) =>
    db.session((s) =>
      actingAs(s, 'anonymous', async () => {
        await s.query('SET LOCAL enable_seqscan = off');
        const scans = `SELECT pg_stat_get_xact_numscans($1::regclass)::int AS n`;
        const before = await only<{ n: number }>(s.query(scans, [index]));
        await s.query(`SELECT FROM search_tutors(${question})`);
        expect((await only<{ n: number }>(s.query(scans, [index]))).n).toBeGreaterThan(before.n);
      }),
    ),
);

/**
 * `idx_<table>_deleted_at` on (id) WHERE deleted_at IS NULL is promised by the storage design for every table that deletes softly. The
 * primary key answers the same walks over live rows; the partial one is smaller by what is deleted, and pays once a third is.
 */
const EXPLAINED = /^idx_\w+_deleted_at$/;

test('no index is without a reason', async () => {
  const indexes = await db.session((s) =>
    s.query<{ name: string }>(`
      SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = indexrelid
      WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND NOT indisunique AND NOT indisexclusion
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = indrelid AND contype = 'f' AND conkey[1] = indkey[0] AND indnkeyatts = 1
          AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) LIKE '%IS NOT NULL)'))`),
  );
  const named = new Set(patterns.flatMap((pattern) => pattern.indexes));
  const idle = indexes.map(({ name }) => name).filter((name) => !named.has(name));
  expect(idle.filter((name) => EXPLAINED.test(name))).toHaveLength(12);
  expect(idle.filter((name) => !EXPLAINED.test(name))).toEqual([]);
});
