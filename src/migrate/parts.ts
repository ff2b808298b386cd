/**
 * Parts: stored procedures, views, triggers and policies as versioned plain SQL, `sql/<kind>/<name>_v<N>.sql`.
 * A migration refers to one by name and version:
 *
 *   pgm.install('functions/accept_booking', 2)                   -- strata: install functions/accept_booking v2
 *   pgm.install('views/x', 3, { replaces: 1 })                   -- strata: install views/x v3 replaces v1
 *   pgm.uninstall('functions/accept_booking', 2)                 -- strata: uninstall functions/accept_booking v2
 *   pgm.remove('functions/accept_booking', 2)                    -- strata: remove functions/accept_booking v2
 *
 * The references are found in the source text, without running it, because checksums of applied migrations must not
 * load TypeScript. So name and version must be written out; compile.ts refuses a call that this scan did not see.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lfNormalised } from '../base/canonical.ts';
import type { SqlPart } from './model.ts';

export type PartAction = 'install' | 'uninstall' | 'remove';

export interface PartCall {
  readonly action: PartAction;
  /** Below sql/, without version and ending: `functions/accept_booking`. */
  readonly path: string;
  readonly version: number;
  /** The version that `install` takes the place of; null: none. The default is the one before, none for version 1. */
  readonly replaces: number | null;
  /** Offset in the source. */
  readonly offset: number;
}

/** `functions/accept_booking`, `policies/tutor/read`: letters, digits, `_` and `-`, at least one folder. */
export const PART_PATH = /^[\w-]+(?:\/[\w-]+)+$/;

const CALL =
  /\.\s*(install|uninstall|remove)\s*\(\s*(['"`])([\w-]+(?:\/[\w-]+)+)\2\s*,\s*(\d+)\s*(?:,\s*\{\s*replaces\s*:\s*(\d+|null)\s*,?\s*\}\s*)?,?\s*\)/g;
const DIRECTIVE =
  /^[ \t]*--[ \t]*strata:[ \t]*(install|uninstall|remove)()[ \t]+([\w-]+(?:\/[\w-]+)+)[ \t]+v(\d+)(?:[ \t]+replaces[ \t]+(?:v(\d+)|nothing))?[ \t]*$/gm;

/** The references in a source text, in order. */
export function partCalls(source: string, language: 'ts' | 'js' | 'sql'): readonly PartCall[] {
  if (language !== 'sql') return source.includes('install') || source.includes('.remove') ? scan(source, CALL) : [];
  return source.includes('strata:') ? scan(source, DIRECTIVE) : [];
}

function scan(source: string, pattern: RegExp): PartCall[] {
  return [...source.matchAll(pattern)].map((found) => {
    const [text, action = '', , path = '', digits = '', replaced] = found;
    const version = Number(digits);
    const none = replaced === undefined && /replaces[ \t]+nothing/.test(text);
    const replaces = none ? null : replacedVersion(version, replaced === undefined ? undefined : asVersion(replaced));
    return { action: action as PartAction, path, version, replaces, offset: found.index };
  });
}

function asVersion(text: string): number | null {
  return text === 'null' ? null : Number(text);
}

/** The version that an installation takes the place of when its author does not say. */
export function replacedVersion(version: number, given: number | null | undefined): number | null {
  if (given !== undefined) return given;
  return version > 1 ? version - 1 : null;
}

/** File of a part, below the sql folder. */
export function partFile(path: string, version: number): string {
  return `${path}_v${version}.sql`;
}

/** The versions of each path that the calls need: `remove` needs no predecessor. */
export function neededParts(
  calls: readonly PartCall[],
): readonly { readonly path: string; readonly version: number }[] {
  const needed = new Map<string, { path: string; version: number }>();
  const add = (path: string, version: number): unknown => needed.set(partFile(path, version), { path, version });
  for (const { action, path, version, replaces } of calls) {
    add(path, version);
    if (action !== 'remove' && replaces !== null) add(path, replaces);
  }
  return [...needed.keys()].sort().flatMap((key) => needed.get(key) ?? []);
}

export interface PartShelf {
  /** Null: there is no such file. */
  read(path: string, version: number): SqlPart | null;
}

/** Reads each part once, however many migrations refer to it. */
export function partShelf(options: { readonly root: string; readonly sql: string }): PartShelf {
  const known = new Map<string, SqlPart | null>();
  return {
    read(path, version) {
      const key = partFile(path, version);
      const before = known.get(key);
      if (before !== undefined) return before;
      const part = readPart(options, path, version);
      known.set(key, part);
      return part;
    },
  };
}

function readPart(
  options: { readonly root: string; readonly sql: string },
  path: string,
  version: number,
): SqlPart | null {
  const below = partFile(path, version);
  const [kind = '', ...rest] = path.split('/');
  try {
    const source = lfNormalised(readFileSync(join(options.root, options.sql, below), 'utf8'));
    return { kind, name: rest.join('/'), version, file: `${options.sql.replaceAll('\\', '/')}/${below}`, source };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}
