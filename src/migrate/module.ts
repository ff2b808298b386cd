/**
 * TypeScript and JavaScript migrations, loaded: their exports checked, and the shorthands that files before them lend.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Place } from '../base/finding.ts';
import { type Exports, evaluate, importTypeScript, placeOfError } from '../base/typescript.ts';
import { PROVIDED, type Shorthands } from './builder.ts';
import type { MigrationFile } from './model.ts';
import { invalidAt } from './script.ts';
import { repairedShorthands } from './values.ts';

export type Action = (pgm: object, done?: () => void) => unknown;

export interface LoadedModule {
  readonly file: MigrationFile;
  /** Absolute: what the frames of its stacks name. */
  readonly path: string;
  readonly up: Action;
  /** Undefined: inferred from up. False: there is none, on purpose. */
  readonly down: Action | false | undefined;
  readonly shorthands: Shorthands | undefined;
}

/** Throws MIGRATION_INVALID (does not parse, exports no up) or MIGRATION_THREW (its top level throws). */
export async function loadModule(file: MigrationFile, root: string): Promise<LoadedModule> {
  const path = join(root, file.file);
  const exports = await load(file, path);
  const { up, down, shorthands } = exports;
  const top: Place = { file: file.file, line: 1, column: 1 };
  if (typeof up !== 'function') {
    throw invalidAt(top, file.source, 'the file exports no function up', {
      hint: `Write it as: export function up(pgm) { … }`,
    });
  }
  if (down !== undefined && down !== false && down !== null && typeof down !== 'function') {
    throw invalidAt(top, file.source, 'down is neither a function nor false', {
      hint: 'Export a function down(pgm), "down = false" for a migration without a way back, or no down to have it inferred.',
    });
  }
  return {
    file,
    path,
    up: up as Action,
    down: (down ?? undefined) as Action | false | undefined,
    shorthands: typeof shorthands === 'object' && shorthands !== null ? repairedShorthands(shorthands) : undefined,
  };
}

/** Whether loading it could matter to later files: it exports shorthands, and not just the template's `undefined`. */
export function lendsShorthands(file: MigrationFile): boolean {
  return file.language !== 'sql' && LENDS.test(file.source);
}

const LENDS = /\bshorthands\b(?!\s*(?::[^=]*)?=\s*(?:undefined|void 0)\b)/;

async function load(file: MigrationFile, path: string): Promise<Exports> {
  const language = file.language === 'ts' ? 'ts' : 'js';
  try {
    const provided = { 'node-pg-migrate': PROVIDED };
    return (
      (await evaluate(file.source, { path, language, provided })) ??
      (await importTypeScript(path, { alias: ownPackages() }))
    );
  } catch (thrown) {
    throw failure(file, path, thrown);
  }
}

/** The reader's project need not have node-pg-migrate: ours answers. */
function ownPackages(): Record<string, string> {
  try {
    return { 'node-pg-migrate': fileURLToPath(import.meta.resolve('node-pg-migrate')) };
  } catch {
    return {};
  }
}

/** An exception of the migration's own code, with its line. */
export function failure(
  file: MigrationFile,
  path: string,
  thrown: unknown,
  fallback?: { line: number; column: number },
): ToolError {
  if (thrown instanceof ToolError) return thrown;
  const at = placeOfError(thrown, path) ?? fallback ?? { line: 1, column: 1 };
  const place = { file: file.file, ...at };
  const lines = messageOf(thrown).split('\n');
  const first = lines.find((line) => line.trim() !== '')?.trim() ?? 'an exception';
  // jiti's parser errors are plain errors that say so in their text.
  if (thrown instanceof SyntaxError || /^(?:Parse|Syntax)Error\b/.test(first)) {
    const message = first.replace(/^\w+Error:\s*/, '').replace(/\s*\(\d+:\d+\)$/, '');
    return invalidAt(place, file.source, message, { cause: thrown });
  }
  const { more } = invalidAt(place, file.source, first);
  const name = thrown instanceof Error && /^(?:Type|Range|Reference)Error$/.test(thrown.name) ? `${thrown.name}: ` : '';
  return new ToolError('MIGRATION_THREW', `${place.file}:${place.line}:${place.column}: ${name}${first}`, {
    ...more,
    cause: thrown,
  });
}
