/** Databases for an application's tests, by the built library, on a server that it starts for them. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Target } from '../../src/base/target.ts';
import { chooseTarget } from '../../src/config/connection.ts';
import type { TestDatabase, TestServer } from '../../src/index.ts';
import { databaseExists, databasesLike } from '../../src/pg/databases.ts';
import { writeMark } from '../../src/pg/mark.ts';
import { type Row, withSession } from '../../src/pg/pool.ts';
import { built } from '../support/build.ts';
import { project, write } from '../support/project.ts';

type Door = typeof import('../../src/index.ts');
let door: Door;
let server: TestServer;
let env: Readonly<Record<string, string | undefined>>;

beforeAll(async () => {
  await built();
  door = await import(pathToFileURL(resolve('dist/index.js')).href);
  server = await door.openTestServer({ settings: { max_connections: '40' } });
  env = { ...process.env, TEST_DATABASE_URL: server.url };
});
afterAll(() => server.stop());

const MIGRATION =
  'CREATE TABLE plans (code text PRIMARY KEY, made timestamptz DEFAULT now());\n-- Down Migration\nDROP TABLE plans;\n';
const files = { 'migrations/001_plans.sql': MIGRATION, 'seeds/reference/10_plans.csv': 'code\nbasic\nfull\n' };

const targetOf = (url: string): Target =>
  chooseTarget({ databaseUrl: url, environment: undefined, environments: {}, env: {} }).target as Target;
const query = (url: string, sql: string): Promise<readonly Row[]> => withSession(targetOf(url), (s) => s.query(sql));
const exists = (name: string): Promise<boolean> =>
  withSession(targetOf(server.url), (session) => databaseExists(session, name));
const templates = (): Promise<readonly string[]> =>
  withSession(targetOf(server.url), async (session) =>
    (await databasesLike(session, 'strata_template_')).map(({ name }) => name).sort(),
  );

test('many at once are migrated and seeded, apart from each other, from one template, and gone when dropped', async () => {
  const cwd = project(files);
  const before = await templates();
  const open = (): Promise<TestDatabase> => door.openTestDatabase({ cwd, env, seed: ['reference'] });
  const all = await Promise.all([open(), open(), open()]);
  expect(new Set(all.map(({ name }) => name)).size).toBe(3);
  const [first, second] = all;
  await query(first.url, "INSERT INTO plans (code) VALUES ('mine')");
  expect(await query(second.url, 'SELECT code FROM plans ORDER BY 1')).toEqual([{ code: 'basic' }, { code: 'full' }]);
  expect(await query(second.url, 'SELECT version FROM schema_migrations')).toEqual([{ version: '001' }]);
  expect((await templates()).length).toBe(before.length + 1);
  await Promise.all(all.map(({ drop }) => drop()));
  await first.drop();
  for (const { name } of all) expect(await exists(name)).toBe(false);
});

test('the template is used until a file changes', async () => {
  const cwd = project(files);
  const made = async (): Promise<unknown> => {
    const { url, drop } = await door.openTestDatabase({ cwd, env, seed: ['reference'] });
    const rows = await query(url, 'SELECT min(made)::text AS made, count(*)::int AS n FROM plans');
    await drop();
    return rows[0];
  };
  const once = await made();
  expect(await made()).toEqual(once);
  write(cwd, { 'seeds/reference/10_plans.csv': 'code\nbasic\nfull\nwhole\n' });
  expect(await made()).toMatchObject({ n: 3 });
  write(cwd, { 'migrations/002_more.sql': 'CREATE TABLE more ();\n-- Down Migration\nDROP TABLE more;\n' });
  expect(await made()).not.toEqual(once);
});

test('a migration that fails, and rows that do not fit, leave no template', async () => {
  const before = await templates();
  const broken = project({ 'migrations/001_a.sql': 'CREATE TABLE a ();\nSELECT 1/0;\n' });
  await expect(door.openTestDatabase({ cwd: broken, env })).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  const misfit = project({ ...files, 'seeds/reference/10_plans.csv': 'code,price\nbasic,1\n' });
  await expect(door.openTestDatabase({ cwd: misfit, env, seed: ['reference'] })).rejects.toMatchObject({
    code: 'TEMPLATE_FAILED',
    more: { detail: expect.stringContaining('price') },
  });
  expect(await templates()).toEqual(before);
});

test('beside a production no test database is made', async () => {
  const { name, url, drop } = await door.openTestDatabase({ cwd: project(files), env });
  await withSession(targetOf(url), (session) => writeMark(session, 'production'));
  const refused = door.openTestDatabase({ cwd: project(files), env, databaseUrl: url });
  await expect(refused).rejects.toMatchObject({ code: 'CONFIRM_NEEDED', message: expect.stringContaining(name) });
  await drop();
});

test('a role that may not create databases hears which privilege it lacks', async () => {
  await query(server.url, "CREATE ROLE tester LOGIN PASSWORD 'x'");
  const url = new URL(server.url);
  [url.username, url.password] = ['tester', 'x'];
  const refused = door.openTestDatabase({ cwd: project(files), env, databaseUrl: String(url) });
  await expect(refused).rejects.toMatchObject({
    code: 'SCRATCH_DENIED',
    more: { hint: expect.stringContaining('CREATEDB') },
  });
});

test('the server syncs nothing, takes settings, and is gone when stopped', async () => {
  const one = await door.openTestServer({ settings: { work_mem: '7MB' } });
  const shown = "SELECT current_setting('fsync') AS fsync, current_setting('work_mem') AS work_mem";
  expect(await query(one.url, shown)).toEqual([{ fsync: 'off', work_mem: '7MB' }]);
  await one.stop();
  await expect(query(one.url, 'SELECT')).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
});
