/**
 * TypeScript and JavaScript files of the reader, evaluated: migrations and configuration.
 *
 * Two ways in, both without writing a file:
 * - `evaluate`: source to exports by sucrase and `vm`, for files whose imports we can answer ourselves. 0.1 ms a file;
 *   lines stay where they are, so stacks point into the original.
 * - `importTypeScript`: jiti, for all else (imports of other files), with sucrase where it can, and Babel for `import.meta`, namespaces and
 *   what does not parse. Babel costs 80 ms once and about 1 ms a file, which for 1,000 migrations alone would be twice the CPU that a whole
 *   run may take.
 * esbuild was rejected: 10 MB of binary per platform and a second process. Node's own type stripping is not in Node 20.
 */
import { createRequire, isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';

export type Exports = Readonly<Record<string, unknown>>;

export interface EvaluateOptions {
  /** Absolute path: what stacks show, and where Node's own modules are required from. */
  readonly path: string;
  readonly language: 'ts' | 'js';
  /** Packages that imports get without looking at the disk: name to exports. */
  readonly provided: Readonly<Record<string, Exports>>;
}

/**
 * The exports of a module, or null when it needs more than `provided` and Node's own modules, or does not parse: then
 * `importTypeScript` finds out what is wrong and says it better. What the module throws while it is evaluated is thrown.
 */
export async function evaluate(source: string, options: EvaluateOptions): Promise<Exports | null> {
  const code = plainSource(source, options.language) ?? (await transpiled(source));
  if (code === null || NEEDS_MODULE.test(code.body) || !isSelfContained(code.body, options.provided)) return null;
  const run = compiled(code, options.path);
  if (!run) return null;
  const module: { exports: Exports } = { exports: {} };
  const own = createOnce(() => createRequire(options.path));
  const load = (name: string): unknown => options.provided[name] ?? own()(name);
  try {
    run.call(module.exports, module.exports, load, module);
  } catch (thrown) {
    if (code.names.some((name) => thrown instanceof ReferenceError && thrown.message === `${name} is not defined`))
      return null;
    throw thrown;
  }
  return withDefault(module.exports);
}

export interface ImportOptions {
  /** Package name to the path that it means. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** The exports of a file through jiti; throws what parsing or evaluating it throws. Nothing is cached. */
export async function importTypeScript(path: string, options: ImportOptions = {}): Promise<Exports> {
  const [{ createJiti }, sucrase] = await Promise.all([import('jiti'), import('sucrase')]);
  const url = pathToFileURL(path).href;
  const babel = createOnce(() => createJiti(url, { fsCache: false }));
  const jiti = createJiti(url, {
    moduleCache: false,
    fsCache: false,
    transform: (file) => ({ code: plainModule(file.source, sucrase) ?? babel().transform(file) }),
    ...(options.alias ? { alias: { ...options.alias } } : {}),
  });
  return withDefault((await jiti.import(path)) as Exports);
}

/** Null: for Babel, which knows more, says what is wrong with a file better, and takes three times as long to start. */
function plainModule(source: string, sucrase: Sucrase): string | null {
  const code = NEEDS_MODULE.test(source) ? null : commonJs(source, sucrase);
  try {
    if (code !== null) compileFunction(code, ['exports', 'require', 'module']);
    return code;
  } catch {
    return null;
  }
}

/** Line and column that an error names for a file, from its stack or its parser's message; null when it names none. */
export function placeOfError(thrown: unknown, path: string): { readonly line: number; readonly column: number } | null {
  const text = thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ''}` : '';
  const at = text.indexOf(`${path}:`);
  const [, line, column] = at < 0 ? [] : (/^:(\d+)(?::(\d+))?/.exec(text.slice(at + path.length)) ?? []);
  if (line !== undefined) return { line: Number(line), column: Number(column ?? 1) };
  const [, row, offset] = thrown instanceof SyntaxError ? (/\((\d+):(\d+)\)/.exec(thrown.message) ?? []) : [];
  return row === undefined ? null : { line: Number(row), column: Number(offset) + 1 };
}

/** `import.meta`, `import()` and top-level await need a real module. */
const NEEDS_MODULE = /\bimport\s*[.(]|^(?:const [^\n]*= )?await\b/m;
const MODULE_SYNTAX = /^\s*(?:import|export)\b/m;

/** JavaScript for a function body. */
interface Code {
  readonly body: string;
  /** Functions that are exports of the module. */
  readonly names: readonly string[];
}

const HEAD =
  /^((?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|import type [^;'"]*from '[^'\n]*';?\n)*)(?:export const shorthands(?:: ColumnDefinitions \| undefined)? = undefined;\s*)?(?=export )/;
const ACTION = /^export (async )?function (up|down)\((?:(\w+)(: MigrationBuilder)?)?\)(: (?:Promise<void>|void))? \{/gm;

/**
 * Files in the shape that `strata new` and node-pg-migrate's template give need no parser: the types in their heads are
 * blanked, columns kept, and the engine checks the rest. It refuses type syntax anywhere else; the one form that
 * is valid JavaScript with another meaning, `f<T>(x)`, is looked for. Ten times as fast as sucrase. Null: not such a file.
 */
function plainSource(source: string, language: 'ts' | 'js'): Code | null {
  if (!MODULE_SYNTAX.test(source)) return language === 'js' ? { body: source, names: [] } : null;
  const head = HEAD.exec(source)?.[0];
  if (head === undefined || /<[^<>=;\n]+>\s*\(/.test(source)) return null;
  const names: string[] = [];
  const body = source.slice(head.length).replace(ACTION, (text: string, ...groups: (string | undefined)[]) => {
    const [async = '', name = '', parameter = '', type = '', result = ''] = groups;
    names.push(name);
    const kept = `${' '.repeat(7)}${async}function ${name}(${parameter}${' '.repeat(type.length)})`;
    return `${kept}${' '.repeat(result.length)} {`.padEnd(text.length);
  });
  if (names.length === 0 || new Set(names).size !== names.length || MODULE_SYNTAX.test(body)) return null;
  return { body: head.replace(/[^\n]/g, ' ') + body, names };
}

/** What sucrase puts before the first line. */
const MARK = '"use strict";Object.defineProperty(exports, "__esModule", {value: true});';
/** Sucrase leaves namespaces out without a word, so files that may hold one are not for it. */
const NAMESPACE = /\b(?:namespace|module)\s+[\w.$]+\s*\{/;

async function transpiled(source: string): Promise<Code | null> {
  const code = commonJs(source, await import('sucrase'));
  return code === null ? null : { body: code.startsWith(MARK) ? code.slice(MARK.length) : code, names: [] };
}

type Sucrase = typeof import('sucrase');

function commonJs(source: string, { transform }: Sucrase): string | null {
  if (NAMESPACE.test(source)) return null;
  try {
    return transform(source, {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      preserveDynamicImport: true,
    }).code;
  } catch {
    return null;
  }
}

/** Whether every module that is required can be answered, with every name that is taken from it. */
function isSelfContained(body: string, provided: Readonly<Record<string, Exports>>): boolean {
  if (!body.includes('require')) return true;
  for (const [, variable, list, name = ''] of body.matchAll(REQUIRE)) {
    if (isBuiltin(name)) continue;
    const known = Object.hasOwn(provided, name) ? provided[name] : undefined;
    const taken = variable
      ? membersOf(body, variable)
      : (list ?? '*').split(',').map((entry) => entry.split(':')[0]?.trim() ?? '');
    if (!known || !taken.every((member) => member === '' || Object.hasOwn(known, member))) return false;
  }
  return true;
}

const REQUIRE = /(?:(?:(\w+)|\{([^}]*)\})\s*=\s*)?require\(\s*['"]([^'"]*)['"]\s*\)/g;

function membersOf(body: string, variable: string): string[] {
  return [...body.matchAll(new RegExp(`\\b${variable}\\b(?!\\s*=\\s*require)(?:\\.(\\w+))?`, 'g'))].map(
    ([, member]) => member ?? '*',
  );
}

type Body = (exports: Exports, load: (name: string) => unknown, module: { exports: Exports }) => void;

/**
 * Naming the functions first proves that they are the module's own and not lines inside a string: declarations are
 * hoisted, so this throws a ReferenceError before anything else has run.
 */
function compiled({ body, names }: Code, path: string): Body | null {
  const head = `'use strict';${names.map((name) => `exports.${name}=${name};`).join('')}`;
  try {
    const options = { filename: path, columnOffset: -head.length };
    return compileFunction(head + body, ['exports', 'require', 'module'], options) as Body;
  } catch {
    return null;
  }
}

function createOnce<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** `export default { up, down }` counts as exports of those names, as it does for node-pg-migrate. */
function withDefault(exports: Exports): Exports {
  const inner = exports.default;
  return typeof inner === 'object' && inner !== null ? { ...(inner as Exports), ...exports } : exports;
}
