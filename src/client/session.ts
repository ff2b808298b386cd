/**
 * Reading one's own writes from replicas: a session remembers how far the write-ahead log was when its last transaction
 * had committed, and a replica that has not replayed so much is not asked. The position travels as a token (a cookie,
 * a header), so the next request may be served by another process.
 */

/** A position in the write-ahead log, in bytes. Beyond 2^53 in principle, so no number. */
export type Lsn = bigint;

export interface Session {
  /** PostgreSQL's own notation, `0/16B3748`; null before the first write. */
  readonly token: string | null;
  /** Moves the session on; a position it has passed already changes nothing. */
  advance(token: string): void;
}

/** `token`: of an earlier session. Throws a RangeError for what is none. */
export function createSession(token: string | null = null): Session {
  let at: Lsn | null = token === null ? null : lsn(token);
  return {
    get token() {
      return at === null ? null : lsnText(at);
    },
    advance(next) {
      const position = lsn(next);
      if (at === null || position > at) at = position;
    },
  };
}

export function lsn(text: string): Lsn {
  const [, high, low] = /^([\da-f]{1,8})\/([\da-f]{1,8})$/i.exec(text) ?? [];
  if (high === undefined || low === undefined)
    throw new RangeError('not a position in the write-ahead log, as 0/16B3748');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

function lsnText(position: Lsn): string {
  const half = (part: bigint): string => part.toString(16).toUpperCase();
  return `${half(position >> 32n)}/${half(position & 0xffff_ffffn)}`;
}
