/** The library door: the built package, imported as a program would. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import { built } from '../support/build.ts';
import { useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';

type Door = typeof import('../../src/index.ts');
const database = useDatabase();
let door: Door;

beforeAll(async () => {
  await built();
  door = await import(pathToFileURL(resolve('dist/index.js')).href);
});

test('a program migrates, hears of progress, and gets what the command line would print as JSON', async () => {
  const cwd = project({ 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n-- Down Migration\nDROP TABLE a;\n' });
  const databaseUrl = targetUrl(database.target());
  const heard: string[] = [];
  const up = await door.run('up', { cwd, databaseUrl, onEvent: ({ kind }) => heard.push(kind) });
  expect(up).toMatchObject({ ok: true, findings: [], data: { results: [{ version: '001', state: 'applied' }] } });
  expect(heard).toEqual(expect.arrayContaining(['start', 'done']));

  const status = await door.run('status', { cwd, databaseUrl });
  expect(status.data).toMatchObject({ current: '001', migrations: [{ version: '001', state: 'applied' }] });
  const plan = await door.run('plan', { cwd, databaseUrl, args: ['down'] });
  expect(JSON.stringify(plan.data)).toContain('DROP TABLE a');
  const snapshot = await door.run('snapshot', { cwd, databaseUrl });
  const { hash } = snapshot.data as { readonly hash: string };
  expect(door.snapshotHash(door.parseSnapshot(JSON.stringify(snapshot.data), 'data').snapshot)).toBe(hash);
});

test('what stops a command is thrown, with its code and its exit status', async () => {
  const cwd = project();
  await expect(door.run('fly', { cwd })).rejects.toMatchObject({ code: 'USAGE', exit: door.EXIT.usage });
  const nobody = 'postgresql://nobody:secret@127.0.0.1:1/none';
  const refused = door.run('verify', { cwd: project({ 'migrations/001_a.sql': 'SELECT 1;' }), databaseUrl: nobody });
  await expect(refused).rejects.toMatchObject({ name: 'ToolError', code: 'CONNECT_FAILED' });
  await expect(door.run('up', { cwd, config: { 'lock.wait': 'long' } })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});
