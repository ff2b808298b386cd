/** `strata db start|stop|url|psql|reset`, as commands and as users run them. */
import { describe, expect, test } from 'vitest';
import type { ToolError } from '../../src/base/errors.ts';
import { targetUrl } from '../../src/base/target.ts';
import type { Context } from '../../src/commands/command.ts';
import { resolveTarget, withDatabase } from '../../src/commands/database.ts';
import { reset, start, stop, url } from '../../src/commands/db.ts';
import { dropDatabase, maintenanceTarget } from '../../src/pg/databases.ts';
import { writeMark } from '../../src/pg/mark.ts';
import { withSession } from '../../src/pg/pool.ts';
import { withTestDatabase } from '../support/database.ts';
import { useEmbedded } from '../support/embedded.ts';
import { type Ran, type RunOptions, strata } from '../support/project.ts';

const embedded = useEmbedded();
const NONE = { args: [] };

describe('on the embedded server', () => {
  test('start, url and stop', async () => {
    const { context } = embedded();
    const first = await start(context, NONE);
    expect(first).toMatchObject({ ok: true, data: { started: true, host: '127.0.0.1', database: 'strata' } });
    expect(await start(context, NONE)).toMatchObject({ data: { started: false } });
    expect(JSON.stringify(first)).not.toContain((await resolveTarget(context)).password);
    const text = targetUrl(await resolveTarget(context));
    expect(await url(context, NONE)).toMatchObject({
      data: { url: text },
      view: [{ kind: 'verbatim', text: `${text}\n` }],
    });
    expect(await stop(context, NONE)).toMatchObject({ data: { stopped: true } });
    expect(await stop(context, NONE)).toMatchObject({ data: { stopped: false } });
  });

  test('any command starts it on demand', async () => {
    const { context } = embedded();
    expect(await withDatabase(context, (s) => s.query('SELECT current_database() AS name'))).toEqual([
      { name: 'strata' },
    ]);
  });

  test('reset empties the database, except a marked one, unless it is named', async () => {
    const { context } = embedded();
    await withDatabase(context, (s) => s.query('CREATE TABLE t (id int)'));
    await reset(context, NONE);
    const tables = () => withDatabase(context, (s) => s.query("SELECT FROM pg_tables WHERE schemaname = 'public'"));
    expect(await tables()).toEqual([]);
    await withDatabase(context, (s) => s.batch('CREATE TABLE t (id int)'));
    await withDatabase(context, (s) => writeMark(s, 'production'));
    await expect(reset(context, NONE)).rejects.toMatchObject({ code: 'CONFIRM_NEEDED', exit: 6 });
    await expect(reset(context, { args: [], confirm: 'other' })).rejects.toMatchObject({ code: 'CONFIRM_NEEDED' });
    expect(await tables()).toHaveLength(1);
    await reset(context, { args: [], confirm: 'strata' });
    expect(await tables()).toEqual([]);
  });
});

test('a killed reset, which left no database, is made good by the next command', async () => {
  const { context } = embedded();
  const target = await resolveTarget(context);
  await withSession(maintenanceTarget(target), (s) => dropDatabase(s, target.database));
  expect(await withDatabase(context, (s) => s.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
});

describe('on a configured database', () => {
  const on = (context: Context, target: Context['config']['target']): Context => ({
    ...context,
    config: { ...context.config, target },
  });

  test('start and stop refuse, and say what to leave out', async () => {
    const context = on(embedded().context, { host: 'h', port: 1, user: 'u', database: 'd', password: 'secret' });
    for (const run of [start, stop]) {
      const error = (await run(context, NONE).catch((thrown: unknown) => thrown)) as ToolError;
      expect(error).toMatchObject({ code: 'USAGE', exit: 2, more: { detail: 'configured: u@h:1/d' } });
      expect(JSON.stringify(error)).not.toContain('secret');
    }
  });

  test('reset always wants the name', async () => {
    await withTestDatabase(async (target) => {
      const context = on(embedded().context, target);
      await withSession(target, (s) => s.query('CREATE TABLE t (id int)'));
      await expect(reset(context, NONE)).rejects.toMatchObject({
        code: 'CONFIRM_NEEDED',
        more: { hint: expect.stringContaining(`--confirm ${target.database}`) },
      });
      expect(await withSession(target, (s) => s.query("SELECT FROM pg_tables WHERE tablename = 't'"))).toHaveLength(1);
      await reset(context, { args: [], confirm: target.database });
      expect(await withSession(target, (s) => s.query("SELECT FROM pg_tables WHERE tablename = 't'"))).toEqual([]);
    });
  });
});

describe('from the command line', () => {
  const bare = { DATABASE_URL: '', PGHOST: '', PGSERVICE: '', LANG: '', LC_ALL: '' };
  const run = (cwd: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    strata(args, { cwd, ...options, env: { ...bare, ...options.env } });

  test('five starters at once make one server; url prints nothing but the URL; psql works; stop ends it', async () => {
    const { root } = embedded();
    const starts = await Promise.all([1, 2, 3, 4, 5].map(() => run(root, ['db', 'start', '--json'])));
    for (const { status, stderr } of starts) expect(status, stderr).toBe(0);
    const data = starts.map(({ stdout }) => (JSON.parse(stdout) as { data: { started: boolean; pid: number } }).data);
    expect(data.filter((one) => one.started)).toHaveLength(1);
    expect(new Set(data.map((one) => one.pid)).size).toBe(1);
    const printed = await run(root, ['db', 'url']);
    expect(printed.stdout).toMatch(/^postgresql:\/\/postgres:[\w-]+@127\.0\.0\.1:\d+\/strata\n$/);
    const asked = await run(root, ['db', 'psql', '--', '-XAtc', "SELECT 'höher'"]);
    expect(asked).toMatchObject({ status: 0, stdout: 'höher\n' });
    const failed = await run(root, ['db', 'psql', '--', '-Xc', 'SELECT nonsense']);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('nonsense');
    const stopped = await run(root, ['db', 'stop']);
    expect(stopped.status, stopped.stderr).toBe(0);
  });
});
