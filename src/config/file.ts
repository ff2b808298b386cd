/** Finds and reads the configuration file. JSON loads nothing else; TypeScript loads the TypeScript loader. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Place } from '../base/finding.ts';
import { type JsonMap, mapJson, placeAt } from './json-place.ts';

export interface ConfigFile {
  readonly path: string;
  readonly value: unknown;
  /** Where a JSON pointer stands; undefined when the file is code. */
  readonly place: (pointer: string) => Place | undefined;
}

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `strata.config.${ending}`);

/** The file given, else the only one of the known names, else "strata" of package.json, else null. */
export async function readConfigFile(root: string, given: string | undefined): Promise<ConfigFile | null> {
  if (given !== undefined) {
    const path = resolve(root, given);
    if (!existsSync(path)) {
      throw new ToolError('CONFIG_UNREADABLE', `configuration file ${given} does not exist`, {
        hint: 'Check the path given with --config or STRATA_CONFIG: it starts from the project folder.',
      });
    }
    return readOne(root, path);
  }
  const found = NAMES.filter((name) => existsSync(join(root, name)));
  const [first, second] = found;
  if (first && second) {
    throw new ToolError('CONFIG_UNREADABLE', `there are two configuration files: ${first} and ${second}`, {
      hint: `Keep one of them, or choose with --config ${first}.`,
    });
  }
  return first ? readOne(root, join(root, first)) : readPackage(root);
}

async function readOne(root: string, path: string): Promise<ConfigFile | null> {
  if (basename(path) === 'package.json') return readPackage(root, path);
  if (extname(path) === '.json') {
    const { value, map, text } = readJson(root, path);
    return { path, value, place: placeIn(relative(root, path), text, map, '') };
  }
  return { path, value: await evaluate(root, path), place: () => undefined };
}

function readPackage(root: string, path = join(root, 'package.json')): ConfigFile | null {
  // Most packages have no such key: reading the text is enough to know.
  if (!existsSync(path) || !readFileSync(path, 'utf8').includes('"strata"')) return null;
  const { value, map, text } = readJson(root, path);
  const held = (value as Readonly<Record<string, unknown>> | null)?.strata;
  if (held === undefined) return null;
  return { path, value: held, place: placeIn(relative(root, path), text, map, '/strata') };
}

function placeIn(file: string, text: string, map: JsonMap, above: string): ConfigFile['place'] {
  return (pointer) => {
    const offset = map.offsets.get(above + pointer);
    return offset === undefined ? undefined : placeAt(file, text, offset);
  };
}

function readJson(root: string, path: string): { value: unknown; map: JsonMap; text: string } {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  try {
    return { value: JSON.parse(text), map: mapJson(text), text };
  } catch (thrown) {
    const { broken = 0 } = mapJson(text);
    const { file, line, column } = placeAt(relative(root, path), text, broken);
    const shown = text.split('\n')[line - 1] ?? '';
    const caret = `${' '.repeat(column - 1)}^`;
    throw new ToolError('CONFIG_UNREADABLE', `${file} is not JSON`, {
      detail: `${file}:${line}:${column}\n${shown}\n${caret}`,
      hint: 'JSON has no comments, no trailing commas, and double quotes around every key and text.',
      cause: thrown,
    });
  }
}

async function evaluate(root: string, path: string): Promise<unknown> {
  try {
    const module = await importFile(path);
    return defaultOf(module);
  } catch (thrown) {
    throw new ToolError('CONFIG_UNREADABLE', `${relative(root, path)} cannot be evaluated: ${firstLine(thrown)}`, {
      hint: 'The file must export the configuration as its default: export default { … }',
      cause: thrown,
    });
  }
}

/** How often Node was asked for a file: it keeps what it loaded, and would give a watcher the same again. */
const loads = new Map<string, number>();

async function importFile(path: string): Promise<unknown> {
  if (!/\.m?ts$/.test(path)) {
    const before = loads.get(path) ?? 0;
    loads.set(path, before + 1);
    if (before > 0) delete createRequire(path).cache[path];
    return import(pathToFileURL(path).href + (before > 0 ? `?again=${before}` : ''));
  }
  const typescript = await import('../base/typescript.ts');
  const source = readFileSync(path, 'utf8');
  const simple = await typescript.evaluate(source, { path, language: 'ts', provided: {} });
  return simple ?? typescript.importTypeScript(path);
}

/** The default export, also of a CommonJS file that a loader wrapped once more. */
function defaultOf(module: unknown): unknown {
  const once = (module as { readonly default?: unknown } | null)?.default;
  const twice = (once as { readonly __esModule?: boolean; readonly default?: unknown } | undefined)?.__esModule;
  const value = twice ? (once as { readonly default?: unknown }).default : once;
  if (typeof value === 'object' && value !== null) return value;
  throw new Error('it has no default export that is an object');
}

function firstLine(thrown: unknown): string {
  return messageOf(thrown).split('\n')[0] ?? '';
}
