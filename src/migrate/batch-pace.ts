/** How many rows a batch takes, and how progress through them is told. */

const FIRST = 500;
const LEAST = 50;
const MOST = 100_000;

/** Follows the clock: the size that would have taken the target time, at most doubled and at least halved twice a step. */
export class BatchSize {
  readonly #target: number;
  #rows = FIRST;

  /** `target`: milliseconds that a batch should take. */
  constructor(target: number) {
    this.#target = target;
  }

  get rows(): number {
    return this.#rows;
  }

  learn(rows: number, milliseconds: number): void {
    const fitting = (rows * this.#target) / Math.max(milliseconds, 0.1);
    const near = Math.min(Math.max(fitting, rows / 4), rows * 2);
    this.#rows = Math.round(Math.min(Math.max(near, LEAST), MOST));
  }
}

export interface Pace {
  /** Rows gone through in these milliseconds. */
  readonly done: number;
  readonly milliseconds: number;
  /** Rows that are left, by an estimate. */
  readonly left: number;
}

/** `45,000 rows/s, 20 s left`. */
export function describeProgress({ done, milliseconds, left }: Pace): string {
  const rate = (done * 1000) / Math.max(milliseconds, 1);
  const speed = `${Math.round(rate).toLocaleString('en-US')} rows/s`;
  return left > 0 && rate > 0 ? `${speed}, ${duration(left / rate)} left` : speed;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
