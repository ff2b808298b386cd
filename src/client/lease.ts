/** What a pool knows of its connections and of those who ask for one. */
import pg from 'pg';
import { rememberStart } from './washing.ts';

export type Lent = pg.PoolClient & { release(destroy?: Error | boolean): void };
export type Callback = (
  error: Error | undefined,
  client: Lent | undefined,
  release: (destroy?: Error | boolean) => void,
) => void;

export interface Request {
  readonly give: Callback;
  /** Milliseconds since the epoch. */
  readonly asked: number;
  answered: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** What the pool knows of an open connection. */
export interface Lease {
  lent: boolean;
  /** Milliseconds since the epoch; 0: never. */
  lastUsed: number;
}

/** pg-pool's `new`; no class of our own: with two kinds of clients in a process, pg's code is slower for both. */
export function Remembered(config: pg.ClientConfig): pg.Client {
  const client = new pg.Client(config);
  rememberStart(client);
  return client;
}
