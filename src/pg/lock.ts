/**
 * The migration lock of a session: a session-level advisory lock, taken by polling `pg_try_advisory_lock`.
 *
 * Polling, not `pg_advisory_lock`: a session that waits inside the server holds a snapshot, and CREATE INDEX
 * CONCURRENTLY of the lock's owner waits for that snapshot while it waits for the lock: a deadlock that PostgreSQL breaks by
 * killing one of them and leaving an INVALID index. A poll is over in a millisecond and holds nothing between.
 * The lock lives on the connection that does the work, so that a dead connection and a lost lock are the same event.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import type { BatchResult, Session } from './pool.ts';

/** Who holds a lock, as pg_stat_activity tells it. */
export interface LockHolder {
  /** Process id of the server process; null for a lease, whose owner may sit behind a proxy. */
  readonly pid: number | null;
  readonly user: string;
  readonly application: string;
  readonly client: string;
  readonly since: Date | null;
  readonly state: string;
  /** What it runs now, or ran last; the server hides it from roles without pg_read_all_stats. */
  readonly query: string;
}

export interface LockRequest {
  readonly key: bigint;
  /** Milliseconds to wait for the holder; 0: one try. */
  readonly wait: number;
  /** What is locked, for messages: `the migrations of database shop`. */
  readonly subject: string;
  /** Statements to run in the same round trip as the try (reading the state that the lock protects). */
  readonly also?: string;
}

/** The key of a history table. Advisory locks are per database already; the name keeps a copy's key apart all the same. */
export function advisoryKey(...words: readonly string[]): bigint {
  return createHash('sha256').update(words.join('\0')).digest().readBigInt64BE(0);
}

/**
 * Takes the lock and returns the results of `also`, or throws LOCK_HELD with the holder's name after `wait`
 * milliseconds, or LOCK_PROXIED where a session lock is worth nothing. Stops waiting when the runtime's signal is aborted (RUN_INTERRUPTED).
 */
export async function takeAdvisoryLock(
  session: Session,
  request: LockRequest,
  runtime: Runtime,
): Promise<readonly BatchResult[]> {
  return pollForLock(
    { ...request, holder: () => advisoryHolder(session, request.key) },
    async () => {
      const direct = `pg_backend_pid() = ${session.pid}`;
      const [head, ...rest] = await session.batch(
        `SELECT ${direct} AS direct, CASE WHEN ${direct} THEN pg_try_advisory_lock(${request.key}) END AS locked;\n${request.also ?? ''}`,
      );
      if (head?.rows[0]?.direct !== true) throw behindProxy(request.subject);
      return head.rows[0].locked === true ? rest : null;
    },
    runtime,
  );
}

/**
 * The server process is not the one that the login named: a proxy answers in its place. It may hand the next
 * transaction another one, and then the lock stays behind on a session that others get, too.
 */
function behindProxy(subject: string): ToolError {
  return new ToolError('LOCK_PROXIED', `behind a connection pooler, a session lock does not protect ${subject}`, {
    detail: 'the server process that answers is not the one that the login named: a pooler stands between',
    hint: 'Connect to the server itself, or keep the lock in a table: set lock.mode to "lease" (STRATA_LOCK_MODE=lease). Nothing was changed.',
  });
}

/** Gives the lock back. False: this session did not hold it any more (a migration released every advisory lock). */
export async function releaseAdvisoryLock(session: Session, key: bigint): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>(`SELECT pg_advisory_unlock(${key}) AS held`);
  return row?.held === true;
}

/** Polls `attempt` until it gives something, telling once who is in the way. Shared with the lease lock. */
export async function pollForLock<T>(
  request: Pick<LockRequest, 'wait' | 'subject'> & { readonly holder: () => Promise<LockHolder | null> },
  attempt: () => Promise<T | null>,
  runtime: Runtime,
): Promise<T> {
  const deadline = runtime.ticks() + request.wait;
  for (let pause = 50, told = false; ; pause = Math.min(pause * 1.5, 500)) {
    const result = await attempt();
    if (result !== null) return result;
    if (runtime.ticks() >= deadline) throw lockHeld(request, await request.holder());
    if (!told) runtime.emit({ kind: 'note', level: 'info', text: waitingText(request, await request.holder()) });
    told = true;
    await sleep(Math.min(pause * (0.75 + Math.random() / 2), Math.max(1, deadline - runtime.ticks())), undefined, {
      signal: runtime.signal,
    }).catch(() => {
      throw new ToolError('RUN_INTERRUPTED', 'interrupted while waiting for the migration lock', {
        detail: 'nothing was changed',
      });
    });
  }
}

async function advisoryHolder(session: Session, key: bigint): Promise<LockHolder | null> {
  const unsigned = BigInt.asUintN(64, key);
  const [row] = await session.query<LockHolder>(
    `SELECT a.pid, coalesce(a.usename, '') AS "user", coalesce(a.application_name, '') AS application,
            coalesce(host(a.client_addr), 'socket') AS client, a.backend_start AS since,
            coalesce(a.state, '') AS state, left(coalesce(a.query, ''), 200) AS query
       FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        AND l.classid = ${unsigned >> 32n}::oid AND l.objid = ${unsigned & 0xffffffffn}::oid`,
  );
  return row ?? null;
}

function waitingText(request: Pick<LockRequest, 'wait' | 'subject'>, holder: LockHolder | null): string {
  const who = holder ? ` held by ${describeHolder(holder)}` : '';
  return `waiting up to ${request.wait} ms for the lock on ${request.subject}${who}`;
}

function lockHeld(request: Pick<LockRequest, 'wait' | 'subject'>, holder: LockHolder | null): ToolError {
  const end =
    holder?.pid != null
      ? `, or end that session with: SELECT pg_terminate_backend(${holder.pid});`
      : ' (a lease whose owner is dead ends by itself).';
  return new ToolError('LOCK_HELD', `another run holds the lock on ${request.subject}`, {
    detail: holder ? `held by ${describeHolder(holder)}` : 'its holder let go just now',
    hint: holder ? `Wait for it to end and run this again${end}` : 'Run this again.',
    data: { holder },
  });
}

export function describeHolder(holder: LockHolder): string {
  const parts = [
    holder.pid === null ? '' : `pid ${holder.pid}`,
    `user ${holder.user}`,
    holder.application ? `application ${holder.application}` : '',
    `client ${holder.client}`,
    holder.since ? `since ${holder.since.toISOString()}` : '',
    holder.query ? `${holder.state || 'running'}: ${holder.query.replace(/\s+/g, ' ').slice(0, 100)}` : holder.state,
  ];
  return parts.filter(Boolean).join(', ');
}
