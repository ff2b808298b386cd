/**
 * A server that is too old. None can be installed beside the supported ones, so a listener speaks the first lines of the
 * protocol as PostgreSQL 14 would: authentication done, server_version, ready.
 */
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { strata } from '../support/project.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((socket) => {
    socket.once('data', () => socket.write(Buffer.concat([authenticated(), version('14.12'), ready()])));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(() => server.close());

test('is refused before anything is sent, with what is supported', async () => {
  const target = { host: '127.0.0.1', port, user: 'someone', database: 'shop' };
  const ran = await strata(['status', '--json'], { target });
  expect(ran.status).toBe(3);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    ok: false,
    error: { code: 'SERVER_UNSUPPORTED', message: 'PostgreSQL 14 is older than 15' },
  });
  expect(ran.stderr).toContain('strata supports PostgreSQL 15 to 18');
});

function authenticated(): Buffer {
  return message('R', Buffer.from([0, 0, 0, 0]));
}

function version(text: string): Buffer {
  return message('S', Buffer.from(`server_version\0${text}\0`));
}

function ready(): Buffer {
  return message('Z', Buffer.from('I'));
}

/** A type byte, the length with itself, the body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
