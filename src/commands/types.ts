/**
 * `strata types`: row types of the database, or of a stored Snapshot; beside them JSON Schemas, typed functions and, when
 * the configuration chooses parsers, registerTypes(). `--check` only compares.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { parseStored } from '../catalog/snapshot.ts';
import type { TypeSource } from '../catalog/type-source.ts';
import { type Difference, differences, diffText } from '../codegen/compare.ts';
import { type DocumentUse, documentUses } from '../codegen/documents.ts';
import { unknownConstraints } from '../codegen/errors.ts';
import { schemasText } from '../codegen/json-schema.ts';
import { typeModel } from '../codegen/model.ts';
import { proceduresText } from '../codegen/procedures.ts';
import { registerText } from '../codegen/register.ts';
import { typescriptOf } from '../codegen/typescript.ts';
import type { Config } from '../config/schema.ts';
import { modulesFrom } from './check-inputs.ts';
import type { Context, Options, Run } from './command.ts';
import { documentsOf } from './documents.ts';

export interface FileData {
  /** Relative to the project folder. */
  readonly file: string;
  readonly state: 'written' | 'unchanged' | 'removed' | 'fresh' | 'stale' | 'missing' | 'needless';
  readonly differences: readonly Difference[];
}

export interface TypesData {
  readonly relations: number;
  readonly routines: number;
  /** The row types first. */
  readonly files: readonly FileData[];
}

export const run: Run = (context, options) =>
  options.watch === true ? watch(context, options) : once(context, options);

async function watch(context: Context, options: Options): Promise<Outcome> {
  if (options.check === true) {
    throw new ToolError('USAGE', '--watch writes and --check only compares', { hint: 'Give one of them.' });
  }
  const from = typeof options.from === 'string' ? resolve(context.runtime.cwd, options.from) : null;
  let schemas: readonly string[] = [];
  let { config } = context;
  const ownFiles = (): readonly string[] => (config.file === null ? [] : modulesFrom(config.file));
  let own = ownFiles();
  if (own.length > 1 && !/\.m?ts$/.test(config.file ?? '')) {
    context.runtime.emit({
      kind: 'note',
      level: 'warning',
      text: `${relative(config.root, config.file ?? '')} ${IMPORTS}`,
    });
  }
  const { watchTypes } = await import('./types-watch.ts');
  return watchTypes(context, {
    live: from === null,
    files: () => [...own, ...(from === null ? [] : [from]), ...schemas],
    async write() {
      own = ownFiles();
      const { target } = config;
      config = (await context.reload?.()) ?? config;
      if (JSON.stringify(target) !== JSON.stringify(config.target)) {
        context.runtime.emit({ kind: 'note', level: 'warning', text: OTHER_DATABASE });
      }
      return once({ ...context, config }, options, (uses) => {
        schemas = [...new Set(uses.map(({ path }) => resolve(config.root, path)))];
      });
    },
  });
}

/** Node keeps the modules that a JavaScript file imports; TypeScript is loaded without. */
const IMPORTS = 'imports other files: their changes count only when this is started again';
const OTHER_DATABASE = 'the configuration names another database now: end this and start it again to watch that one';

async function once(
  context: Context,
  options: Options,
  onUses: (uses: readonly DocumentUse[]) => void = () => undefined,
): Promise<Outcome> {
  const { config } = context;
  const snapshot = await snapshotFor(context, options);
  const uses = documentUses(snapshot);
  onUses(uses);
  const { documents, findings } = await documentsOf(config, uses);
  if (findings.length > 0) return outcome({ relations: 0, routines: 0, files: [] }, [], findings);
  for (const name of unknownConstraints(config.types.errors, snapshot)) {
    const text = `types.errors: no table has a constraint ${name}; it is taken for the name of a unique index`;
    context.runtime.emit({ kind: 'note', level: 'warning', text });
  }
  const settings = { ...config.types, schemas: config.schemas, documents };
  const model = typeModel(snapshot, settings);
  const [path = '', schemas = '', procedures = '', register = ''] = typeFiles(config);
  const types = `./${basename(path).replace(/\.([mc]?)ts$/, '.$1js')}`;
  const texts: readonly (readonly [string, string | null])[] = [
    [path, typescriptOf(model)],
    [schemas, schemasText(model, settings)],
    [procedures, proceduresText(snapshot, model, { errors: config.types.errors, types })],
    [register, registerText(snapshot, model, config.types.parse)],
  ];
  const targets = texts
    .map(([at, text]) => ({ path: at, file: relative(config.root, at) || at, text }))
    .filter(({ path: at, text }) => text !== null || isOurs(at));
  const { relations, routines } = model;
  const counts = { relations: relations.length, routines: routines.length };
  return options.check === true ? check(targets, counts) : write(targets, counts);
}

