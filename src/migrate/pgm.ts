/**
 * `pgm`, as a migration's up() and down() get it: node-pg-migrate's builder, recorded call by call with the line it was
 * made from, and three methods of our own for the parts under sql/. Nothing runs here, except `pgm.db` of a migration
 * that the executor runs for real.
 */
import { asIs, isOperation, type Renderer } from './builder.ts';
import { type PartAction, replacedVersion } from './parts.ts';
import { emptyDefinition, repaired } from './values.ts';

/** For the library door: `import type { MigrationBuilder } from 'strata-pg'` brings the three methods along. */
export type { ColumnDefinitions, MigrationBuilder } from './builder.ts';

declare module 'node-pg-migrate' {
  interface MigrationBuilder {
    /**
     * Installs `sql/<path>_v<version>.sql`, in place of the version before (of `replaces`; null: of none).
     * Undone: the replaced version is installed again, or the objects are dropped. Name and version must be written out.
     *
     * @example pgm.install('functions/accept_booking', 2);
     */
    install(path: string, version: number, options?: { readonly replaces: number | null }): void;
    /** Undoes `install` with the same arguments: for a `down` that is written out. */
    uninstall(path: string, version: number, options?: { readonly replaces: number | null }): void;
    /** Drops what the part created, for good. Undone: the same version is installed again. */
    remove(path: string, version: number): void;
  }
}

/** What an opaque migration (one that calls `pgm.db`) talks to: the executor's own connection. */
export interface OpaqueDatabase {
  /** One statement; like the `query` of the driver's client. Runs at once, before everything the builder queues. */
  query(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: unknown[]; readonly rowCount: number | null }>;
}

/** Line and column in the migration's file, as the engine counts them. */
export interface Site {
  readonly line: number;
  readonly column: number;
}

export type Recorded =
  | { readonly kind: 'sql'; readonly method: string; readonly sql: string; readonly site: Site; readonly text?: string }
  | {
      readonly kind: 'part';
      readonly action: PartAction;
      readonly path: string;
      readonly version: number;
      readonly replaces: number | null;
      readonly site: Site;
    };

export interface Recording {
  /** In the order in which they must run. */
  readonly calls: readonly Recorded[];
  /** `pgm.noTransaction()` was called. */
  readonly alone: boolean;
  /** Where `pgm.db` was first used; null: nowhere. */
  readonly databaseUse: Site | null;
}

export interface RecorderOptions {
  readonly renderer: Renderer;
  /** Reverse: for a down that is inferred from up. */
  readonly direction: 'forward' | 'reverse';
  /** Absolute path: whose frames in a stack are the migration's own. */
  readonly path: string;
  /** Null: any use of `pgm.db` is noted and stopped. */
  readonly database: OpaqueDatabase | null;
}

/** Thrown by `pgm.db` while rendering; a migration that catches it is opaque all the same. */
export class DatabaseNeeded extends Error {}

export interface Recorder {
  readonly pgm: object;
  recording(): Recording;
  /** Where the last call was made: for errors that say nothing. */
  lastSite(): Site;
}

export function recorder(options: RecorderOptions): Recorder {
  const groups: Recorded[][] = [];
  const state: { alone: boolean; databaseUse: Site | null; site: Site } = {
    alone: false,
    databaseUse: null,
    site: { line: 1, column: 1 },
  };
  const here = (above: unknown): Site => {
    state.site = siteOf(options.path, above) ?? state.site;
    return state.site;
  };
  const own = ownMethods(options, groups, state, here);
  const pgm = new Proxy(own, {
    get(target, name) {
      if (typeof name !== 'string') return undefined;
      if (Object.hasOwn(target, name)) return target[name];
      if (!isOperation(name)) return undefined;
      const call = (...args: unknown[]): void => {
        const site = here(call);
        refuseEmpty(name, args, options.direction);
        const steps = options.renderer.render(name, repaired(name, args, options.direction), options.direction);
        const text = name === 'sql' && typeof args[0] === 'string' ? { text: args[0] } : {};
        groups.push(steps.map((sql) => ({ kind: 'sql', method: name, sql, site, ...text })));
      };
      return call;
    },
  });
  own.noTransaction = () => {
    state.alone = true;
    return pgm;
  };
  const recording = (): Recording => {
    const calls = (options.direction === 'reverse' ? groups.toReversed() : groups).flat();
    return { calls, alone: state.alone, databaseUse: state.databaseUse };
  };
  return { pgm, recording, lastSite: () => state.site };
}

