/** Pools of the client on the test's database, ended with the test. */
import { afterEach } from 'vitest';
import { type Target, targetUrl } from '../../src/base/target.ts';
import { createPool, type Pool, type PoolOptions } from '../../src/client/index.ts';

export const ONE = { size: 1, overflow: 0 } as const;

/** Call at the top level. */
export function usePools(target: () => Target): (options?: PoolOptions) => Pool {
  const made: Pool[] = [];
  afterEach(async () => {
    for (const pool of made.splice(0)) await pool.shutdown({ grace: 0 }).catch(() => undefined);
  });
  return (options = {}) => {
    const pool = createPool({ connectionString: targetUrl(target()), ...options });
    made.push(pool);
    return pool;
  };
}
