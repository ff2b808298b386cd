/** Applies the marketplace's migrations with the project's own executor; its history lives in a schema of its own here. */
import { realRuntime } from '../../../src/base/runtime.ts';
import { DEFAULTS } from '../../../src/config/schema.ts';
import { compileMigrations } from '../../../src/migrate/compile.ts';
import { readMigrations } from '../../../src/migrate/files.ts';
import type { CompiledMigration } from '../../../src/migrate/model.ts';
import { chooseDown, chooseUp, planOf, statusesOf } from '../../../src/migrate/plan.ts';
import { runMigrations } from '../../../src/migrate/run.ts';
import type { Session } from '../../../src/pg/pool.ts';

const folder = { root: process.cwd(), migrations: 'migrations', sql: 'sql' };
export const HISTORY = { schema: 'strata', table: 'schema_migrations' };
let compiled: ReadonlyMap<string, CompiledMigration> | undefined;

/** Up to version `to` (null: all the way), or down to it (null: to nothing). */
export async function migrate(session: Session, direction: 'up' | 'down', to: string | null = null): Promise<number> {
  const { files } = readMigrations(folder);
  const compile = { ...folder, all: files };
  compiled ??= new Map(
    (await compileMigrations(files, compile)).map((migration) => [migration.file.version, migration]),
  );
  const rendered = compiled;
  const { lock, timeouts, batches } = DEFAULTS;
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${HISTORY.schema}`);
  const present =
    (await session.query(`SELECT 1 WHERE to_regclass('strata.schema_migrations') IS NOT NULL`)).length > 0;
  const { results } = await runMigrations(
    session,
    {
      command: direction,
      history: HISTORY,
      present,
      lock,
      timeouts,
      batches,
      compile,
      snapshotHash: async () => '0'.repeat(64),
      choose: async (history) => {
        const statuses = statusesOf(files, history);
        const extent = to === null ? { steps: files.length } : { to };
        const chosen =
          direction === 'up' ? chooseUp(statuses, to === null ? {} : { to }) : chooseDown(statuses, history, extent);
        return planOf(direction, chosen, rendered).steps;
      },
    },
    realRuntime(),
  );
  return results.length;
}
