/** Drift: what was changed behind the migrations' back is named, object by object, with what takes it back. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import type { DriftData } from '../../src/commands/drift.ts';
import { type Shop, tableMigration, three, withShop } from '../migrate/harness.ts';
import { strata } from '../support/project.ts';

async function drift(shop: Shop, options = {}, more = {}): Promise<Outcome<DriftData>> {
  return (await shop.call('drift', options, more)) as Outcome<DriftData>;
}

test('the recorded hash alone tells that nothing drifted; a replay agrees', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const quick = await drift(shop);
    expect(quick.data).toMatchObject({ migrations: 3, compared: 'recorded', changes: 0 });
    expect(quick.ok).toBe(true);
    const replayed = await drift(shop, { replay: true });
    expect(replayed.data).toMatchObject({ compared: 'replayed', changes: 0 });
    expect(replayed.findings).toEqual([]);
  }));

const CASES: readonly (readonly [string, string, string, string])[] = [
  ['CREATE INDEX by_hand ON users (id)', 'drift/unknown', 'public.users.by_hand', 'DROP INDEX "public"."by_hand"'],
  ['ALTER TABLE users ADD COLUMN "by Hand" text', 'drift/unknown', 'public.users.by Hand', 'DROP COLUMN "by Hand"'],
  ['ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0)', 'drift/unknown', 'public.users.c', 'DROP CONSTRAINT "c"'],
  ['CREATE TABLE extra (id int)', 'drift/unknown', 'public.extra', 'DROP TABLE "public"."extra"'],
  ['CREATE SEQUENCE seq', 'drift/unknown', 'public.seq', 'DROP SEQUENCE "public"."seq"'],
  ["CREATE TYPE mood AS ENUM ('good')", 'drift/unknown', 'public.mood', 'DROP TYPE "public"."mood"'],
  ['CREATE DOMAIN d AS int', 'drift/unknown', 'public.d', 'DROP DOMAIN "public"."d"'],
  ['CREATE VIEW v AS SELECT 1 AS one', 'drift/unknown', 'public.v', 'DROP VIEW "public"."v"'],
  ['CREATE POLICY p ON users', 'drift/unknown', 'public.users.p', 'DROP POLICY "p" ON "public"."users"'],
  [
    'CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'drift/unknown',
    'public.f(a integer, b text)',
    'DROP FUNCTION "public"."f"(a integer, b text)',
  ],
  ['DROP TABLE bookings', 'drift/missing', 'public.bookings', 'CREATE TABLE "public"."bookings"'],
  ['ALTER TABLE users ALTER id TYPE bigint', 'drift/changed', 'public.users.id', 'migrations: id integer'],
  ['COMMENT ON TABLE users IS $$x$$', 'drift/changed', 'public.users', 'COMMENT ON TABLE "public"."users" IS NULL'],
  [
    'COMMENT ON COLUMN users.id IS $$x$$',
    'drift/changed',
    'public.users.id',
    'COMMENT ON COLUMN "public"."users"."id" IS NULL',
  ],
];

test('each drift is named with its statement; the statements undo it', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    for (const [statement, code, subject, words] of CASES) {
      await shop.query(statement);
      const outcome = await drift(shop);
      expect(outcome.ok, statement).toBe(false);
      expect(outcome.findings, statement).toHaveLength(1);
      const [found] = outcome.findings;
      expect(found, statement).toMatchObject({ code, subject, hint: expect.stringContaining(words) });
      const [, undo = ''] =
        /(?:take it away|take it back|bring it back):\s([\s\S]*?);\n(?:Note: |migrations: )/.exec(found?.hint ?? '') ??
        [];
      await shop.session((session) => session.batch(undo));
      expect((await drift(shop)).data, `${statement} undone`).toMatchObject({ changes: 0 });
    }
  }));

test('a reviewed difference is ignored by its fingerprint until it changes', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('CREATE INDEX by_hand ON users (id)');
    const [found] = (await drift(shop)).findings;
    const more = { config: { lint: { rules: {}, ignore: [found?.fingerprint ?? ''] } } };
    const outcome = await drift(shop, {}, more);
    expect(outcome.data).toMatchObject({ changes: 1, ignored: 1 });
    expect(outcome.ok).toBe(true);
    await shop.query('DROP INDEX by_hand; CREATE INDEX by_hand ON users (id) WHERE id > 5');
    expect((await drift(shop, {}, more)).ok).toBe(false);
  }));

test('only what is applied is promised: a pending migration is no drift, a missing file is a refusal', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write({ 'migrations/004_later.sql': tableMigration('later') });
    expect((await drift(shop, { replay: true })).data).toMatchObject({ migrations: 3, changes: 0 });
    shop.remove('migrations/002_subjects.sql');
    const error = await shop.fails('drift', { replay: true });
    expect(error.code).toBe('MIGRATION_MISSING');
    expect(error.message).toContain('002_subjects');
  }));

test('a history that does not run from its beginning is told with its line', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write({ 'migrations/002_subjects.sql': '-- Up Migration\nCREATE TABLE subjects (id nonsense);\n' });
    const error = await shop.fails('drift', { replay: true });
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.message).toContain('002_subjects does not run on a scratch database: type "nonsense" does not exist');
    expect(error.more.detail).toContain('migrations/002_subjects.sql:2:27');
  }));

test(
  'a database without any migration, and the marketplace',
  () =>
    withShop({ 'migrations/.keep': '' }, async (shop) => {
      expect((await drift(shop)).data).toMatchObject({ migrations: 0, changes: 0 });
      await shop.query('CREATE TABLE lone (id int)');
      expect((await drift(shop)).findings).toHaveLength(1);
      await shop.query('DROP TABLE lone');
      await strata(['up'], { target: shop.target });
      const clean = await strata(['drift', '--replay'], { target: shop.target });
      expect(clean.status).toBe(0);
      await shop.query('ALTER TABLE bookings DISABLE TRIGGER trg_bookings_guard');
      const { status, stdout } = await strata(['drift', '--json'], { target: shop.target });
      expect(status).toBe(1);
      expect(JSON.parse(stdout).findings[0]).toMatchObject({
        code: 'drift/changed',
        subject: 'public.bookings.trg_bookings_guard',
      });
    }),
  60_000,
);
