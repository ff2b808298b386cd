/**
 * A project's smoke scripts, `sql/smoke/*.sql`: each is sent as it is, in name order, and must not fail. They prove that
 * a database does what its applications need, not only that its tables are there: the marketplace's books a lesson.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptFault } from '../backup/script.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import type { Context } from './command.ts';

export interface SmokeResult {
  /** Relative to the project folder. */
  readonly file: string;
  /** Columns of the last row that the script returned, as `name value`; empty without one. */
  readonly told: string;
}

/** Runs every script; a folder that is absent holds none. Throws SMOKE_FAILED, and the script's work is undone. */
export async function runSmoke({ config }: Context, session: Session): Promise<readonly SmokeResult[]> {
  const folder = join(config.sql, 'smoke');
  const absolute = join(config.root, folder);
  if (!existsSync(absolute)) return [];
  const results: SmokeResult[] = [];
  for (const name of readdirSync(absolute)
    .filter((file) => file.endsWith('.sql'))
    .sort()) {
    results.push(await runScript(session, `${folder}/${name}`, readFileSync(join(absolute, name), 'utf8')));
  }
  return results;
}

async function runScript(session: Session, file: string, text: string): Promise<SmokeResult> {
  try {
    // One message: the server runs it as one transaction unless the script says otherwise.
    const results = await session.batch(text);
    const row = results.flatMap(({ rows }) => rows).at(-1) ?? {};
    return {
      file,
      told: Object.entries(row)
        .map(([column, value]) => `${column} ${String(value)}`)
        .join(', '),
    };
  } catch (thrown) {
    await session.batch('ROLLBACK; RESET ALL; RESET ROLE').catch(() => undefined);
    if (!(thrown instanceof ServerError)) throw thrown;
    throw scriptFault('SMOKE_FAILED', thrown, { file, sql: text }, `Run it by hand with: strata db psql -- -f ${file}`);
  }
}
