/** A database with every kind of thing that a dump can lose, and shorthands for taking and restoring it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Restored, type RestoreInput, restoreBackup } from '../../src/backup/restore.ts';
import { type Backup, type BackupInput, createBackup } from '../../src/backup/take.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { ident, literal } from '../../src/base/ident.ts';
import { type Event, type Runtime, realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import { recordVerification } from '../../src/disk/store.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { serverTarget } from '../support/database.ts';
import { project } from '../support/project.ts';

const SHOP = readFileSync(join(import.meta.dirname, 'shop.sql'), 'utf8');

/** Role names that the shop grants to; cluster-wide, so named after the database. */
export function shopRoles(database: string): { readonly reader: string; readonly owner: string } {
  return { reader: `${database}_reader`, owner: `${database} "owner"` };
}

/** Fills the session's database. Its roles are dropped by `dropShopRoles`, after the databases that name them. */
export async function makeShop(session: Session): Promise<void> {
  const { database } = session.target;
  const { reader, owner } = shopRoles(database);
  await session.batch(SHOP);
  await session.batch(`
    CREATE ROLE ${ident(reader)} LOGIN; CREATE ROLE ${ident(owner)};
    GRANT ${ident(reader)} TO ${ident(owner)};
    GRANT SELECT ON customers, orders TO ${ident(reader)};
    CREATE POLICY reading ON customers FOR SELECT TO ${ident(reader)} USING (true);
    ALTER TABLE orders OWNER TO ${ident(owner)};
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${ident(reader)};
    COMMENT ON DATABASE ${ident(database)} IS 'the shop''s own';
    ALTER DATABASE ${ident(database)} SET search_path = "$user", public, "Weird-schema";
    ALTER DATABASE ${ident(database)} SET shop.mode = 'it''s \\ on';
    ALTER DATABASE ${ident(database)} SET strata.environment = 'production';
    ALTER ROLE ${ident(reader)} IN DATABASE ${ident(database)} SET statement_timeout = '5s';
    REVOKE ALL ON DATABASE ${ident(database)} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${ident(database)} TO ${ident(reader)}`);
}

export async function dropShopRoles(database: string): Promise<void> {
  const { reader, owner } = shopRoles(database);
  await withSession(serverTarget(), (s) =>
    s.batch(`DROP ROLE IF EXISTS ${ident(owner)}; DROP ROLE IF EXISTS ${ident(reader)}`),
  );
}

export function listener(more: Partial<Runtime> = {}): Runtime & { readonly events: Event[] } {
  const events: Event[] = [];
  return { ...realRuntime({ emit: (event) => void events.push(event), ...more }), events };
}

export function take(target: Target, more: Partial<BackupInput> = {}): Promise<Backup> {
  return createBackup({
    target,
    dir: join(project(), 'backups'),
    format: 'custom',
    jobs: 1,
    runtime: listener(),
    ...more,
  });
}

const DAY = 86_400_000;

/** A folder with a backup for each of these ages in days, all of the same bytes; ids by age. */
export async function copies(backup: Backup, ages: readonly number[]): Promise<{ dir: string; ids: string[] }> {
  const dir = join(project(), 'backups');
  mkdirSync(dir);
  const ids: string[] = [];
  for (const age of ages) {
    const at = new Date(Date.parse(backup.manifest.at) - age * DAY).toISOString();
    const id = `${at.replace(/[-:]|\.\d+/g, '')}-${sha256(String(age)).slice(0, 8)}`;
    await cp(backup.path, join(dir, id), { recursive: true });
    const text = JSON.stringify({ ...backup.manifest, id, at });
    writeFileSync(join(dir, id, 'manifest.json'), text);
    const sums = readFileSync(join(dir, id, 'SHA256SUMS'), 'utf8');
    writeFileSync(join(dir, id, 'SHA256SUMS'), sums.replace(/[0-9a-f]{64}(?= {2}manifest)/, sha256(text)));
    await recordVerification(dir, { id, at, ok: true });
    ids.push(id);
  }
  return { dir, ids };
}

/** The folder of backups that a backup lies in. */
export function dirOf(backup: Backup): string {
  return join(backup.path, '..');
}

export function restore(backup: Backup, to: string, more: Partial<RestoreInput> = {}): Promise<Restored> {
  return restoreBackup({ target: serverTarget(), dir: dirOf(backup), id: backup.id, to, runtime: listener(), ...more });
}

export async function dropDatabase(name: string): Promise<void> {
  await withSession(serverTarget(), (s) => s.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`));
}

export async function databaseExists(name: string): Promise<boolean> {
  const rows = await withSession(serverTarget(), (s) =>
    s.query(`SELECT FROM pg_database WHERE datname = ${literal(name)}`),
  );
  return rows.length > 0;
}
