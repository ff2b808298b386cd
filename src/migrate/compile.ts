/**
 * Migration files into Scripts, both directions, without a database and only those that are asked for. TypeScript and the
 * builder are loaded when the first file needs them: a folder of `.sql` files never does.
 */
import { ToolError } from '../base/errors.ts';
import type { Direction, Statement } from '../base/plan.ts';
import type { Shorthands } from './builder.ts';
import { semanticChecksum } from './checksum.ts';
import type { FolderOptions } from './files.ts';
import type { CompiledMigration, MigrationFile } from './model.ts';
import type { LoadedModule } from './module.ts';
import { partPieces } from './part-pieces.ts';
import type { PartAction } from './parts.ts';
import type { OpaqueDatabase } from './pgm.ts';
import { type Built, buildScript, irreversible, type Piece } from './script.ts';
import { onlyDirectives, readSqlMigration, type SqlSection } from './sql-file.ts';
import { refuseBadSyntax } from './syntax-check.ts';

export type { OpaqueDatabase } from './pgm.ts';

export interface CompileOptions extends FolderOptions {
  /** Every file of the folder, in order: earlier ones lend their `shorthands`. */
  readonly all: readonly MigrationFile[];
}

/**
 * Renders both directions of each file, in one go. Throws MIGRATION_INVALID, MIGRATION_THREW or PART_INVALID at the first
 * file that cannot be compiled; nothing has run then.
 */
export async function compileMigrations(
  files: readonly MigrationFile[],
  options: CompileOptions,
): Promise<readonly CompiledMigration[]> {
  const compiled: CompiledMigration[] = [];
  const shelf = files.some((file) => file.language !== 'sql') ? await modules(options) : null;
  for (const file of files) {
    if (file.language === 'sql' || !shelf) compiled.push(compileSql(file, options));
    else compiled.push(await shelf.compile(file));
  }
  for (const { file, up } of compiled) await refuseBadSyntax(file, up);
  return compiled;
}

/**
 * Runs an opaque migration with a real database: `pgm.db` talks to it at once, and the statements that the builder queued
 * come back for the executor to run next. Throws MIGRATION_THREW with the line when the migration's code does.
 */
export async function runOpaque(
  file: MigrationFile,
  direction: Direction,
  database: OpaqueDatabase,
  options: CompileOptions,
): Promise<readonly Statement[]> {
  if (file.language === 'sql') throw new ToolError('BUG', `${file.file} is not opaque`);
  return (await modules(options)).run(file, direction, database);
}

interface Modules {
  compile(file: MigrationFile): Promise<CompiledMigration>;
  run(file: MigrationFile, direction: Direction, database: OpaqueDatabase): Promise<readonly Statement[]>;
}

/** Loads modules once each and knows which shorthands hold at which file: as in node-pg-migrate, all before it and its own. */
async function modules(options: CompileOptions): Promise<Modules> {
  const { loadModule, lendsShorthands } = await import('./module.ts');
  const { renderDirection, runDirection } = await import('./render.ts');
  const loaded = new Map<MigrationFile, LoadedModule>();
  const load = async (file: MigrationFile): Promise<LoadedModule> => {
    const module = loaded.get(file) ?? (await loadModule(file, options.root));
    loaded.set(file, module);
    return module;
  };
  const lenders = options.all.filter(lendsShorthands);
  const order = new Map(options.all.map((file, index) => [file.version, index]));
  // What holds after the first n lenders. The same object for files in between, which lets the renderer be used again.
  const lent: Shorthands[] = [{}];
  const shorthandsFor = async (file: MigrationFile): Promise<Shorthands> => {
    const here = order.get(file.version) ?? options.all.length;
    const count = lenders.filter((lender) => (order.get(lender.version) ?? 0) <= here).length;
    for (const lender of lenders.slice(lent.length - 1, count)) {
      lent.push({ ...lent.at(-1), ...(await load(lender)).shorthands });
    }
    return lent[count] ?? {};
  };
  return {
    async compile(file) {
      const render = { shorthands: await shorthandsFor(file), sql: options.sql };
      const module = await load(file);
      const up = await renderDirection(module, 'up', render);
      const down = await renderDirection(module, 'down', render);
      loaded.delete(file);
      return assembled(file, up, down);
    },
    async run(file, direction, database) {
      const render = { shorthands: await shorthandsFor(file), sql: options.sql };
      return runDirection(await load(file), direction, database, render);
    },
  };
}

function assembled(file: MigrationFile, up: Built, down: Built): CompiledMigration {
  const known = up.meaning && down.meaning;
  return {
    file,
    up: up.script,
    down: down.script,
    semanticChecksum: known && up.meaning ? semanticChecksum(up.meaning, known) : null,
    findings: [...up.findings, ...down.findings],
  };
}

function compileSql(file: MigrationFile, options: CompileOptions): CompiledMigration {
  const { up, down } = readSqlMigration(file);
  return assembled(file, buildSection(file, up, options), buildDown(file, up, down, options));
}

function buildDown(file: MigrationFile, up: SqlSection, down: SqlSection | null, options: CompileOptions): Built {
  if (down) return buildSection(file, down, options);
  if (!onlyDirectives(up)) {
    const missing = file.name.endsWith('.up') ? '.down.sql file' : '"-- Down Migration" section';
    return irreversible(`${file.name} has no ${missing}`, { file: file.file, line: 1, column: 1 });
  }
  const items = up.items
    .toReversed()
    .map((item) => (item.kind === 'part' ? { ...item, call: { ...item.call, action: UNDO[item.call.action] } } : item));
  return buildSection(file, { ...up, items }, options);
}

const UNDO: Readonly<Record<PartAction, PartAction>> = {
  install: 'uninstall',
  uninstall: 'install',
  remove: 'install',
};

function buildSection(file: MigrationFile, section: SqlSection, options: CompileOptions): Built {
  const pieces = section.items.flatMap((item): Piece[] => {
    if (item.kind === 'part') {
      return partPieces(file, item.call, section.placeOf(item.call.offset), options.sql);
    }
    const sql = section.source.slice(item.from, item.to);
    return sql.trim() === '' ? [] : [{ sql, placeOf: (offset) => section.placeOf(item.from + offset) }];
  });
  return buildScript(pieces, { subject: file.name, ...(section.alone ? { alone: '-- strata: no-transaction' } : {}) });
}