/** Absolute paths of everything that may be written, the row types first. */
export function typeFiles({ root, types }: Pick<Config, 'root' | 'types'>): readonly string[] {
  const path = resolve(root, types.out);
  return [path, ...['schemas', 'procedures', 'register'].map((what) => beside(path, what))];
}

interface Target {
  readonly path: string;
  readonly file: string;
  /** Null: a file of ours that the schema no longer gives. */
  readonly text: string | null;
}

/** Nothing is removed, or asked to be, that does not begin with the header of a generated file. */
function isOurs(path: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8').slice(0, 400).includes('written by `strata types`');
}

type Counts = Pick<TypesData, 'relations' | 'routines'>;

/** `generated/types.ts` has `generated/schemas.ts` beside it; a file of another name has `name.schemas.ts`. */
function beside(path: string, what: string): string {
  const [, name = '', ending = 'ts'] = /^(.*?)\.([mc]?ts)$/.exec(basename(path)) ?? ['', basename(path)];
  return join(dirname(path), name === 'types' ? `${what}.${ending}` : `${name}.${what}.${ending}`);
}

async function snapshotFor(context: Context, options: Options): Promise<TypeSource> {
  if (typeof options.from === 'string') return storedSnapshot(resolve(context.runtime.cwd, options.from), options.from);
  // Loaded only here: what a stored Snapshot gives needs no driver.
  const { liveSource } = await import('./types-live.ts');
  return liveSource(context);
}

function storedSnapshot(path: string, given: string): TypeSource {
  if (!existsSync(path)) {
    throw new ToolError('USAGE', `there is no file ${given}`, { hint: 'Give --from the path of a stored snapshot.' });
  }
  return parseStored(() => readFileSync(path), given).snapshot;
}

function write(targets: readonly Target[], counts: Counts): Outcome<TypesData> {
  const files = targets.map(({ path, file, text }): FileData => {
    if (text === null) {
      rmSync(path);
      return { file, state: 'removed', differences: [] };
    }
    // As bytes: to decode what is there takes three times as long as to encode what should be.
    const bytes = Buffer.from(text);
    const same = existsSync(path) && readFileSync(path).equals(bytes);
    if (!same) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    return { file, state: same ? 'unchanged' : 'written', differences: [] };
  });
  const [types, ...others] = files;
  const same = types?.state === 'unchanged';
  const head = `${types?.file}: types of ${counts.relations} tables and views ${same ? 'are unchanged' : 'written'}`;
  const more = others.map(({ file, state }) => `${file} ${state === 'unchanged' ? 'is unchanged' : state}`);
  const view = [head, ...more].map((text) => ({ kind: 'text' as const, text, tone: 'good' as const }));
  return outcome({ ...counts, files }, view);
}

function check(targets: readonly Target[], counts: Counts): Outcome<TypesData> {
  const files = targets.map(({ path, file, text }): FileData => {
    if (text === null) return { file, state: 'needless', differences: [] };
    if (!existsSync(path)) return { file, state: 'missing', differences: [] };
    const found = differences(readFileSync(path, 'utf8'), text);
    return { file, state: found.length > 0 ? 'stale' : 'fresh', differences: found };
  });
  const view = files.map((one) =>
    one.state === 'stale'
      ? { kind: 'verbatim' as const, text: `${diffText(one.differences)}\n` }
      : { kind: 'text' as const, text: `${one.file} is ${one.state}`, ...(one.state === 'fresh' ? GOOD : {}) },
  );
  return outcome({ ...counts, files }, view, files.flatMap(fault));
}

const GOOD = { tone: 'good' } as const;

function fault({ file, state, differences: found }: FileData): readonly Finding[] {
  if (state === 'missing') return [stale('missing', file, 'the file does not exist')];
  if (state === 'needless')
    return [stale('stale', file, 'the schema no longer gives this file', 'Remove it with: strata types')];
  if (state !== 'stale') return [];
  const many = `${found.length} ${found.length === 1 ? 'difference' : 'differences'}`;
  return [stale('stale', file, `the file is not what the schema gives: ${many}`)];
}

function stale(
  name: 'missing' | 'stale',
  file: string,
  message: string,
  hint = 'Write it with: strata types',
): Finding {
  const place = { file, line: 1, column: 1 };
  return finding({ code: `types/${name}`, level: 'error', subject: file, message, hint, place, key: name });
}
