/**
 * What a run asks about sessions: who blocks it, how to stop its own statement, how to wash it between two migrations.
 */
import type { Target } from '../base/target.ts';
import { type Session, withSession } from './pool.ts';

/** A session that another one waits for. */
export interface Blocker {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  readonly state: string;
  /** Seconds since its transaction began (its query, when it is in none). */
  readonly age: number;
  readonly query: string;
  readonly autovacuum: boolean;
}

/** Takes back role and settings; also inside a transaction, where it takes back SET LOCAL as well. */
export const RESET: readonly string[] = ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL'];

/**
 * Takes back whatever a migration may have left in its session, so that one's search_path, role or temporary table is not
 * the next one's: all of DISCARD ALL but pg_advisory_unlock_all(), which would let go of the migration lock.
 */
export const WASH: readonly string[] = [...RESET, 'CLOSE ALL', 'DEALLOCATE ALL', 'UNLISTEN *', 'DISCARD TEMP'];

/** Asks the server to cancel what process `pid` runs, over a connection of its own. False: there was nothing to cancel. */
export async function cancelRunning(target: Target, pid: number): Promise<boolean> {
  return withSession(target, async (session) => {
    const [row] = await session.query<{ sent: boolean }>('SELECT pg_cancel_backend($1::int) AS sent', [pid]);
    return row?.sent === true;
  });
}

/** The sessions that process `pid` waits for at this moment; empty when it does not wait for a lock. */
export async function blockersOf(session: Session, pid: number): Promise<Blocker[]> {
  return session.query<Blocker>(
    `SELECT a.pid, coalesce(a.usename, '') AS "user", coalesce(a.application_name, '') AS application,
            coalesce(a.state, '') AS state, left(coalesce(a.query, ''), 200) AS query,
            round(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.query_start)))::int AS age,
            a.backend_type = 'autovacuum worker' AS autovacuum
       FROM unnest(pg_catalog.pg_blocking_pids($1::int)) AS b(pid)
       JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid`,
    [pid],
  );
}

/** `pid 123 (user app, application worker), idle in transaction for 42 s: UPDATE …` */
export function describeBlocker(blocker: Blocker): string {
  if (blocker.autovacuum) return `pid ${blocker.pid} (autovacuum) for ${blocker.age} s: ${oneLine(blocker.query)}`;
  const application = blocker.application ? `, application ${blocker.application}` : '';
  const state = blocker.state || 'running';
  return `pid ${blocker.pid} (user ${blocker.user}${application}), ${state} for ${blocker.age} s: ${oneLine(blocker.query)}`;
}

function oneLine(query: string): string {
  return query.replace(/\s+/g, ' ').trim().slice(0, 120);
}
