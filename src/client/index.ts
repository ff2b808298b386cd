/** The door of `strata-pg/client`: a thin layer over `pg` for applications. */
export {
  NotCommittedError,
  type Pool,
  type PoolClient,
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
export { type Actor, type TransactionOptions, type Work, withActor, withTransaction } from './transaction.ts';
