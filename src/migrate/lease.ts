/**
 * The migration lock as a row with an end: for connections through a proxy that hands every transaction another server
 * session, where a session lock would be left behind on a session that nobody owns.
 *
 * A lease can end while its owner still works (a stopped process, a cut network). So every commit of the run carries the
 * fence: a statement that renews the lease and fails when it is no longer ours, in the same transaction as the work.
 */
import { hostname } from 'node:os';
import { ToolError } from '../base/errors.ts';
import { literal } from '../base/ident.ts';
import type { Runtime } from '../base/runtime.ts';
import { type LockHolder, pollForLock } from '../pg/lock.ts';
import { closeSession, openSession, type Session } from '../pg/pool.ts';
import { type HistoryName, withNames } from './history.ts';

export interface Lease {
  readonly token: string;
  /** Fails with division_by_zero when the lease is not ours any more; renews and row-locks it otherwise. */
  readonly fence: string;
  readonly release: () => Promise<void>;
}

export interface LeaseRequest {
  readonly history: HistoryName;
  /** Milliseconds to wait for the holder. */
  readonly wait: number;
  /** Milliseconds the lease lives without renewal. */
  readonly lease: number;
  readonly subject: string;
}

export async function takeLease(session: Session, request: LeaseRequest, runtime: Runtime): Promise<Lease> {
  const token = Buffer.from(runtime.random(16)).toString('hex');
  const { history } = request;
  const until = `clock_timestamp() + ${Math.round(request.lease)} * interval '1 millisecond'`;
  const application = literal(`${session.target.applicationName ?? 'strata'} ${process.pid}@${hostname()}`);
  const take = withNames(
    `INSERT INTO {lock} AS l (token, holder, application, expires_at) VALUES (${literal(token)}, session_user, ${application}, ${until})
     ON CONFLICT (id) DO UPDATE SET token = excluded.token, holder = excluded.holder, application = excluded.application,
       taken_at = clock_timestamp(), expires_at = excluded.expires_at
     WHERE l.expires_at < clock_timestamp() RETURNING token`,
    history,
  );
  await pollForLock(
    { ...request, holder: () => leaseHolder(session, history) },
    async () => (await session.query(take)).at(0) ?? null,
    runtime,
  );
  const fence = withNames(
    `WITH held AS (UPDATE {lock} SET expires_at = ${until} WHERE token = ${literal(token)} AND expires_at > clock_timestamp() RETURNING 1) SELECT 1 / count(*) AS held FROM held`,
    history,
  );
  const stop = renewEvery(session, fence, request.lease / 3);
  return {
    token,
    fence,
    release: async () => {
      await stop();
      await session
        .query(withNames(`DELETE FROM {lock} WHERE token = ${literal(token)}`, history))
        .catch(() => undefined);
    },
  };
}

/** What a failed fence means. */
export function leaseLost(subject: string): ToolError {
  return new ToolError('LOCK_LOST', `the lease on ${subject} ended while this run was at work`, {
    detail: 'another run may have taken over; nothing was committed after that',
    hint: 'See where things are with: strata status. Raise lock.lease when single statements take longer than it.',
  });
}

async function leaseHolder(session: Session, history: HistoryName): Promise<LockHolder | null> {
  const [row] = await session.query<LockHolder>(
    withNames(
      `SELECT NULL::int AS pid, holder AS "user", application, 'lease' AS client, taken_at AS since,
              'lease ends ' || to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS state, '' AS query FROM {lock}`,
      history,
    ),
  );
  return row ?? null;
}

/** Renews over a connection of its own, opened at the first renewal: short runs never need one. */
function renewEvery(session: Session, fence: string, interval: number): () => Promise<void> {
  let other: Session | undefined;
  let under: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    other ??= await openSession(session.target);
    await other.query(fence);
  };
  // A renewal that fails is no event of its own: the fence of the next commit says it, inside the transaction.
  const timer = setInterval(() => {
    under = under.then(renew).catch(() => undefined);
  }, interval);
  return async () => {
    clearInterval(timer);
    await under;
    if (other) await closeSession(other);
  };
}
