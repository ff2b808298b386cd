/** A TCP proxy in front of the server that can fall silent: a network that breaks without telling anybody. */
import { connect, createServer, type Socket } from 'node:net';
import type { Target } from '../../src/base/target.ts';

export interface Proxy {
  readonly target: Target;
  /** Connections made until now lead nowhere from here on. */
  readonly silence: () => void;
  readonly close: () => Promise<void>;
}

export async function proxyTo(target: Target): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((near) => {
    const path = `${target.host}/.s.PGSQL.${target.port}`;
    const far = target.host.startsWith('/') ? connect(path) : connect(target.port, target.host);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('data', (data) => far.write(data)).on('error', () => undefined);
    far.on('data', (data) => near.write(data)).on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    target: { ...target, host: '127.0.0.1', port },
    silence() {
      for (const [near, far] of pairs) {
        for (const socket of [near, far]) socket.removeAllListeners('data').removeAllListeners('close').resume();
        far.destroy();
      }
    },
    close: () =>
      new Promise((done) => {
        for (const pair of pairs) for (const socket of pair) socket.destroy();
        server.close(() => done());
      }),
  };
}
