/** A table is known under every name that it has: in other schemas, along a search path, and after the run renamed it. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import { type Shop, three, withShop } from '../migrate/harness.ts';

const codes = ({ findings }: Outcome): string[] => findings.map(({ code }) => code);

function pending(shop: Shop, up: string, down = 'SELECT 1', file = '004_a'): void {
  shop.write({ [`migrations/${file}.sql`]: `-- Up Migration\n${up};\n-- Down Migration\n${down};\n` });
}

function locks({ view }: Outcome): string[] {
  const text = view.map((block) => (block.kind === 'verbatim' ? block.text : '')).join('\n');
  return text.split('\n').filter((line) => /^-- .*\b(?:SHARE|EXCLUSIVE)\b/.test(line));
}

async function withRows(work: (shop: Shop) => Promise<void>): Promise<void> {
  await withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query(
      `CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int, paid int);
       INSERT INTO billing.invoices SELECT generate_series(1, 2000);
       INSERT INTO users SELECT generate_series(1, 2000); ALTER TABLE users ADD COLUMN age int;
       ANALYZE users, billing.invoices`,
    );
    await work(shop);
  });
}

test.each([
  'CREATE INDEX i ON billing.invoices (paid)',
  'SET search_path TO billing, public; CREATE INDEX i ON invoices (paid)',
  'SET LOCAL search_path = billing; CREATE INDEX i ON invoices (paid)',
  "SELECT pg_catalog.set_config('search_path', '\"billing\", public', false); CREATE INDEX i ON invoices (paid)",
  'SET search_path TO billing; RESET search_path; CREATE INDEX i ON users (age)',
])('a live table of a schema that is not managed: %s', (sql) =>
  withRows(async (shop) => {
    pending(shop, sql);
    expect(codes(await shop.call('lint'))).toEqual(['lint/index-concurrently']);
    expect(locks(await shop.call('plan'))[0]).toMatch(/SHARE while it reads every row \(about 2,000 rows, /);
  }),
);

test('a path is forgotten between migrations; one that is not known hides no table', () =>
  withRows(async (shop) => {
    pending(shop, 'SET search_path TO billing; CREATE TABLE users (id int); CREATE INDEX j ON users (id)');
    pending(shop, 'CREATE INDEX i ON users (age)', 'SELECT 1', '005_b');
    expect((await shop.call('lint')).findings.map(({ subject }) => subject)).toEqual(['i']);
    pending(shop, "SELECT set_config('search_path', current_setting('a.b'), true); CREATE INDEX i ON other (age)");
    pending(shop, 'SELECT 1', 'SELECT 1', '005_b');
    expect(codes(await shop.call('lint'))).toEqual(['lint/index-concurrently']);
    expect(locks(await shop.call('plan'))).toHaveLength(1);
  }));

test('a schema that the run makes holds only new tables', () =>
  withRows(async (shop) => {
    pending(shop, 'CREATE SCHEMA fresh; CREATE TABLE fresh.users (id int)', 'DROP TABLE fresh.users');
    pending(shop, 'CREATE INDEX i ON fresh.users (id)', 'SELECT 1', '005_b');
    expect(codes(await shop.call('lint'))).toEqual([]);
  }));

test.each([
  ['ALTER TABLE users RENAME TO people', 'people'],
  ['ALTER TABLE users RENAME TO a; ALTER TABLE a RENAME TO people', 'people'],
  ['ALTER TABLE users SET SCHEMA billing', 'billing.users'],
  ['ALTER TABLE public.users RENAME TO people; ALTER TABLE people SET SCHEMA billing', 'billing.people'],
])('after %s the rows are still there', (sql, name) =>
  withRows(async (shop) => {
    for (const split of [false, true]) {
      const then = `ALTER TABLE ${name} ALTER age SET NOT NULL; CREATE INDEX i ON ${name} (age)`;
      pending(shop, split ? sql : `${sql}; ${then}`);
      pending(shop, split ? then : 'SELECT 1', 'SELECT 1', '005_b');
      const found = codes(await shop.call('lint'));
      expect(found).toContain('lint/set-not-null');
      expect(found).toContain('lint/index-concurrently');
      const told = locks(await shop.call('plan'));
      expect(told.filter((line) => line.startsWith(`-- ${name}: `)).slice(-2)).toEqual([
        expect.stringMatching(/ACCESS EXCLUSIVE while it reads every row \(about 2,000 rows, 0\.\d MiB\)/),
        expect.stringMatching(/: SHARE while it reads every row \(about 2,000 rows, 0\.\d MiB\)/),
      ]);
    }
  }),
);

test('a down that renames back finds the table again; a new one under the old name is new', () =>
  withRows(async (shop) => {
    pending(
      shop,
      'ALTER TABLE users RENAME TO people',
      'ALTER TABLE people RENAME TO users; CREATE INDEX i ON users (age)',
    );
    expect(codes(await shop.call('lint'))).toEqual(['lint/rename', 'lint/index-concurrently', 'lint/work-under-lock']);
    pending(shop, 'ALTER TABLE users RENAME TO people; CREATE TABLE users (id int, age int)', 'SELECT 1');
    pending(shop, 'CREATE INDEX i ON users (age)', 'SELECT 1', '005_b');
    expect(codes(await shop.call('lint'))).toEqual(['lint/rename']);
  }));

test('what the migration makes stays new under another name, with and without a database', () =>
  withRows(async (shop) => {
    pending(shop, 'CREATE TABLE a (id int); ALTER TABLE a RENAME TO b; CREATE INDEX i ON b (id)', 'DROP TABLE b');
    expect(codes(await shop.call('lint'))).toEqual([]);
    expect(codes(await shop.call('lint', { offline: true }))).toEqual([]);
    expect(locks(await shop.call('plan'))).toEqual([]);
  }));

test('a materialized view has rows, and readers who wait', () =>
  withRows(async (shop) => {
    await shop.query('CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n FROM users');
    pending(shop, 'REFRESH MATERIALIZED VIEW sums; CREATE INDEX i ON sums (n)', 'DROP INDEX i');
    expect(codes(await shop.call('lint'))).toContain('lint/index-concurrently');
    expect(locks(await shop.call('plan'))).toEqual([
      expect.stringMatching(/^-- sums: ACCESS EXCLUSIVE while it writes every row anew/),
      expect.stringMatching(/^-- sums: SHARE while it reads every row/),
    ]);
  }));
