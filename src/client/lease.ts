/** What a pool knows of its connections and of those who ask for one. */

export interface Request<Give> {
  readonly give: Give;
  /** Milliseconds since the epoch. */
  readonly asked: number;
  answered: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** What the pool knows of an open connection. */
export interface Lease {
  lent: boolean;
  /** Milliseconds since the epoch; 0: never. */
  lastUsed: number;
}
