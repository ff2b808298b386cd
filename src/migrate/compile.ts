/** Work in progress: signatures for the executor. */
import { ToolError } from '../base/errors.ts';
import type { Direction, Statement } from '../base/plan.ts';
import type { FolderOptions } from './files.ts';
import type { CompiledMigration, MigrationFile } from './model.ts';

export interface CompileOptions extends FolderOptions {
  /** Every file of the folder, in order: earlier ones lend their `shorthands`. */
  readonly all: readonly MigrationFile[];
}

/** Renders both directions of each file, in one go. No database is needed. */
export async function compileMigrations(
  _files: readonly MigrationFile[],
  _options: CompileOptions,
): Promise<readonly CompiledMigration[]> {
  throw new ToolError('BUG', 'not built yet');
}

/** What an opaque migration (one that calls `pgm.db`) talks to: the executor's own connection. */
export interface OpaqueDatabase {
  /** One statement; like the `query` of the driver's client. Runs at once, before everything the builder queues. */
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: unknown[]; readonly rowCount: number | null }>;
}

/** Runs an opaque migration with a real database, and gives the statements it queued, for the executor to run next. */
export async function runOpaque(
  _file: MigrationFile,
  _direction: Direction,
  _database: OpaqueDatabase,
  _options: CompileOptions,
): Promise<readonly Statement[]> {
  throw new ToolError('BUG', 'not built yet');
}
