/**
 * The connection broke: which migrations of the message were committed? Only the history knows, and only when the old server process is
 * surely gone: so the lock is taken again first (an advisory lock dies with its process; a lease is given a new token,
 * so that the old process fails at its fence), and read under it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { literal } from '../base/ident.ts';
import type { PlanStep } from '../base/plan.ts';
import { type Session, withSession } from '../pg/pool.ts';
import type { Execution } from './execution.ts';
import { migrationKey } from './guard.ts';
import { withNames } from './history.ts';

/** Milliseconds to try: a server that crashed is back within seconds, or somebody has to look at it anyway. */
const PATIENCE = 15_000;

/** How many of `steps` are committed: the first ones, as they were sent in order. Null: cannot be found out now. */
export async function settle(execution: Execution, steps: readonly PlanStep[]): Promise<number | null> {
  const { session, runtime } = execution;
  const deadline = runtime.ticks() + PATIENCE;
  while (runtime.ticks() < deadline && !runtime.signal.aborted) {
    const known = await withSession(session.target, (fresh) => look(fresh, execution, steps)).catch(() => null);
    if (known !== null) return known;
    await sleep(250);
  }
  return null;
}

async function look(fresh: Session, execution: Execution, steps: readonly PlanStep[]): Promise<number | null> {
  const { history, fence, run } = execution;
  const claim = fence
    ? withNames(
        `UPDATE {lock} SET token = ${literal(`settled ${run}`)}, expires_at = clock_timestamp() RETURNING true AS locked`,
        history,
      )
    : `SELECT pg_try_advisory_lock(${migrationKey(fresh, history)}) AS locked`;
  const [row] = await fresh.query<{ locked: boolean }>(claim);
  if (!fence && row?.locked !== true) return null;
  const versions = steps.map(({ version }) => literal(version)).join(', ');
  const select = `SELECT version FROM {history} WHERE version IN (${versions})`;
  const rows = await fresh.query<{ version: string }>(withNames(select, history));
  const present = new Set(rows.map(({ version }) => version));
  const open = steps.findIndex(({ version, direction }) => present.has(version) !== (direction === 'up'));
  return open < 0 ? steps.length : open;
}
