/**
 * A primary and its replicas. How stale a replica may be is measured without privileges and without comparing clocks:
 * the primary's log position is noted now and then with our own time, and a replica that has replayed a noted position
 * is at most as old as the note. That holds on an idle primary, where the age of the last replayed transaction grows
 * although nothing is missing, and for a replica that lost its connection, which believes it has replayed everything.
 */
import type { Pool, PoolOptions, PoolStats } from './model.ts';
import { createPool } from './pool.ts';
import { type Lsn, lsn } from './session.ts';

export interface ClusterOptions {
  readonly primary: PoolOptions;
  /** Hot standbys, or one address that spreads connections over several. Their `waitTimeout` defaults to 1,000 ms. */
  readonly replicas: readonly PoolOptions[];
  /** Milliseconds that a read may be behind the primary. Default 10,000; Infinity: any replica will do. */
  readonly maxStaleness?: number;
  /** Milliseconds that a read waits for a replica to catch up, before it goes elsewhere. Default 100. */
  readonly catchUp?: number;
  /** Milliseconds during which a replica that was down, too stale or no replica any more is passed over. Default 1,000. */
  readonly retryAfter?: number;
  /** A read that could have been a replica's went to the primary. What it throws is ignored. */
  readonly onFallback?: (event: FallbackEvent) => void;
}

/**
 * `down`: no connection, or it broke. `promoted`: a server of its own now, whose data may part from the primary's.
 * `stale`: further behind than `maxStaleness`. `behind`: has not replayed what the session wrote.
 */
export type RefusalReason = 'down' | 'promoted' | 'stale' | 'behind';

export interface FallbackEvent {
  /** `unmeasured`: the primary did not say where its log is. `passed over`: every replica failed a moment ago. */
  readonly reason: RefusalReason | 'unmeasured' | 'passed over';
  /** What broke. */
  readonly error: unknown;
}

export interface ReplicaStats extends PoolStats {
  /** Reads that were this replica's. */
  readonly reads: number;
  /** Reads that it could not take. */
  readonly refused: number;
  /** Milliseconds that it was behind the primary when it was last asked, at most; null when not known. */
  readonly staleness: number | null;
}

export interface ClusterStats {
  readonly primary: PoolStats;
  readonly replicas: readonly ReplicaStats[];
  /** Reads that went to the primary instead. */
  readonly fallbacks: number;
}

/** Made by createCluster(). Kysely and whatever else takes a pool takes its primary. */
export interface Cluster {
  readonly primary: Pool;
  stats(): ClusterStats;
  /** As the pool's, for all servers at once. */
  shutdown(options?: { readonly grace?: number }): Promise<{ readonly forced: number }>;
}

export interface Replica {
  readonly pool: Pool;
  reads: number;
  refused: number;
  staleness: number | null;
  /** Of performance.now(): not asked before. */
  passedOverUntil: number;
}

export class Servers implements Cluster {
  readonly primary: Pool;
  readonly replicas: readonly Replica[];
  readonly #options: ClusterOptions;
  /** Oldest first; only those within the bound. */
  #notes: { readonly lsn: Lsn; readonly at: number }[] = [];
  #noting: Promise<void> | undefined;
  #turn = 0;
  #fallbacks = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.primary = createPool(options.primary);
    this.replicas = options.replicas.map((one) => {
      const pool = createPool({ waitTimeout: 1_000, ...one });
      return { pool, reads: 0, refused: 0, staleness: null, passedOverUntil: 0 };
    });
  }

  get catchUp(): number {
    return this.#options.catchUp ?? 100;
  }

  get #bound(): number {
    return this.#options.maxStaleness ?? 10_000;
  }

  /** The replicas that may be asked now, each read beginning with another one. */
  candidates(): readonly Replica[] {
    this.#turn += 1;
    const now = performance.now();
    const turned = this.replicas.map((_, at) => this.replicas[(at + this.#turn) % this.replicas.length]);
    return turned.filter((one): one is Replica => one !== undefined && one.passedOverUntil <= now);
  }

  passOver(replica: Replica): void {
    replica.passedOverUntil = performance.now() + (this.#options.retryAfter ?? 1_000);
  }

  /** What a replica must have replayed to be fresh enough. Throws what the primary answered when that is not known. */
  async floor(): Promise<Lsn> {
    if (this.#bound === Number.POSITIVE_INFINITY) return 0n;
    this.#forget();
    if (this.#notes.length === 0) await this.#note();
    else if (performance.now() - (this.#notes.at(-1)?.at ?? 0) > this.#bound / 10) this.#note().catch(() => undefined);
    return this.#notes[0]?.lsn ?? 0n;
  }

  /** Milliseconds that a replica at this position is behind, at most; null when it is older than every note. */
  stalenessAt(position: Lsn): number | null {
    const note = this.#notes.findLast((one) => one.lsn <= position);
    return note === undefined ? null : Math.round(performance.now() - note.at);
  }

  fellBack(event: FallbackEvent): void {
    this.#fallbacks += 1;
    try {
      this.#options.onFallback?.(event);
    } catch {
      // The hook's own affair.
    }
  }

  stats(): ClusterStats {
    const replicas = this.replicas.map(({ pool, reads, refused, staleness }) => {
      return { ...pool.stats(), reads, refused, staleness };
    });
    return { primary: this.primary.stats(), replicas, fallbacks: this.#fallbacks };
  }

  async shutdown(options: { readonly grace?: number } = {}): Promise<{ readonly forced: number }> {
    const pools = [this.primary, ...this.replicas.map(({ pool }) => pool)];
    const done = await Promise.all(pools.map((pool) => pool.shutdown(options)));
    return { forced: done.reduce((sum, { forced }) => sum + forced, 0) };
  }

  #forget(): void {
    const oldest = performance.now() - this.#bound;
    this.#notes = this.#notes.filter(({ at }) => at >= oldest);
  }

  /** One at a time, whoever asks. The time is that before the question: everything committed until then is in. */
  #note(): Promise<void> {
    this.#noting ??= this.#ask().finally(() => {
      this.#noting = undefined;
    });
    return this.#noting;
  }

  async #ask(): Promise<void> {
    const at = performance.now();
    const { rows } = await this.primary.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    if (rows[0]) this.#notes.push({ lsn: lsn(rows[0].lsn), at });
  }
}

/** Opens nothing yet: the first query does. */
export function createCluster(options: ClusterOptions): Cluster {
  return new Servers(options);
}
