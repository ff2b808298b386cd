/**
 * The only importer of node-pg-migrate: its MigrationBuilder, as a renderer of SQL. No database is needed for that.
 *
 * Imported by file (`/migrationBuilder`) and bundled: the package's own entry also loads glob, jiti and pg, 75 ms and
 * 20 MB that a renderer has no use for; this way it is 2 ms. Version 10 removes these paths, hence the pin to ~9.0.
 *
 * What the builder gets wrong in 9.0 is put right or refused before it is called: see values.ts.
 */
import type { ColumnDefinitions } from 'node-pg-migrate';
import { MigrationBuilder as Builder } from 'node-pg-migrate/migrationBuilder';
import { PgType } from 'node-pg-migrate/pgType';
import { isPgLiteral, PgLiteral } from 'node-pg-migrate/utils/PgLiteral';

export type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export type Shorthands = Readonly<Record<string, unknown>>;

/** What node-pg-migrate's users import from it at run time, for files that need nothing more. */
export const PROVIDED = { PgLiteral, PgType, isPgLiteral } as const;

/** `pgm.func`, and for values that the builder would garble. */
export function asIs(sql: string): unknown {
  return PgLiteral.create(sql);
}

/** Methods of the builder that render SQL. */
export function isOperation(name: string): name is Operation {
  return OPERATIONS.has(name);
}

export interface Renderer {
  /** The SQL of one call; `reverse` gives what undoes it. Throws what the builder throws; see `cannotInfer`. */
  render(operation: Operation, args: readonly unknown[], direction: 'forward' | 'reverse'): readonly string[];
}

/** A renderer for files that share these shorthands. Making one costs 20 µs, so the last one is used again. */
export function rendererFor(shorthands: Shorthands): Renderer {
  if (last && last.shorthands === shorthands && last.rendered < 100) return last;
  last = new BuilderRenderer(shorthands);
  return last;
}

/** Whether the builder gave up because an operation has no inverse. Its own message does not even name it. */
export function cannotInfer(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('Impossible to automatically infer down migration');
}

type Operation = Exclude<
  { [Name in keyof Builder]: Builder[Name] extends (...args: never[]) => void ? Name : never }[keyof Builder],
  'func' | 'noTransaction' | 'enableReverseMode' | 'isUsingTransaction' | 'getSql' | 'getSqlSteps'
>;

const NO_LOGGER = { info: ignore, warn: ignore, error: ignore };
const NO_DATABASE = { query: unreachable, select: unreachable } as never;
const NOT_OPERATIONS = new Set(['func', 'db']);

const sample = new Builder(NO_DATABASE, {}, false, NO_LOGGER);
const OPERATIONS: ReadonlySet<string> = new Set(
  Object.keys(sample).filter((name) => !NOT_OPERATIONS.has(name) && typeof Reflect.get(sample, name) === 'function'),
);

class BuilderRenderer implements Renderer {
  readonly shorthands: Shorthands;
  /** The builder copies all its steps at every call, so it must not live for ever. */
  rendered = 0;
  readonly #builders = new Map<'forward' | 'reverse', Builder>();

  constructor(shorthands: Shorthands) {
    this.shorthands = shorthands;
  }

  render(operation: Operation, args: readonly unknown[], direction: 'forward' | 'reverse'): readonly string[] {
    const builder = this.#builder(direction);
    const before = builder.getSqlSteps().length;
    Reflect.apply(builder[operation], builder, args);
    const steps = builder.getSqlSteps();
    this.rendered += 1;
    return direction === 'forward' ? steps.slice(before) : steps.slice(0, steps.length - before);
  }

  #builder(direction: 'forward' | 'reverse'): Builder {
    const known = this.#builders.get(direction);
    if (known) return known;
    const builder = new Builder(NO_DATABASE, this.shorthands as ColumnDefinitions, false, NO_LOGGER);
    if (direction === 'reverse') builder.enableReverseMode();
    this.#builders.set(direction, builder);
    return builder;
  }
}

let last: BuilderRenderer | undefined;

function ignore(): void {}

function unreachable(): never {
  throw new Error('the renderer has no database');
}
