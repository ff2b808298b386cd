/** Work in a transaction: as a user or as nobody, on the primary or, when it only reads, on a replica. */
import type { Cluster, Servers } from './cluster.ts';
import type { Pool } from './model.ts';
import { fromReplica } from './replica.ts';
import { retried } from './retry.ts';
import { once, type Start, type TransactionOptions, type Work } from './transaction.ts';

export interface Actor {
  /** Becomes `app.user_id`; null: nobody, an anonymous visitor. */
  readonly userId: number | string | bigint | null;
  /** Role of the transaction. Default: the one that the pool logs in as. */
  readonly role?: string;
  /** More settings of the transaction: `{ 'app.tenant': '7' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Runs `work` as a user. Conflicts (40001, 40P01) run it again from the start: let it do nothing outside the database.
 * With a cluster, `{ readOnly: true }` runs it on a replica that is fresh enough, else on the primary.
 */
export function withActor<T>(
  db: Pool | Cluster,
  actor: Actor,
  work: Work<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { userId, role, settings = {} } = actor;
  const all = { ...settings, 'app.user_id': userId === null ? '' : String(userId) };
  return transact(db, { settings: all, role, options }, work);
}

/** The same without an identity. */
export function withTransaction<T>(db: Pool | Cluster, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
  return transact(db, { settings: {}, role: undefined, options }, work);
}

function transact<T>(db: Pool | Cluster, start: Start, work: Work<T>): Promise<T> {
  const run = async (attempt: number): Promise<T> => {
    // Not instanceof: the cluster may come from the other of the package's two builds.
    if (!('primary' in db)) return once(db, start, work);
    // What lost against the replica's recovery would lose again there.
    const read = attempt === 0 && start.options.readOnly ? await fromReplica(db as Servers, start, work) : null;
    return read ? read.value : once(db.primary, start, work);
  };
  return retried(run, start.options);
}
