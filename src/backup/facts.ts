/** What the exporting transaction tells about the database before the dump starts. */
import { ToolError } from '../base/errors.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { snapshotFile } from '../catalog/snapshot.ts';
import type { Session } from '../pg/pool.ts';
import type { Facts } from './manifest.ts';
import factsSql from './sql/facts.sql';
import rowSecuritySql from './sql/row-security.sql';
import userSchemasSql from './sql/user-schemas.sql';

export interface DatabaseState {
  readonly facts: Facts;
  readonly schemaVersion: string | null;
  readonly snapshotHash: string;
  readonly snapshotFile: Buffer;
}

export async function readFacts(session: Session): Promise<Facts> {
  const [row] = await session.query<{ facts: Facts }>(factsSql);
  if (!row) throw new ToolError('BUG', 'the current database is not in pg_database');
  return row.facts;
}

export async function readState(
  session: Session,
  schemaVersion: (session: Session) => Promise<string | null> = async () => null,
): Promise<DatabaseState> {
  const facts = await readFacts(session);
  const version = await apart(session, schemaVersion);
  const about = { serverVersion: session.serverVersion, takenAt: new Date(facts.at) };
  const { bytes, hash } = snapshotFile(await readWholeSnapshot(session), about);
  return { facts, schemaVersion: version, snapshotHash: hash, snapshotFile: bytes };
}

/** Behind a savepoint: a history that is not there must not end the transaction that holds the exported snapshot. */
async function apart<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  await session.query('SAVEPOINT strata_apart');
  try {
    return await work(session);
  } finally {
    await session.batch('ROLLBACK TO SAVEPOINT strata_apart; RELEASE SAVEPOINT strata_apart');
  }
}

/** Every schema and every owner, the toolkit's own tables too: a dump holds them all. */
export async function readWholeSnapshot(session: Session): Promise<Snapshot> {
  const schemas = await session.query<{ name: string }>(userSchemasSql);
  return await readSnapshot(session, { schemas: schemas.map(({ name }) => name), owners: true });
}

/**
 * Stops a role that row level security applies to. pg_dump would stop too, at the first such table and without advice;
 * a role with BYPASSRLS that only reads is the right one.
 */
export async function refuseFilteredRole(session: Session): Promise<void> {
  const tables = await session.query<{ schema: string; name: string; forced: boolean }>(rowSecuritySql);
  if (tables.length === 0) return;
  const { user } = session.target;
  const shown = tables.slice(0, 10).map(({ schema, name, forced }) => `${schema}.${name}${forced ? ' (forced)' : ''}`);
  const more = tables.length > shown.length ? `, and ${tables.length - shown.length} more` : '';
  throw new ToolError(
    'BACKUP_ROLE_FILTERED',
    `row level security applies to role "${user}": a backup would lack rows`,
    {
      detail: `tables: ${shown.join(', ')}${more}`,
      hint: 'Use a role that reads everything: CREATE ROLE strata_backup LOGIN BYPASSRLS; GRANT pg_read_all_data TO strata_backup;',
    },
  );
}
