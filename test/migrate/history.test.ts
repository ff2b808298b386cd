/** The tables of the history: what is in them, and what is never taken out. */
import { expect, test } from 'vitest';
import { refuseElsewhere } from '../../src/migrate/history.ts';
import { tableMigration, three, withShop } from './harness.ts';

test('schema_migrations begins with the four columns of the contract', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const columns = await shop.query(
      "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attnum BETWEEN 1 AND 4 ORDER BY attnum",
    );
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'version character varying(50)',
      'applied_at timestamp with time zone',
      'description text',
      'checksum character varying(64)',
    ]);
    const rows = await shop.query('SELECT * FROM schema_migrations ORDER BY applied_order');
    expect(rows[0]).toMatchObject({
      version: '001',
      description: 'users',
      name: '001_users',
      applied_by: shop.target.user,
      snapshot_hash: null,
    });
    expect(rows[0]?.semantic_checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(rows[2]?.snapshot_hash).toMatch(/^[0-9a-f]{64}$/);
  }));

test('every table and column of the history has a comment', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const bare = await shop.query(
      `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0
        WHERE c.relname LIKE 'schema\\_migrations%' AND c.relkind = 'r' AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)`,
    );
    expect(bare).toEqual([]);
  }));

test('the journal only grows: up, down, redo, failures and repairs are all in it', () =>
  withShop(three(), async (shop) => {
    const events = async (): Promise<string[]> =>
      (await shop.query('SELECT event, version FROM schema_migrations_journal ORDER BY id')).map(
        (r) => `${r.event} ${r.version ?? '-'}`,
      );
    await shop.call('up', { to: '001' });
    await shop.call('redo');
    shop.write({ 'migrations/002_subjects.sql': '-- Up Migration\nSELECT 1/0;\n' });
    await shop.fails('up');
    shop.write({ 'migrations/001_users.sql': `-- a remark\n${tableMigration('users')}` });
    await shop.call('repair');
    await shop.call('down');
    expect(await events()).toEqual([
      ...['applied 001', 'finished -', 'reverted 001', 'applied 001', 'finished -'],
      ...['failed 002', 'repaired 001', 'reverted 001', 'finished -'],
    ]);
    const [script] = await shop.query("SELECT script FROM schema_migrations_journal WHERE event = 'applied' LIMIT 1");
    expect(JSON.parse(String(script?.script))).toEqual(['CREATE TABLE users (id int PRIMARY KEY)']);
  }));

test('nothing is created before something is written', () =>
  withShop({}, async (shop) => {
    shop.write({ 'migrations/README.md': 'none yet' });
    for (const command of ['status', 'plan', 'up', 'down', 'redo', 'verify', 'repair']) await shop.call(command);
    expect(await shop.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toHaveLength(0);
  }));

test('a name too long for the tables beside it is refused with the limit', () =>
  withShop(three(), async (shop) => {
    const error = await shop.fails('up', {}, { config: { history: { schema: 'public', table: 'h'.repeat(60) } } });
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exit: 2 });
    expect(error.more.hint).toContain('at most 49 bytes');
  }));

test('the lock file is written by up, and verify compares it', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    expect((await shop.call('verify')).ok).toBe(true);
    shop.write({ 'migrations/004_more.sql': tableMigration('more') });
    expect((await shop.call('verify')).findings.map((f) => f.subject)).toContain('004');
    await shop.call('up');
    expect(await shop.call('verify')).toMatchObject({ ok: true, findings: [] });
  }));

test('a history that another run creates between our two looks is no history elsewhere', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const names = new Set(['001_users']);
    await shop.session((session) => refuseElsewhere(session, { schema: 'public', table: 'schema_migrations' }, names));
  }));
