/** Tells hooks about every statement of a connection, without the values in it. Only connections of pools with hooks. */
import { AsyncResource } from 'node:async_hooks';
import { explained } from './explain.ts';
import { masked } from './mask.ts';
import type { Pool, PoolClient, PoolOptions, QueryConfig, QueryEvent } from './model.ts';

type Observer = Pick<PoolOptions, 'onQuery' | 'onSlowQuery' | 'slowAfter'> & { readonly onSlow: () => void };
type Settled = (error: unknown, result: unknown) => void;

/** Puts a timing in front of the connection's own query(), in its promise form and in its callback form. */
export function observed(client: PoolClient, observer: Observer, pool: Pool): void {
  const target = client as unknown as { query: (...args: unknown[]) => unknown };
  const query = target.query.bind(target);
  target.query = (...args) => {
    const [first] = args;
    // Streams, cursors and queries of pg's own class settle elsewhere.
    if (typeof (first as { submit?: unknown } | null | undefined)?.submit === 'function') return query(...args);
    if (typeof first !== 'string' && typeof (first as QueryConfig | undefined)?.text !== 'string')
      return query(...args);
    const statement = statementOf(args);
    const settled = timed(statement, observer, pool);
    const at = args.findIndex((arg) => typeof arg === 'function');
    if (at >= 0) {
      const callback = args[at] as Settled;
      const both: Settled = (error, result) => {
        settled(error, result);
        callback(error, result);
      };
      // pg calls it in the context of whoever opened the connection.
      const bound = AsyncResource.bind(both);
      return query(...args.map((arg, index) => (index === at ? bound : arg)));
    }
    const result = query(...args) as Promise<unknown>;
    result.then(
      (value) => settled(undefined, value),
      (thrown: unknown) => settled(thrown, undefined),
    );
    return result;
  };
}

interface Statement {
  readonly text: string;
  readonly name: string | undefined;
  readonly values: unknown[];
}

function statementOf([first, second]: readonly unknown[]): Statement {
  const config: QueryConfig = typeof first === 'string' ? { text: first } : (first as QueryConfig);
  return { text: config.text, name: config.name, values: config.values ?? (Array.isArray(second) ? second : []) };
}

function timed(statement: Statement, observer: Observer, pool: Pool): Settled {
  const startedAt = Date.now();
  const from = performance.now();
  return (error, result) => {
    const duration = performance.now() - from;
    const slow = duration >= (observer.slowAfter ?? 1_000);
    if (slow) observer.onSlow();
    ignoring(() => {
      const event = eventOf(statement, startedAt, duration, error, result);
      ignoring(() => observer.onQuery?.(event));
      if (slow) observer.onSlowQuery?.({ ...event, explain: () => explained(pool, statement.text, statement.values) });
    });
  };
}

function eventOf(
  { text, name, values }: Statement,
  startedAt: number,
  duration: number,
  error: unknown,
  result: unknown,
): QueryEvent {
  return {
    text: masked(text),
    name,
    parameters: values.length,
    startedAt,
    duration,
    rowCount: (result as { rowCount?: number | null } | undefined)?.rowCount ?? null,
    error: error ? ((error as { code?: string }).code ?? 'unknown') : undefined,
  };
}

/** Whoever watches must not break what is watched. */
function ignoring(call: () => void): void {
  try {
    call();
  } catch {
    // The hook's own affair.
  }
}
