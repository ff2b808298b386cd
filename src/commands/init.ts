/** `init`: sets a project up in an empty or an existing folder. Adds what is missing, never overwrites, twice is once. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Outcome, outcome, type Tone } from '../base/finding.ts';
import { packageRoot, VERSION } from '../base/version.ts';
import type { Context, Options } from './command.ts';
import { CONFIG, FIRST_MIGRATION, IGNORED, SCRIPTS, WORKFLOW } from './init-files.ts';

export type Done = 'created' | 'extended' | 'kept';

export interface InitData {
  readonly files: readonly { readonly file: string; readonly done: Done }[];
}

export async function run(context: Context, options: Options): Promise<Outcome<InitData>> {
  const { config } = context;
  const template = options.template === 'marketplace';
  if (template) refuseForeignMigrations(context);
  const project = new ProjectFiles(config.root);
  // Before anything is written: a package.json that cannot be read must not leave half a project.
  const manifest = packageText(config.root);
  if (config.file === null) project.create('strata.config.json', CONFIG);
  else project.keep(basename(config.file));
  if (template) copyTemplate(context, project);
  else if (migrationsIn(context).length === 0) project.create(`${config.migrations}/001_first.ts`, FIRST_MIGRATION);
  for (const folder of [config.sql, config.seeds]) project.folder(folder);
  project.write('package.json', manifest.text, manifest.done);
  project.appendLines('.gitignore', IGNORED);
  project.create('.github/workflows/strata.yml', WORKFLOW);
  return outcome({ files: project.files }, view(project.files, template));
}

function migrationsIn({ config }: Context): readonly string[] {
  const folder = join(config.root, config.migrations);
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

/** Two histories in one folder would be neither's. */
function refuseForeignMigrations(context: Context): void {
  const own = new Set(readdirSync(join(packageRoot(), 'migrations')));
  const foreign = migrationsIn(context).filter((name) => !own.has(name));
  if (foreign.length === 0) return;
  const { migrations } = context.config;
  throw new ToolError('INIT_CONFLICT', `${migrations}/ already holds ${foreign.length} other migrations`, {
    detail: foreign.slice(0, 5).join('\n'),
    hint: 'Run "strata init --template marketplace" in an empty folder, or "strata init" without a template here.',
  });
}

function copyTemplate({ config }: Context, project: ProjectFiles): void {
  const targets = { migrations: config.migrations, sql: config.sql, seeds: config.seeds };
  for (const [folder, target] of Object.entries(targets)) {
    const from = join(packageRoot(), folder);
    for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      project.copy(path, `${target}/${path.slice(from.length + 1).replaceAll('\\', '/')}`);
    }
  }
}

/** package.json with our scripts added beside its own, in its own indentation; a new one when there is none. */
function packageText(root: string): { readonly text: string; readonly done: Done } {
  const path = join(root, 'package.json');
  if (!existsSync(path)) {
    const name =
      basename(root)
        .toLowerCase()
        .replace(/[^a-z0-9-_.]+/g, '-')
        .replace(/^[-_.]+/, '') || 'database';
    const created = {
      name,
      private: true,
      type: 'module',
      scripts: SCRIPTS,
      devDependencies: { 'strata-pg': `^${VERSION}` },
    };
    return { text: `${JSON.stringify(created, null, 2)}\n`, done: 'created' };
  }
  const before = readFileSync(path, 'utf8');
  const manifest = parsed(before);
  const scripts = (manifest.scripts ?? {}) as Readonly<Record<string, string>>;
  if (Object.keys(SCRIPTS).every((name) => Object.hasOwn(scripts, name))) return { text: before, done: 'kept' };
  const indent = /^[ \t]+(?=")/m.exec(before)?.[0] ?? '  ';
  const text = JSON.stringify({ ...manifest, scripts: { ...SCRIPTS, ...scripts } }, null, indent);
  return { text: before.endsWith('\n') ? `${text}\n` : text, done: 'extended' };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new Error('it is not an object');
  } catch (thrown) {
    throw new ToolError('INIT_CONFLICT', 'package.json cannot be read, so no scripts can be added', {
      detail: messageOf(thrown),
      hint: 'Mend package.json and run "strata init" again. Nothing was written.',
      cause: thrown,
    });
  }
}

/** Writes below one folder and remembers what it did. */
class ProjectFiles {
  readonly files: { file: string; done: Done }[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  keep(file: string): void {
    this.files.push({ file, done: 'kept' });
  }

  create(file: string, text: string): void {
    if (existsSync(join(this.#root, file))) this.keep(file);
    else this.write(file, text, 'created');
  }

  copy(from: string, file: string): void {
    const to = join(this.#root, file);
    if (existsSync(to)) {
      this.keep(file);
      return;
    }
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    this.files.push({ file, done: 'created' });
  }

  write(file: string, text: string, done: Done): void {
    const path = join(this.#root, file);
    if (done !== 'kept') {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    this.files.push({ file, done });
  }

  /** git keeps no empty folder. */
  folder(name: string): void {
    const path = join(this.#root, name);
    if (!existsSync(path) || readdirSync(path).length === 0) this.create(`${name}/.gitkeep`, '');
  }

  appendLines(file: string, lines: readonly string[]): void {
    const path = join(this.#root, file);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const present = new Set(before.split(/\r?\n/).map((line) => line.trim()));
    const missing = lines.filter((line) => !present.has(line));
    const gap = before === '' || before.endsWith('\n') ? '' : '\n';
    const done = missing.length === 0 ? 'kept' : before === '' ? 'created' : 'extended';
    this.write(file, `${before}${gap}${missing.join('\n')}\n`, done);
  }
}

const TONES: Readonly<Record<Done, Tone>> = { created: 'good', extended: 'good', kept: 'quiet' };

function view(files: InitData['files'], template: boolean): readonly Block[] {
  const rows = files.map(({ file, done }) => [file, { text: done, tone: TONES[done] }]);
  const next = template ? 'strata up, then: strata seed reference demo' : 'strata up';
  const table: Block = { kind: 'table', head: ['file', 'done'], rows };
  return [table, { kind: 'text', text: `Next: ${next}`, tone: 'strong' }];
}
