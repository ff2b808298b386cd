/**
 * Reads on replicas. The connection that will run the work is asked itself, in the message of BEGIN: behind an address
 * that spreads connections over servers, or behind a proxy, what another connection said is worth nothing.
 */
import type { FallbackEvent, RefusalReason, Replica, Servers } from './cluster.ts';
import { type Lsn, lsn } from './session.ts';
import { type Admission, ConnectionLost, once, type Start, type Work } from './transaction.ts';

class Refused extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

/** Null when no replica will do: the primary must. Errors of the work and of its statements are thrown. */
export async function fromReplica<T>(cluster: Servers, start: Start, work: Work<T>): Promise<{ value: T } | null> {
  // A hot standby has no serializable transactions.
  if (cluster.replicas.length === 0 || start.options.isolation === 'serializable') return null;
  const floor = await cluster.floor().catch((error: unknown) => {
    cluster.fellBack({ reason: 'unmeasured', error });
    return null;
  });
  if (floor === null) return null;
  let last: FallbackEvent = { reason: 'passed over', error: undefined };
  for (const replica of cluster.candidates()) {
    try {
      const value = await once(replica.pool, start, work, admission(cluster, replica, floor, start));
      replica.reads += 1;
      return { value };
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal === null) throw thrown;
      replica.refused += 1;
      // Behind what one session wrote a moment ago, it is good enough for all others.
      if (refusal.reason !== 'behind') cluster.passOver(replica);
      last = refusal;
    }
  }
  cluster.fellBack(last);
  return null;
}

function refusalOf(thrown: unknown): FallbackEvent | null {
  if (thrown instanceof ConnectionLost) return { reason: 'down', error: thrown.cause };
  return thrown instanceof Refused ? { reason: thrown.reason, error: undefined } : null;
}

interface Answer {
  readonly standby: boolean;
  readonly lsn: string | null;
}

/** Milliseconds between two questions to a replica that is catching up. */
const PAUSE = 5;

function admission(cluster: Servers, replica: Replica, floor: Lsn, { options }: Start): Admission {
  const token = options.session?.token ?? null;
  const written = token === null ? 0n : lsn(token);
  const until = performance.now() + cluster.catchUp;
  return {
    question: 'SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn()::text AS lsn',
    pause(answer) {
      const { standby, lsn: text } = answer as Answer;
      if (!standby) throw new Refused('promoted');
      const replayed = text === null ? 0n : lsn(text);
      replica.staleness = cluster.stalenessAt(replayed);
      if (replayed >= floor && replayed >= written) return 0;
      if (performance.now() >= until) throw new Refused(replayed < floor ? 'stale' : 'behind');
      return PAUSE;
    },
  };
}
