/** Two databases compared as far as migrations can make them differ: the whole catalog with owners, and every row. */
import { catalogDifferences } from '../backup/differences.ts';
import { ToolError } from '../base/errors.ts';
import { qname } from '../base/ident.ts';
import { compare } from '../catalog/compare.ts';
import { describe } from '../catalog/describe.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { compileMigrations } from '../migrate/compile.ts';
import type { MigrationFile } from '../migrate/model.ts';
import { ReplayFailure, replay } from '../migrate/replay.ts';
import type { Session } from '../pg/pool.ts';
import type { Context } from './command.ts';
import type { Project } from './project.ts';
import { withScratchSession } from './scratch.ts';

export interface Content {
  readonly snapshot: Snapshot;
  /** By table, partitions each on their own. The sum does not depend on the order of rows. */
  readonly rows: readonly (readonly [string, { readonly count: number; readonly sum: string }])[];
}

export async function contentOf(session: Session): Promise<Content> {
  const snapshot = await readSnapshot(session, { owners: true });
  const rows: (readonly [string, { readonly count: number; readonly sum: string }])[] = [];
  for (const { schema, name } of snapshot.tables) {
    const [row] = await session.query<{ count: number; sum: string }>(
      `SELECT count(*)::float8 AS count, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS sum FROM ONLY ${qname(schema, name)} AS t`,
    );
    if (row) rows.push([`${schema}.${name}`, row]);
  }
  return { snapshot, rows };
}

/** What is not the same, in words; empty: nothing. Definitions that PostgreSQL only writes otherwise are `rewritten`. */
export function contentDifferences(wanted: Content, found: Content): readonly string[] {
  const catalog = catalogDifferences(wanted.snapshot, found.snapshot, true)
    .filter(({ level }) => level === 'error')
    .map(({ subject, message }) => `${subject} ${message}`);
  const sums = new Map(found.rows);
  const rows = wanted.rows.flatMap(([table, { count, sum }]) => {
    const other = sums.get(table);
    return other && other.sum !== sum ? [`rows of ${table}: ${count} and ${other.count}, or with other values`] : [];
  });
  return [...catalog, ...rows];
}

/** Objects whose definition means the same and reads otherwise: expressions that were parsed anew. */
export function rewritten(wanted: Content, found: Content): readonly string[] {
  return compare(wanted.snapshot, found.snapshot).map((change) => describe(change).subject);
}

export interface Proof {
  readonly up: Content;
  /** What the down leaves behind, in words; empty: nothing, or why it does not run. */
  readonly left: readonly string[];
}

/** Runs a baseline up and down on a database of its own. Throws SQUASH_REFUSED when its up does not run. */
export async function prove(context: Context, project: Project, file: MigrationFile): Promise<Proof> {
  const compile = { ...project.folder, all: [file] };
  const [migration] = await compileMigrations([file], compile);
  if (!migration) throw new ToolError('BUG', `${file.name} was not compiled`);
  return withScratchSession(context, async (session) => {
    const before = await readSnapshot(session, { owners: true });
    await replay(session, migration, 'up', { compile }).catch((thrown: unknown) => {
      throw thrown instanceof ReplayFailure ? doesNotRun(thrown) : thrown;
    });
    const up = await contentOf(session);
    try {
      await replay(session, migration, 'down', { compile });
    } catch (thrown) {
      if (!(thrown instanceof ReplayFailure)) throw thrown;
      return { up, left: [thrown.message] };
    }
    const after = await readSnapshot(session, { owners: true });
    return { up, left: compare(before, after).map((change) => describe(change).message) };
  });
}

function doesNotRun(failure: ReplayFailure): ToolError {
  return new ToolError('SQUASH_REFUSED', `the baseline does not run: ${failure.message}`, {
    detail: failure.detail,
    hint: 'Squash up to an earlier version, or report the statement. Nothing was written.',
    cause: failure,
  });
}
