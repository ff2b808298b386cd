/** Connections that fail, as people meet them: the fact, what to look at, exit status 3, and no password anywhere. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import { withScratchServer } from '../../src/server/scratch-server.ts';
import { serverTarget } from '../support/database.ts';
import { project, type Ran, strata } from '../support/project.ts';

test('a wrong password, and none', () =>
  withScratchServer({ runtime: realRuntime() }, async ({ target }) => {
    const wrong = await status({ ...target, password: 'sesame-wrong' });
    expectRefusal(wrong, 'password authentication failed for user "postgres"', 'PGPASSWORD');
    expect(wrong.stdout + wrong.stderr).not.toContain('sesame');
    const { password: _password, ...without } = target;
    expectRefusal(await status(without), 'password', 'PGPASSWORD');
  }));

test('a database that does not exist', async () => {
  const ran = await status({ ...serverTarget(), database: 'no such "database"' });
  expectRefusal(ran, 'database "no such "database"" does not exist', 'createdb');
});

test('a port where nothing listens', async () => {
  const ran = await status({ ...serverTarget(), host: '127.0.0.1', port: await freePort() });
  expectRefusal(ran, 'nothing listens on 127.0.0.1:', 'Start the server');
});

test('a host name that nobody knows', async () => {
  const ran = await status({ ...serverTarget(), host: 'no-such-host.invalid' });
  expectRefusal(ran, 'host name "no-such-host.invalid"', 'spelling|name service');
});

test('a socket folder without a server', async () => {
  const ran = await status({ ...serverTarget(), host: project() });
  expectRefusal(ran, 'there is no server socket in', 'socket folder');
});

test('a listener that is no PostgreSQL', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  const ran = await status({
    ...serverTarget(),
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
  });
  server.close();
  expect(ran.status).toBe(3);
  expect(ran.stderr).toContain('CONNECT_FAILED');
});

function status(target: Target): Promise<Ran> {
  return strata(['status'], { cwd: project({ 'migrations/001_a.sql': 'SELECT 1;' }), target });
}

function expectRefusal(ran: Ran, message: string, hint: string): void {
  expect(ran.status, ran.stderr).toBe(3);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toContain(message);
  expect(ran.stderr).toMatch(new RegExp(`hint: .*(${hint})`));
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
