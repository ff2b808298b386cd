/** A TCP proxy in front of the server that can fall silent: a network that breaks without telling anybody. */
import { connect, createServer, type Socket } from 'node:net';
import type { Target } from '../../src/base/target.ts';

export interface TcpProxy {
  readonly target: Target;
  /** Connections made until now lead nowhere from here on. */
  readonly silence: () => void;
  /** What clients have sent until now, by connection. */
  readonly sent: () => readonly Buffer[];
  readonly close: () => Promise<void>;
}

/** `torn`: the end of everything the server says comes some milliseconds later, as networks may deliver it. */
export async function proxyTo(target: Target, { torn = 0 } = {}): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const sent: Buffer[][] = [];
  const server = createServer((near) => {
    const path = `${target.host}/.s.PGSQL.${target.port}`;
    const far = target.host.startsWith('/') ? connect(path) : connect(target.port, target.host);
    const pair = [near, far] as const;
    pairs.add(pair);
    const chunks: Buffer[] = [];
    sent.push(chunks);
    near.on('data', (data) => chunks.push(data) && far.write(data)).on('error', () => undefined);
    far
      .on('error', () => undefined)
      .on('data', (data) => {
        if (torn === 0) return void near.write(data);
        // ReadyForQuery is six bytes.
        near.write(data.subarray(0, -6));
        far.pause();
        setTimeout(() => {
          near.write(data.subarray(-6));
          far.resume();
        }, torn);
      });
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
    sent: () => sent.map((chunks) => Buffer.concat(chunks)),
    close: () =>
      new Promise((done) => {
        for (const pair of pairs) for (const socket of pair) socket.destroy();
        server.close(() => done());
      }),
  };
}
