/** Chance that repeats: the same key gives the same numbers on every machine, so nothing has to be kept to be told twice. */

export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** True with this probability. */
  hit(probability: number): boolean;
}

/** A stream of its own for every combination of keys: mulberry32, started from their mixed bits. */
export function chance(...keys: readonly number[]): Chance {
  let state = keys.reduce((mixed, key) => mix(mixed ^ key), 0x9e3779b9);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    hit: (probability) => next() < probability,
  };
}

/** Murmur's finalizer: every bit of the key changes half of the bits. */
function mix(key: number): number {
  let k = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
  return (k ^ (k >>> 16)) >>> 0;
}
