/**
 * Concurrent index builds leave an INVALID index behind when they fail or are killed: it serves no query, costs every
 * write, and its name is taken. Before a build the leftover is dropped; after it, valid means valid in the catalog.
 */
import { ToolError } from '../base/errors.ts';
import { qname } from '../base/ident.ts';
import type { Statement } from '../base/plan.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Session } from '../pg/pool.ts';
import stateText from './sql/index-state.sql';
import { droppedIndex, type IndexBuild, indexBuild, reindexed } from './standalone.ts';

interface IndexState {
  readonly schema: string;
  readonly name: string;
  readonly valid: boolean;
  /** Process id of a session that is building it right now. */
  readonly builder: number | null;
}

/**
 * Clears the way for a statement. `begun`: an earlier run started it and never came to its end.
 * Returns true when that earlier run did finish it after all, so that there is nothing left to do.
 */
export async function prepareIndex(session: Session, sql: string, begun: boolean, runtime: Runtime): Promise<boolean> {
  const build = indexBuild(sql);
  if (build?.concurrently && build.name !== null) return prepareBuild(session, build, begun, runtime);
  if (!begun) return false;
  const gone = droppedIndex(sql);
  if (gone !== null) return !(await exists(session, gone));
  const again = reindexed(sql);
  if (again !== null) await dropInvalid(session, await statesOf(session, again, null, '_cc(new|old)[0-9]*$'), runtime);
  return false;
}

async function prepareBuild(session: Session, build: IndexBuild, begun: boolean, runtime: Runtime): Promise<boolean> {
  const states = await statesOf(session, build.table, build.name);
  if (begun && states.some((state) => state.valid)) return true;
  await dropInvalid(session, states, runtime);
  return false;
}

async function dropInvalid(session: Session, states: readonly IndexState[], runtime: Runtime): Promise<void> {
  for (const { schema, name, valid, builder } of states) {
    if (valid) continue;
    if (builder !== null) {
      throw new ToolError('MIGRATION_FAILED', `index "${name}" is being built by another session`, {
        detail: `pid ${builder} is at it (pg_stat_progress_create_index)`,
        hint: `Wait for it, or end it with: SELECT pg_terminate_backend(${builder});`,
      });
    }
    runtime.emit({
      kind: 'note',
      level: 'warning',
      text: `dropping index ${schema}.${name}, left INVALID by a build that failed`,
    });
    await session.batch(`DROP INDEX CONCURRENTLY IF EXISTS ${qname(schema, name)}`);
  }
}

/** The indexes that the statements build and that are not valid: `schema.name`. */
export async function invalidIndexes(session: Session, statements: readonly Statement[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { sql } of statements) {
    const build = indexBuild(sql);
    if (!build) continue;
    const states = await statesOf(session, build.table, build.name);
    found.push(...states.filter((state) => !state.valid).map((state) => `${state.schema}.${state.name}`));
  }
  return found;
}

function statesOf(
  session: Session,
  table: string,
  name: string | null,
  pattern: string | null = null,
): Promise<IndexState[]> {
  return session.query<IndexState>(stateText, [table, name, pattern]);
}

async function exists(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [name]);
  return row?.found === true;
}
