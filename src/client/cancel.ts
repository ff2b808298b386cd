/**
 * The protocol's own cancel request: a connection of its own that names process and key of another one, without a login.
 * Written here because pg's cancel() takes a query that only a deprecated property can name, and knows no TLS.
 */
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls';

/** What pg knows of an open connection. */
interface Cancellable {
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean | ConnectionOptions;
  readonly processID: number;
  readonly secretKey: number;
}

const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;

/** Resolves when the server has closed the connection (it has the request then), has not answered in time, or is gone. */
export async function cancelStatement(client: unknown, timeout: number): Promise<void> {
  const { host, port, ssl, processID, secretKey } = client as Cancellable;
  const path = `${host}/.s.PGSQL.${port}`;
  const plain = host.startsWith('/') ? connect(path) : connect(port, host);
  const closed = new Promise<void>((done) => {
    plain.on('error', () => undefined).on('close', () => done());
  });
  plain.setTimeout(timeout, () => plain.destroy());
  const request = message(CANCEL_REQUEST, processID, secretKey);
  // Not end(): PgBouncer forgets the request of a client that has left.
  if (!ssl) plain.write(request);
  else secured(plain, host, ssl === true ? {} : ssl, (socket) => socket.write(request));
  await closed;
}

function secured(plain: Socket, host: string, options: ConnectionOptions, use: (socket: Socket) => void): void {
  plain.write(message(SSL_REQUEST));
  plain.once('data', (answer) => {
    if (answer.toString('latin1') !== 'S') return void plain.destroy();
    const named = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectSecurely({ host, ...options, ...named, socket: plain });
    socket.on('error', () => plain.destroy()).once('secureConnect', () => use(socket));
  });
}

/** Length, code, and more numbers of four bytes. */
function message(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 + numbers.length * 4);
  for (const [at, value] of [buffer.length, ...numbers].entries()) buffer.writeInt32BE(value | 0, at * 4);
  return buffer;
}
