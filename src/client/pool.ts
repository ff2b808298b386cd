/**
 * A pool of `pg` with the manners that production needs: connections are tried before they are lent, replaced when old,
 * opened beyond the size under load and closed afterwards; waiting has an end with a message that says why. It is a
 * pg.Pool, so whatever takes one takes this.
 */
import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';
import { cancelStatement } from './cancel.ts';
import type { Request as Asked, Lease } from './lease.ts';
import { isTimeout, timedOut, whole, within } from './milliseconds.ts';
import {
  type Pool,
  type PoolClient,
  PoolClosedError,
  type PoolOptions,
  type PoolSize,
  type PoolStats,
  PoolTimeoutError,
  SIZES,
} from './model.ts';
import { observed } from './observe.ts';
import { rememberStart } from './washing.ts';

/** Opens nothing yet: the first query does. */
export function createPool(options: PoolOptions = {}): Pool {
  return new LendingPool(options) as unknown as Pool;
}

type Lent = pg.PoolClient & { release(destroy?: Error | boolean): void };
type Callback = (
  error: Error | undefined,
  client: Lent | undefined,
  release: (destroy?: Error | boolean) => void,
) => void;
type Request = Asked<Callback>;

const CLOSED = 'the pool is shut down: it lends nothing more';

/** Milliseconds that cancelled statements get to end. */
const CANCELLING = 500;

/** pg-pool's `new`; no class of our own: with two kinds of clients in a process, pg's code is slower for both. */
function Remembered(config: pg.ClientConfig): pg.Client {
  const client = new pg.Client(config);
  rememberStart(client);
  return client;
}

class LendingPool extends pg.Pool {
  readonly #size: PoolSize;
  readonly #waitTimeout: number;
  readonly #prePing: number;
  readonly #watched: boolean;
  readonly #leases = new Map<Lent, Lease>();
  #lent = 0;
  /** Requests that are neither answered nor refused, and those of them that found no idle connection. */
  #unanswered = 0;
  readonly #waiting = new Set<Request>();
  readonly #onQuiet: (() => void)[] = [];
  #closing = false;
  #ended: Promise<void> | undefined;
  #served = 0;
  #timeouts = 0;
  #dead = 0;
  #slow = 0;

