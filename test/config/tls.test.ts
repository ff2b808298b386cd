/** Every sslmode against a real server with TLS: what it connects with, and what it refuses. */
import { chmodSync, chownSync, copyFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { realRuntime } from '../../src/base/runtime.ts';
import type { SslMode, Target } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { closeScratchServer, openScratchServer, type ScratchServer } from '../../src/server/scratch-server.ts';
import { strata } from '../support/project.ts';

const CASES = resolve('test/cases/tls');
const AUTHORITY = join(CASES, 'ca.pem');
let server: ScratchServer;

beforeAll(async () => {
  server = await openScratchServer({ runtime: realRuntime() });
  install('server.pem');
  install('server.key');
  await turnOn();
});
afterAll(() => closeScratchServer(server));

describe('without a root certificate', () => {
  test.each([
    ['disable', false],
    ['allow', false],
    ['prefer', true],
    ['require', true],
  ] as const)('%s: encrypted is %s', async (mode, encrypted) => {
    expect(await isEncrypted(target(mode))).toBe(encrypted);
  });

  test.each(['verify-ca', 'verify-full'] as const)('%s refuses a certificate that nobody vouches for', async (mode) => {
    await expect(isEncrypted(target(mode))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('certificate is not trusted'),
      more: { hint: expect.stringContaining('sslrootcert') },
    });
  });
});

describe('with a root certificate', () => {
  test.each(['require', 'verify-ca', 'verify-full'] as const)('%s connects', async (mode) => {
    expect(await isEncrypted(target(mode, { rootCert: AUTHORITY }))).toBe(true);
  });

  test.each(['require', 'verify-ca', 'verify-full'] as const)('%s refuses another authority', async (mode) => {
    const other = target(mode, { rootCert: join(CASES, 'other-ca.pem') });
    await expect(isEncrypted(other)).rejects.toBeInstanceOf(ToolError);
  });

  test('verify-ca takes any host name, verify-full only the one of the certificate', async () => {
    const elsewhere = (mode: SslMode): Target => ({ ...target(mode, { rootCert: AUTHORITY }), host: '127.0.0.1' });
    expect(await isEncrypted(elsewhere('verify-ca'))).toBe(true);
    await expect(isEncrypted(elsewhere('verify-full'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });
});

test('a server that takes encrypted connections only is reached without a mode, also on this machine', async () => {
  await allow('hostssl');
  try {
    const { ssl: _ssl, ...plain } = target('disable');
    expect(await isEncrypted(plain)).toBe(true);
    await expect(isEncrypted(target('disable'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  } finally {
    await allow('host');
  }
});

test('on the command line: the mode in the URL is obeyed, and the password is not printed', async () => {
  const refused = await strata(['status', '--verbose'], { target: target('verify-full') });
  expect(refused.status).toBe(3);
  expect(refused.stderr).toContain('certificate is not trusted');
  expect(refused.stdout + refused.stderr).not.toContain(server.target.password);
});

function target(mode: SslMode, more: { readonly rootCert?: string } = {}): Target {
  return { ...server.target, host: 'localhost', ssl: { mode, ...more } };
}

async function isEncrypted(to: Target): Promise<boolean> {
  return withSession(to, async (session) => {
    const [row] = await session.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.ssl === true;
  });
}

/** Beside the data, owned by the server's user: it refuses keys that others can read. */
function install(name: string): void {
  const path = join(server.dataDir, name);
  copyFileSync(join(CASES, name), path);
  const { uid, gid } = statSync(server.dataDir);
  chmodSync(path, 0o600);
  chownSync(path, uid, gid);
}

async function turnOn(): Promise<void> {
  await settle(
    `ALTER SYSTEM SET ssl_cert_file = 'server.pem'; ALTER SYSTEM SET ssl_key_file = 'server.key'; ALTER SYSTEM SET ssl = on`,
  );
}

/** `hostssl` or `host` for every connection over TCP. */
async function allow(kind: 'host' | 'hostssl'): Promise<void> {
  await settle(`COPY (SELECT '${kind} all all 127.0.0.1/32 scram-sha-256' UNION ALL SELECT '${kind} all all ::1/128 scram-sha-256')
    TO '${join(server.dataDir, 'pg_hba.conf')}'`);
}

/** ALTER SYSTEM may not stand in a message with others; the reload is asynchronous, so wait until it is done. */
async function settle(statements: string): Promise<void> {
  await withSession({ ...server.target, ssl: { mode: 'prefer' } }, async (session) => {
    for (const statement of statements.split(';')) await session.query(statement);
    const loaded = () => session.query<{ at: Date }>('SELECT pg_conf_load_time() AS at');
    const [before] = await loaded();
    await session.query('SELECT pg_reload_conf()');
    while ((await loaded())[0]?.at.getTime() === before?.at.getTime())
      await new Promise((next) => setTimeout(next, 20));
  });
}
