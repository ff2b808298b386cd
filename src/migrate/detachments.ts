/**
 * DETACH PARTITION CONCURRENTLY commits half-way: whoever is stopped while it waits for old readers leaves the partition "pending
 * detach", which refuses the same statement again. Only FINALIZE goes on from there.
 */
import type { Runtime } from '../base/runtime.ts';
import type { Session } from '../pg/pool.ts';
import stateText from './sql/detachment-state.sql';
import { detachment } from './standalone.ts';

/**
 * The statement to run in place of `sql`, which it is itself for all others; null: nothing is left to do. `begun`: an earlier run started
 * it and never came to its end.
 */
export async function prepareDetachment(
  session: Session,
  sql: string,
  begun: boolean,
  runtime: Runtime,
): Promise<string | null> {
  const detached = detachment(sql);
  if (!detached) return sql;
  const { parent, partition } = detached;
  const [state] = await session.query<{ pending: boolean }>(stateText, [parent, partition]);
  if (!state) return begun ? null : sql;
  if (!state.pending) return sql;
  const text = `an earlier DETACH PARTITION ${partition} CONCURRENTLY was cut off: FINALIZE ends it`;
  runtime.emit({ kind: 'note', level: 'warning', text });
  return `ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE`;
}
