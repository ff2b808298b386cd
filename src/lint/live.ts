/** Facts out of a live database: its catalog, and how many rows its tables have. Reads only. */
import { qname } from '../base/ident.ts';
import type { Snapshot } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';
import { isConnectionLoss } from '../pg/server-error.ts';
import { type Facts, factsOf } from './facts.ts';
import rowCounts from './sql/row-counts.sql';

export interface LiveOptions {
  readonly snapshot: Snapshot;
  readonly schemas: readonly string[];
  /** The statements to be judged, as one text: only tables that it names are looked into. */
  readonly mentioned: string;
}

/** An estimate of zero is not believed: a table that was just restored has no statistics either. */
export async function readFacts(session: Session, { snapshot, schemas, mentioned }: LiveOptions): Promise<Facts> {
  const estimates = await session.query<{ name: string; rows: number }>(rowCounts, [schemas]);
  const rows = new Map(estimates.flatMap(({ name, rows: count }) => (count > 0 ? [[name, count] as const] : [])));
  for (const { schema, name } of snapshot.tables) {
    if (rows.has(`${schema}.${name}`) || !mentioned.includes(name)) continue;
    if (await isEmpty(session, schema, name)) rows.set(`${schema}.${name}`, 0);
  }
  return factsOf({ serverVersion: session.serverVersion, snapshot, rows, schema: schemas[0] ?? 'public' });
}

/** False when the role may not look, or policies hide rows from it: a table of unknown size is judged as one with rows. */
async function isEmpty(session: Session, schema: string, name: string): Promise<boolean> {
  try {
    const [row] = await session.query<{ empty: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM ${qname(schema, name)}) AND NOT row_security_active($1) AS empty`,
      [qname(schema, name)],
    );
    return row?.empty === true;
  } catch (thrown) {
    if (isConnectionLoss(thrown)) throw thrown;
    return false;
  }
}
