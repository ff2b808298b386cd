/**
 * What makes a connection as new again, in the message of COMMIT or ROLLBACK: 5 µs of the server's time, no round trip.
 * DISCARD ALL would be shorter, but is refused in such a message, and forgets prepared statements. RESET goes back to what
 * the startup packet said; behind a proxy that was not ours: what the proxy has told the server instead is said again.
 */
import { literal } from '../base/ident.ts';

/** What pg says in every startup packet, and what proxies take from the `options` of one. Servers report all of them. */
const SAID = ['client_encoding', 'application_name'];
const OPTIONAL = ['DateStyle', 'IntervalStyle', 'TimeZone', 'standard_conforming_strings'];

const restoring = new WeakMap<object, string>();

/** What pg has below a client: it emits the server's messages. */
interface Connection {
  on(message: 'parameterStatus', listener: (status: { parameterName: string; parameterValue: string }) => void): void;
  once(message: 'readyForQuery', listener: () => void): void;
}

interface Connecting {
  readonly connection: Connection;
  readonly connectionParameters: { readonly options?: string };
}

/** To be called before it connects. */
export function rememberStart(client: object): void {
  const { connection, connectionParameters } = client as Connecting;
  const reported = new Map<string, string>();
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => reported.set(parameterName, parameterValue));
  connection.once('readyForQuery', () => {
    const held = [...SAID, ...(connectionParameters.options ? OPTIONAL : [])].filter((name) => reported.has(name));
    restoring.set(client, held.map((name) => `; SET ${name} = ${literal(reported.get(name) ?? '')}`).join(''));
  });
}

/** Begins with a semicolon. RESET ALL leaves out whom the connection acts as. */
export function washing(client: object): string {
  const start = restoring.get(client) ?? '';
  return `; RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP${start}`;
}
