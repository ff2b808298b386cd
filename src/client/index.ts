/** The door of `strata-pg/client`: a thin layer over `pg` for applications. */
export { type Actor, withActor, withTransaction } from './actor.ts';
export {
  type Cluster,
  type ClusterOptions,
  type ClusterStats,
  createCluster,
  type FallbackEvent,
  type RefusalReason,
  type ReplicaStats,
} from './cluster.ts';
export {
  NotCommittedError,
  type Pool,
  type PoolClient,
  PoolClosedError,
  type PoolOptions,
  type PoolSize,
  type PoolStats,
  PoolTimeoutError,
  type Queryable,
  type QueryConfig,
  type QueryEvent,
  type QueryResult,
  SIZES,
  type SlowQueryEvent,
  TransactionEndedError,
} from './model.ts';
export { createPool } from './pool.ts';
export type { RetryOptions } from './retry.ts';
export { createSession, type Session } from './session.ts';
export type { TransactionOptions, Work } from './transaction.ts';