  constructor(options: PoolOptions) {
    const {
      size = 'development',
      waitTimeout = 30_000,
      recycle = 3_600,
      idleTimeout = 300_000,
      statementTimeout,
    } = options;
    const sizes = typeof size === 'string' ? SIZES[size] : size;
    super({
      ...(options.connectionString === undefined ? {} : { connectionString: options.connectionString }),
      application_name: options.applicationName ?? 'strata-pg',
      max: sizes.size + sizes.overflow,
      connectionTimeoutMillis: waitTimeout,
      ...(statementTimeout === undefined ? {} : { statement_timeout: whole(statementTimeout) }),
      maxLifetimeSeconds: recycle,
      idleTimeoutMillis: idleTimeout,
      keepAlive: true,
      Client: Remembered as unknown as typeof pg.Client,
    });
    this.#size = sizes;
    this.#waitTimeout = waitTimeout;
    this.#prePing = options.prePing ?? 5_000;
    this.on('error', (error) => options.onError?.(error));
    // pg-pool stops listening while a connection is lent; without a listener one that breaks then would end the process.
    // The statement under way, or the next one, reports it.
    this.on('connect', (client) => {
      client.on('error', () => undefined);
      this.#leases.set(client as Lent, { lent: false, lastUsed: 0 });
    });
    this.on('remove', (client) => this.#leases.delete(client as Lent));
    this.#watched = options.onQuery !== undefined || options.onSlowQuery !== undefined;
    if (this.#watched) {
      const counted = { ...options, onSlow: () => (this.#slow += 1) };
      this.on('connect', (client) => observed(client as unknown as PoolClient, counted, this as unknown as Pool));
    }
  }

  /** As pg's: with a callback, which its own query() uses, or without. */
  override connect(): Promise<Lent>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<Lent> | undefined {
    if (callback !== undefined) return void this.#lend(callback);
    return new Promise((resolve, reject) => {
      this.#lend((thrown, client) => (client === undefined ? reject(thrown) : resolve(client)));
    });
  }

  stats(): PoolStats {
    const { size, overflow } = this.#size;
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this;
    const counts = { served: this.#served, timeouts: this.#timeouts, dead: this.#dead, slow: this.#slow };
    return { size, overflow, open, idle, waiting, lent: this.#lent, ...counts };
  }

  async shutdown({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<{ readonly forced: number }> {
    this.#closing = true;
    const quiet = this.#quiet();
    if (await within(quiet, grace)) return this.#close(0);
    const forced = this.#allLent();
    for (const request of this.#waiting) this.#answer(request, new PoolClosedError(CLOSED), undefined);
    // A closed socket alone does not stop a statement: the server would notice when it has a result to send.
    await Promise.all(forced.map((client) => cancelStatement(client, CANCELLING)));
    await within(quiet, CANCELLING);
    for (const client of this.#allLent()) client.release(true);
    return this.#close(forced.length);
  }

  #allLent(): readonly Lent[] {
    return [...this.#leases].filter(([, { lent }]) => lent).map(([client]) => client);
  }

  /** As pg's, but requests that wait already are served first: pg-pool would forget them. */
  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | undefined {
    this.#closing = true;
    const ended = this.#quiet().then(() => this.#close(0));
    if (callback === undefined) return ended.then(() => undefined);
    ended.then(callback, callback);
    return undefined;
  }

  async #close(forced: number): Promise<{ readonly forced: number }> {
    this.#ended ??= super.end();
    await this.#ended;
    return { forced };
  }

  /** Resolves when nothing is lent and nobody waits. */
  #quiet(): Promise<void> {
    return new Promise((done) => {
      this.#onQuiet.push(done);
      this.#settle();
    });
  }

  #settle(): void {
    if (!this.#closing || this.#lent + this.#unanswered > 0) return;
    for (const done of this.#onQuiet.splice(0)) done();
  }

  /**
   * With callbacks, as pg's own: three promises more for every query would cost it a tenth of its time. A request that
   * waits is served in the context of whoever gives a connection back: hooks want to know whose it is.
   */
  #lend(callback: Callback): void {
    if (this.#closing) return void callback(new PoolClosedError(CLOSED), undefined, () => undefined);
    const give = this.#watched ? AsyncResource.bind(callback) : callback;
    const request: Request = { give, asked: Date.now(), answered: false, timer: undefined };
    this.#unanswered += 1;
    this.#find(request);
  }

  #answer(request: Request, thrown: Error | undefined, client: Lent | undefined): void {
    if (!request.answered) {
      request.answered = true;
      this.#unanswered -= 1;
      if (this.#waiting.size > 0) this.#waiting.delete(request);
      if (request.timer !== undefined) clearTimeout(request.timer);
      if (thrown instanceof PoolTimeoutError) this.#timeouts += 1;
      request.give(thrown, client, (destroy) => client?.release(destroy));
    }
    // It was refused meanwhile and has no use for it.
    else client?.release();
    if (client === undefined) this.#settle();
  }

  #find(request: Request): void {
    // Served in this turn of the loop: a Set that takes and forgets every query costs it 2 %.
    if (this.idleCount <= this.waitingCount) this.#waiting.add(request);
    super.connect((thrown, found) => {
      if (thrown && isTimeout(thrown)) return this.#late(request, thrown);
      if (thrown || found === undefined) return this.#answer(request, thrown ?? new Error(CLOSED), undefined);
      const client = found as Lent;
      this.#served += 1;
      const since = this.#track(client);
      if (since === 0 || Date.now() - since < this.#prePing) this.#answer(request, undefined, client);
      else this.#ping(request, client);
    });
  }

  /** pg-pool bounds each of its waits, but several and the pings between them are one to whoever asked. */
  #ping(request: Request, client: Lent): void {
    this.#waiting.add(request);
    const rest = request.asked + this.#waitTimeout - Date.now();
    request.timer ??= setTimeout(() => this.#late(request), rest);
    // Half of the rest: if this one is dead, the next one has a chance.
    const limit = Math.max(50, Math.min(rest / 2, 1_000));
    client.query({ text: 'SELECT 1', query_timeout: limit } as pg.QueryConfig).then(
      () => this.#answer(request, undefined, client),
      () => {
        this.#dead += 1;
        client.release(true);
        if (!request.answered) this.#find(request);
      },
    );
  }

  #late(request: Request, cause?: Error): void {
    this.#answer(request, timedOut(this.#waitTimeout, this.stats(), cause), undefined);
  }

  /** A connection beyond the size is closed when it comes back and nobody waits for it. Returns when it was last used. */
  #track(client: Lent): number {
    const { release } = client;
    const lease = this.#leases.get(client) as Lease;
    lease.lent = true;
    this.#lent += 1;
    client.release = (destroy) => {
      if (!lease.lent) return;
      lease.lent = false;
      lease.lastUsed = Date.now();
      this.#lent -= 1;
      release(destroy || (this.totalCount > this.#size.size && this.waitingCount === 0));
      this.#settle();
    };
    return lease.lastUsed;
  }
}
