/**
 * What a check of the repository depends on, as one hash: the files of the folders that it judges, whatever their modules
 * import, and the packages that are installed. Where that cannot be told from the text (a migration that reads files,
 * variables or the network), it says so, and the check is done each time: a hash that misses something would hide a
 * failure. What it takes for granted is told in docs/cli.md.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { sha256 } from '../base/canonical.ts';

export type Inputs =
  | { readonly kind: 'known'; readonly hash: string }
  /** Why the check cannot be remembered, in words. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface InputOptions {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Files and folders, relative to it. What does not exist is an input, too: that it does not. */
  readonly paths: readonly string[];
  /** Whether modules among them are run, so that what they import counts as well. */
  readonly run: boolean;
}

/** Thrown and caught here alone. */
class Unknown extends Error {}

export function inputsOf({ root, paths, run }: InputOptions): Inputs {
  const files = new Map<string, string>();
  try {
    for (const path of paths) gather(root, resolve(root, path), files);
    // Modules are added to the map while it is walked: what they import is walked as well.
    for (const [file, text] of files) {
      if (run && MODULE.test(file)) for (const one of importsOf(root, file, text)) gather(root, one, files);
    }
  } catch (thrown) {
    if (thrown instanceof Unknown) return { kind: 'unknown', reason: thrown.message };
    throw thrown;
  }
  const lines = [...files].map(([file, text]) => `${sha256(text)}  ${relative(root, file)}\n`).sort();
  return { kind: 'known', hash: sha256(lines.join('')) };
}

const MODULE = /\.[cm]?[jt]s$/;

/** A file and, when it is a module, what it imports from beside it, and so on: for watching, where one missed is no harm. */
export function modulesFrom(file: string): readonly string[] {
  const found = new Set([file]);
  for (const one of found) {
    if (!MODULE.test(one) || !existsSync(one)) continue;
    for (const [, stated, called] of readFileSync(one, 'utf8').matchAll(IMPORT)) {
      const name = stated ?? called ?? '';
      const module = name.startsWith('.') ? foundModule(resolve(dirname(one), name)) : undefined;
      if (module !== undefined) found.add(module);
    }
  }
  return [...found];
}

/** Adds a file, or all below a folder, as Latin-1: every byte counts, whatever it means. */
function gather(root: string, path: string, files: Map<string, string>): void {
  if (files.has(path)) return;
  try {
    files.set(path, readFileSync(path, 'latin1'));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') files.set(path, 'missing');
    else if (code !== 'EISDIR') throw new Unknown(`${relative(root, path)} cannot be read`);
    else for (const name of readdirSync(path)) gather(root, join(path, name), files);
  }
}

/** Built-in modules that bring nothing from outside. */
const HARMLESS = new Set([
  'assert',
  'buffer',
  'crypto',
  'events',
  'path',
  'querystring',
  'string_decoder',
  'url',
  'util',
]);

/** Ways to the world that need no import, and imports whose target only running the module would tell. */
const OUTSIDE =
  /\bprocess\s*(?:\.\s*\w|\[|\?\.)|[=(,]\s*process\b|\bglobalThis\b|\bfetch\s*\(|\b(?:require|import)\s*\(\s*(?!['"][^'"]*['"]\s*\))/;
const IMPORT =
  /(?:^|[;}\s])(?:import|export)\s+(?!type\b)(?:[^'"`;]*?\bfrom\s*)?['"]([^'"]+)['"]|\b(?:require|import)\s*\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Paths of what a module imports from the disk. Throws Unknown when it may depend on something else. */
function importsOf(root: string, file: string, text: string): readonly string[] {
  const where = relative(root, file);
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const outside = OUTSIDE.exec(code);
  if (outside) throw new Unknown(`${where} uses ${outside[0].replace(/^[=(,]\s*/, '').trim()}`);
  return [...code.matchAll(IMPORT)].flatMap(([, stated, called]) => {
    const name = stated ?? called ?? '';
    if (name.startsWith('.') || name.startsWith('/')) return [moduleAt(where, resolve(dirname(file), name))];
    if (isBuiltin(name)) {
      if (HARMLESS.has(name.replace(/^node:/, ''))) return [];
      throw new Unknown(`${where} imports ${name}`);
    }
    return installed(dirname(file), where, name);
  });
}

const ENDINGS = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

function moduleAt(where: string, path: string): string {
  const found = foundModule(path);
  if (found) return found;
  throw new Unknown(`${where} imports ${path}, which is not found`);
}

/** As loaders find it: the file itself, with an ending, TypeScript under a JavaScript name, or the index of a folder. */
function foundModule(path: string): string | undefined {
  const typescript = path.replace(/\.([cm]?)js$/, '.$1ts');
  const candidates = [
    ...ENDINGS.map((ending) => path + ending),
    typescript,
    ...ENDINGS.slice(1).map((e) => join(path, `index${e}`)),
  ];
  return candidates.find((one) => existsSync(one) && !isFolder(one));
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** An installed package changes with the records of what is installed; one that is linked in from elsewhere does not. */
function installed(from: string, where: string, specifier: string): readonly string[] {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const home = ancestors(from).find((folder) => existsSync(join(folder, 'node_modules', name)));
  if (home === undefined) throw new Unknown(`${where} imports ${specifier}, which is not installed`);
  if (!realpathSync(join(home, 'node_modules', name)).includes('node_modules')) {
    throw new Unknown(`${where} imports ${specifier}, which is linked from elsewhere`);
  }
  const records = RECORDS.map((record) => join(home, record)).filter((path) => existsSync(path));
  if (records.length === 0) throw new Unknown(`nothing records which version of ${name} is installed`);
  return records;
}

const RECORDS = [
  'node_modules/.package-lock.json',
  'node_modules/.yarn-state.yml',
  'node_modules/.pnpm/lock.yaml',
  'node_modules/.yarn-integrity',
];

function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
