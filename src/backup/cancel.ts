/** Ctrl-C reaches the statement that the server works on, not only our side of it. */
import { type Session, withSession } from '../pg/pool.ts';

/**
 * Cancels the session's statement when the signal comes: hashing a large table, or waiting for its lock, takes long.
 * Between two statements nothing happens: `work` looks at the signal there.
 */
export async function cancelledBy<T>(signal: AbortSignal, session: Session, work: () => Promise<T>): Promise<T> {
  const cancel = (): void => {
    const sent = withSession(session.target, (s) => s.query('SELECT pg_cancel_backend($1)', [session.pid]));
    // When even that cannot be sent, the statement ends by itself in the end.
    sent.catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
