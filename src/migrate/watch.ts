/** Looks, over a second connection, at who blocks a statement that takes its time, and tells it as it happens. */
import type { Runtime } from '../base/runtime.ts';
import { closeSession, openSession, type Session } from '../pg/pool.ts';
import { type Blocker, blockersOf, describeBlocker } from '../pg/session.ts';

export interface Watch {
  /** Runs `work` while looking; who was seen blocking it is in `seen` afterwards. */
  readonly during: <T>(title: string, patience: number, work: () => Promise<T>) => Promise<T>;
  /** The blockers last seen. */
  readonly seen: () => readonly Blocker[];
}

/** Milliseconds between two looks; the first comes earlier when the lock timeout is shorter than two of them. */
const EVERY = 500;

/** Lends a watch over `session`. Its own connection is opened when a statement first takes longer than half a second. */
export async function withWatch<T>(session: Session, runtime: Runtime, work: (watch: Watch) => Promise<T>): Promise<T> {
  const state: { other?: Session; seen: readonly Blocker[]; told: string } = { seen: [], told: '' };
  const look = async (title: string, active: () => boolean): Promise<void> => {
    state.other ??= await openSession(session.target);
    const blockers = await blockersOf(state.other, session.pid);
    if (!active() || blockers.length === 0) return;
    state.seen = blockers;
    const pids = blockers.map((b) => b.pid).join();
    if (pids !== state.told) {
      for (const b of blockers)
        runtime.emit({ kind: 'note', level: 'warning', text: `${title} waits for ${describeBlocker(b)}` });
    }
    state.told = pids;
  };
  const during = async <R>(title: string, patience: number, task: () => Promise<R>): Promise<R> => {
    let active = true;
    let looking: Promise<void> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    const next = (after: number): void => {
      timer = setTimeout(() => {
        // No free connection, no privilege: the run goes on without the watcher's help.
        looking = look(title, () => active).catch(() => undefined);
        void looking.then(() => active && next(EVERY));
      }, after);
    };
    next(Math.min(EVERY, Math.max(20, patience / 2)));
    try {
      return await task();
    } finally {
      active = false;
      clearTimeout(timer);
      await looking;
    }
  };
  try {
    return await work({ during, seen: () => state.seen });
  } finally {
    if (state.other) await closeSession(state.other);
  }
}