type Own = Record<string, unknown>;

function ownMethods(
  options: RecorderOptions,
  groups: Recorded[][],
  state: { alone: boolean; databaseUse: Site | null },
  here: (above: unknown) => Site,
): Own {
  const part = (action: PartAction): unknown => {
    const call = (path: unknown, version: unknown, more?: { readonly replaces?: unknown }): void => {
      const site = here(call);
      const recorded = partCall(action, path, version, more, site);
      groups.push([options.direction === 'reverse' ? { ...recorded, action: INVERSE[action] } : recorded]);
    };
    return call;
  };
  const sqlSteps = (): string[] => groups.flat().flatMap((call) => (call.kind === 'sql' ? [call.sql] : []));
  return {
    install: part('install'),
    uninstall: part('uninstall'),
    remove: part('remove'),
    func: asIs,
    db: databaseOf(options, state, here),
    getSqlSteps: sqlSteps,
    getSql: () => `${sqlSteps().join('\n')}\n`,
    isUsingTransaction: () => !state.alone,
  };
}

const INVERSE: Readonly<Record<PartAction, PartAction>> = {
  install: 'uninstall',
  uninstall: 'install',
  remove: 'install',
};

function partCall(
  action: PartAction,
  path: unknown,
  version: unknown,
  more: { readonly replaces?: unknown } | undefined,
  site: Site,
): Recorded & { readonly kind: 'part' } {
  if (typeof path !== 'string' || typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new TypeError(`pgm.${action}() takes a path below sql/ and a version: pgm.${action}('functions/name', 1)`);
  }
  const given = action === 'remove' ? null : more?.replaces;
  const replaces = replacedVersion(version, given === null || typeof given === 'number' ? given : undefined);
  return { kind: 'part', action, path, version, replaces, site };
}

function refuseEmpty(name: string, args: readonly unknown[], direction: 'forward' | 'reverse'): void {
  const message = direction === 'forward' ? emptyDefinition(name, args) : null;
  if (message !== null) throw new TypeError(message);
}

function databaseOf(
  { database }: RecorderOptions,
  state: { databaseUse: Site | null },
  here: (above: unknown) => Site,
): object {
  const run = async (above: unknown, query: unknown, values: unknown): ReturnType<OpaqueDatabase['query']> => {
    const site = here(above);
    state.databaseUse ??= site;
    if (!database) throw new DatabaseNeeded('pgm.db needs a database');
    const config = typeof query === 'object' && query !== null ? (query as { text?: unknown; values?: unknown }) : {};
    const parameters = values ?? config.values;
    const text = String(config.text ?? query);
    return Array.isArray(parameters) ? database.query(text, parameters) : database.query(text);
  };
  const query = (text: unknown, values?: unknown): unknown => held(run(query, text, values));
  const select = (text: unknown, values?: unknown): unknown =>
    held(run(select, text, values).then((result) => result.rows));
  return { query, select };
}

/** A promise that may go unwatched: the recorder knows of the call, so its rejection must not end the process. */
function held<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** The innermost frame of the migration's own file among the callers of `above`; null when it is in none. */
function siteOf(path: string, above: unknown): Site | null {
  // Nearly always the caller itself: a short stack first, since each frame costs a microsecond.
  return siteWithin(2, path, above) ?? siteWithin(30, path, above);
}

function siteWithin(limit: number, path: string, above: unknown): Site | null {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_error, frames) => frames;
    Error.captureStackTrace(holder, above as (...args: never[]) => unknown);
    const frames = holder.stack as NodeJS.CallSite[];
    const frame = frames.find((candidate) => candidate.getFileName() === path);
    const [line, column] = [frame?.getLineNumber(), frame?.getColumnNumber()];
    return line ? { line, column: column ?? 1 } : null;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
