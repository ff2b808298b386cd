/**
 * Waiting for standbys. pg_stat_replication.replay_lag is the time of the last replay that was reported: of a standby that
 * stands still it says nothing. So the lag is measured here: how long ago did we write what the standby has not replayed yet?
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution } from './execution.ts';
import lagText from './sql/replication-lag.sql';

/** Milliseconds between two looks at most; half the bearable lag when that is shorter. */
const LOOK_EVERY = 1_000;

/** A function to call between batches: it waits while a standby is too far behind. */
export function lagPause({ session, batches, runtime }: Execution): () => Promise<void> {
  const every = Math.min(LOOK_EVERY, batches.lag / 2);
  const clock = new LagClock();
  let next = runtime.ticks();
  return async () => {
    for (let told = false; batches.lag > 0 && runtime.ticks() >= next && !runtime.signal.aborted; told = true) {
      const [row] = await session.query<{ readonly here: number; readonly there: number | null }>(lagText);
      next = runtime.ticks() + every;
      const behind = row ? clock.behind(row.here, row.there, runtime.ticks()) : 0;
      if (behind <= batches.lag) return;
      const text = `a standby is ${(behind / 1000).toFixed(1)} s behind; the batches wait for it`;
      if (!told) runtime.emit({ kind: 'note', level: 'warning', text });
      await sleep(every, undefined, { signal: runtime.signal }).catch(() => undefined);
    }
  };
}

/** Remembers when we had written how far. */
export class LagClock {
  #written: { readonly at: number; readonly lsn: number }[] = [];

  /** Milliseconds since we wrote what the standby has not replayed. `there` null: there is none. */
  behind(here: number, there: number | null, now: number): number {
    this.#written.push({ at: now, lsn: here });
    if (there === null) return 0;
    this.#written = this.#written.filter(({ lsn }) => lsn > there);
    return now - (this.#written[0]?.at ?? now);
  }
}
