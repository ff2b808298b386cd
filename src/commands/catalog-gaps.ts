/** What a comparison of catalogs cannot see: kinds that a Snapshot does not model, and schemas that it does not cover. Told, never passed over. */
import { type Finding, finding } from '../base/finding.ts';
import type { Snapshot } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';
import type { Context } from './command.ts';
import schemasSql from './sql/user-schemas.sql';

/** Warnings about objects, notes about schemas. */
export async function catalogGaps(
  { config }: Context,
  session: Session,
  snapshot: Pick<Snapshot, 'unmodelled' | 'schemas'>,
): Promise<readonly Finding[]> {
  const rows = await session.query<{ name: string }>(schemasSql, [[...config.schemas, config.history.schema]]);
  const there = new Set(snapshot.schemas.map(({ name }) => name));
  return [
    ...snapshot.unmodelled.map(unmodelled),
    ...rows.map(({ name }) => uncovered(name)),
    ...config.schemas.filter((name) => !there.has(name)).map(missing),
  ];
}

export function unmodelled({ kind, name, definition }: Snapshot['unmodelled'][number]): Finding {
  const compared = definition === null ? 'by its name alone' : 'as one line of text';
  return finding({
    code: 'snapshot/unmodelled',
    level: 'warning',
    subject: name,
    message: `${kind} ${name} is of a kind that a Snapshot does not model: it is compared ${compared}`,
    hint: 'Drift in it is told; the statements that undo it are yours to write.',
  });
}

function uncovered(name: string): Finding {
  return finding({
    code: 'snapshot/schema-uncovered',
    level: 'note',
    subject: name,
    message: `schema ${name} is none of the configured ones: nothing in it is compared`,
    hint: 'If the migrations make it, name it in the configuration: "schemas"',
  });
}

function missing(name: string): Finding {
  return finding({
    code: 'snapshot/schema-missing',
    level: 'warning',
    subject: name,
    message: `the configuration names schema ${name}, which the database does not have`,
    hint: 'See "schemas" in the configuration.',
  });
}
