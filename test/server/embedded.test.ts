/** The project's own server in good days: what is made, who may use it, how it is found again. */
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Event, realRuntime } from '../../src/base/runtime.ts';
import { withSession } from '../../src/pg/pool.ts';
import { startEmbedded } from '../../src/server/embedded.ts';
import { thisMachine } from '../../src/server/identity.ts';
import { useEmbedded } from '../support/embedded.ts';
import { project } from '../support/project.ts';

const embedded = useEmbedded();
const ROOT = process.getuid?.() === 0;

test('the first start makes a UTF-8 database behind a password, whatever the environment says', async () => {
  const { root, start } = embedded();
  const before = { ...process.env };
  Object.assign(process.env, { LANG: 'tlh_KL.ISO-8859-1', LC_ALL: 'nonsense', PGDATA: '/nowhere', PGPORT: '1' });
  const server = await start({ settings: {} }).finally(() => {
    for (const name of ['LANG', 'LC_ALL', 'PGDATA', 'PGPORT']) delete process.env[name];
    Object.assign(process.env, before);
  });
  expect(server).toMatchObject({ started: true, target: { host: '127.0.0.1', database: 'strata' } });
  const [facts] = await withSession(server.target, (s) =>
    s.query(`SELECT current_setting('server_encoding') AS encoding, upper('żółć') AS upper, 'Z' < 'a' AS by_code,
                    current_setting('TimeZone') AS zone, current_setting('fsync') AS fsync,
                    current_setting('listen_addresses') AS listens, current_setting('unix_socket_directories') AS sockets`),
  );
  expect(facts).toEqual({
    encoding: 'UTF8',
    upper: 'ŻÓŁĆ',
    by_code: true,
    zone: 'UTC',
    fsync: 'on',
    listens: '127.0.0.1',
    sockets: '',
  });
  const stranger = { ...server.target, password: 'guess' };
  await expect(withSession(stranger, (s) => s.query('SELECT'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  expect(statSync(join(root, '.strata', 'server.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, '.strata', 'server.log')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(root, '.strata', '.gitignore'), 'utf8')).toBe('*\n');
});

test('the server stays, the next command finds it, and stop ends it; the data and the port are kept', async () => {
  const { start, stop } = embedded();
  const events: Event[] = [];
  const runtime = realRuntime({ emit: (event) => events.push(event) });
  const first = await start({ runtime });
  expect(events.map((event) => event.kind)).toEqual(['start', 'done']);
  const second = await start({ runtime });
  expect(second).toEqual({ ...first, started: false });
  expect(events).toHaveLength(2);
  await withSession(first.target, (s) => s.query('CREATE TABLE kept (id int)'));
  expect(await stop()).toBe(true);
  expect(await stop()).toBe(false);
  await expect(withSession(first.target, (s) => s.query('SELECT'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  const third = await start();
  expect(third).toMatchObject({ started: true, target: first.target });
  await withSession(third.target, (s) => s.query('SELECT FROM kept'));
});

test('a port that somebody took meanwhile is left to them', async () => {
  const { start, stop } = embedded();
  const first = await start();
  await stop();
  const other = createServer();
  await new Promise<void>((go) => other.listen(first.target.port, '127.0.0.1', go));
  const second = await start();
  other.close();
  expect(second.target.port).not.toBe(first.target.port);
});

test('of many starters at once exactly one starts, the others use its server', async () => {
  const { start } = embedded();
  const servers = await Promise.all(Array.from({ length: 8 }, () => start()));
  expect(servers.filter((server) => server.started)).toHaveLength(1);
  expect(new Set(servers.map((server) => server.pid)).size).toBe(1);
  await Promise.all(servers.map(({ target }) => withSession(target, (s) => s.query('SELECT'))));
});

test('two checkouts at once have servers of their own, and so has a copy of a checkout', async () => {
  const [one, two] = [embedded(), embedded()];
  const [first, second] = await Promise.all([one.start(), two.start()]);
  expect(second.target.port).not.toBe(first.target.port);
  const copy = embedded();
  await one.stop();
  cpSync(join(one.root, '.strata'), join(copy.root, '.strata'), { recursive: true });
  if (ROOT) expect(statSync(first.dataDir).uid).not.toBe(0);
  const again = await one.start();
  // Copied as root, the data are root's: they are given to the server's user.
  const third = await copy.start();
  expect(third).toMatchObject({ started: true });
  expect(third.target.port).not.toBe(again.target.port);
  expect(await one.start()).toEqual({ ...again, started: false });
});

describe('as root', () => {
  const users = { ...thisMachine, list: () => [] };

  test('the server runs as another user, by number when the machine has no fitting name', async () => {
    const server = await embedded().start({ users });
    if (!ROOT) return expect(statSync(server.dataDir).uid).toBe(process.getuid?.());
    expect(statSync(server.dataDir).uid).toBe(65_534);
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(/^Groups:\s*$/m);
  });

  test("in somebody's checkout it runs as that somebody, who can go on without root", async () => {
    const { root, start, stop } = embedded();
    if (!ROOT) return expect((await start()).started).toBe(true);
    chownSync(root, 4321, 4321);
    const server = await start();
    expect(statSync(server.dataDir).uid).toBe(4321);
    for (const file of ['server.json', 'server.log', '.gitignore', '']) {
      expect(statSync(join(root, '.strata', file)).uid, file).toBe(4321);
    }
    await stop();
  });

  test('data keep their user, also when a better one turns up', async () => {
    const { start, stop } = embedded();
    const first = await start({ users });
    const owner = statSync(first.dataDir).uid;
    await stop();
    const second = await start({ users: { ...users, list: () => [{ name: 'postgres', uid: 12_345, gid: 12_345 }] } });
    expect(statSync(second.dataDir).uid).toBe(owner);
  });

  test('below a folder that others cannot enter the data live outside, and are found again, also after a move', async () => {
    const closed = embedded(0o700);
    const first = await closed.start({ version: '17' });
    expect(first.dataDir.startsWith(closed.root)).toBe(!ROOT);
    await withSession(first.target, (s) => s.query('CREATE TABLE kept (id int)'));
    expect(await closed.start()).toEqual({ ...first, started: false });
    await closed.stop();
    expect(await closed.start()).toMatchObject({ started: true, dataDir: first.dataDir });
    await closed.stop();
    const moved = embedded(0o700);
    renameSync(join(closed.root, '.strata'), join(moved.root, '.strata'));
    const after = await moved.start();
    await withSession(after.target, (s) => s.query('SELECT FROM kept'));
    if (ROOT) expect(after.dataDir).toBe(first.dataDir);
  });

  test('data made while the folder was open move along when it is closed', async () => {
    const { root, start, stop } = embedded();
    const first = await start();
    expect(first.dataDir).toBe(join(root, '.strata', 'data'));
    await withSession(first.target, (s) => s.query('CREATE TABLE kept (id int)'));
    await stop();
    chmodSync(root, 0o700);
    const second = await start();
    expect(second.dataDir.startsWith(root)).toBe(!ROOT);
    await withSession(second.target, (s) => s.query('SELECT FROM kept'));
  });

  test('a copied checkout below a closed folder gets data of its own', async () => {
    const [closed, copy] = [embedded(0o700), embedded(0o700)];
    const first = await closed.start();
    if (!ROOT) return expect(first.dataDir.startsWith(closed.root)).toBe(true);
    cpSync(join(closed.root, '.strata'), join(copy.root, '.strata'), { recursive: true });
    const second = await copy.start();
    expect(second.started).toBe(true);
    expect(second.dataDir).not.toBe(first.dataDir);
    expect(second.target.password).not.toBe(first.target.password);
    await withSession(second.target, (s) => s.query('SELECT'));
  });
});

test('data of another user are refused, with what to do', async () => {
  const { start, stop } = embedded();
  const { dataDir } = await start();
  await stop();
  const stranger = { ...thisMachine, self: 4321 };
  await expect(start({ users: stranger })).rejects.toMatchObject({
    code: 'EMBEDDED_ACCESS',
    more: { hint: expect.stringContaining(`chown -R 4321 ${dataDir}`) },
  });
});

test('local binaries that the server may not run are named', async () => {
  if (!ROOT) return expect(thisMachine.self).not.toBe(0);
  const { root, start } = embedded(0o700);
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const name of ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'psql']) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} (PostgreSQL) 16.1"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const runtime = realRuntime({ env: { PATH: '', STRATA_PG_BIN: bin } });
  await expect(start({ runtime })).rejects.toMatchObject({
    code: 'EMBEDDED_ACCESS',
    message: expect.stringContaining(`${bin}/postgres`),
  });
});

test('a folder that cannot be used is named', async () => {
  const root = project();
  writeFileSync(join(root, '.strata'), 'a file');
  chmodSync(root, 0o755);
  const error = startEmbedded({ runtime: realRuntime(), root, dir: '.strata', version: 'auto' });
  await expect(error).rejects.toMatchObject({
    code: 'EMBEDDED_ACCESS',
    message: expect.stringContaining(join(root, '.strata')),
    more: { hint: expect.stringContaining('embedded.dir') },
  });
});
