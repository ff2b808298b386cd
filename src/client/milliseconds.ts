/** Limits in milliseconds: read, kept, and what is said when they are over. */
import { type PoolStats, PoolTimeoutError } from './model.ts';

/** For the server, to which a part of one would be none, and none no limit. */
export function whole(milliseconds: number): number {
  if (!Number.isInteger(milliseconds) || milliseconds < 0) throw new RangeError(`not milliseconds: ${milliseconds}`);
  return milliseconds;
}

/** Whether a promise is kept in so many milliseconds. */
export async function within(kept: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const result = await Promise.race([kept.then(() => true), late]);
  clearTimeout(timer);
  return result;
}

export function timedOut(milliseconds: number, stats: PoolStats, cause?: Error): PoolTimeoutError {
  const what = cause !== undefined && OPENING.test(cause.message) ? 'could be opened' : 'became free';
  const facts = `${stats.lent} connections are lent, ${stats.waiting} more requests wait`;
  return new PoolTimeoutError(`no connection ${what} in ${milliseconds} ms: ${facts}`, cause && { cause });
}

/** As pg-pool says it of a connection that it opens, and as the connection itself does. */
const OPENING = /^Connection terminated due to connection timeout$|^timeout expired$/;

export function isTimeout({ message }: Error): boolean {
  return message === 'timeout exceeded when trying to connect' || OPENING.test(message);
}
