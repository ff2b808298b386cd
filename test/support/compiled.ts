/** Migrations written into a throw-away project, compiled; and applied statement by statement, as simply as can be. */

import type { Script } from '../../src/base/plan.ts';
import { compileMigrations } from '../../src/migrate/compile.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import type { CompiledMigration } from '../../src/migrate/model.ts';
import type { Session } from '../../src/pg/pool.ts';
import { project } from './project.ts';

/** File name below migrations/ (or `sql/…`) to text. */
export async function compileAll(files: Readonly<Record<string, string>>): Promise<readonly CompiledMigration[]> {
  const entries = Object.entries(files).map(([path, text]) => [
    path.startsWith('sql/') ? path : `migrations/${path}`,
    text,
  ]);
  const options = { root: project(Object.fromEntries(entries)), migrations: 'migrations', sql: 'sql' };
  const { files: all } = readMigrations(options);
  return compileMigrations(all, { ...options, all });
}

export async function compileOne(
  name: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<CompiledMigration> {
  const compiled = await compileAll({ ...more, [name]: text });
  const one = compiled.find(({ file }) => file.file.endsWith(`/${name}`));
  if (!one) throw new Error(`${name} is not a migration`);
  return one;
}

/** The statements of a script, white space evened out. */
export function statementsOf(script: Script): string[] {
  if (script.kind !== 'statements') throw new Error(`${script.kind}: ${script.reason}`);
  return script.statements.map(({ sql }) => sql.replace(/\s+/g, ' '));
}

export async function apply(session: Session, script: Script): Promise<void> {
  if (script.kind !== 'statements') throw new Error(`${script.kind}: ${script.reason}`);
  for (const { sql } of script.statements) await session.query(sql);
}
