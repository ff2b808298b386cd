/** A TCP proxy that delays every chunk by half a round trip each way: a link with the given round-trip time. */
import { connect, createServer } from 'node:net';

const [, , listenPort, targetPort, roundTripMs] = process.argv.map(Number);
const half = roundTripMs / 2;

createServer((near) => {
  const far = connect(targetPort, '127.0.0.1');
  near.setNoDelay(true);
  far.setNoDelay(true);
  pipe(near, far);
  pipe(far, near);
}).listen(listenPort, '127.0.0.1', () => process.stdout.write('ready\n'));

function pipe(from, to) {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), half));
  from.on('end', () => setTimeout(() => to.end(), half));
  from.on('error', () => to.destroy());
}
