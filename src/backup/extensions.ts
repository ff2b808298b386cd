/** Extensions are installed by CREATE EXTENSION, in the version that the server has: they are not in a dump. */
import { ToolError } from '../base/errors.ts';
import type { Session } from '../pg/pool.ts';
import type { Manifest } from './manifest.ts';
import extensionsAvailableSql from './sql/extensions-available.sql';

/** Throws RESTORE_EXTENSION_MISSING when the server cannot install one. Another version is told by the comparison. */
export async function checkExtensions(session: Session, { extensions }: Manifest): Promise<void> {
  const names = extensions.map(({ name }) => name);
  const rows = await session.query<{ name: string }>(extensionsAvailableSql, [names]);
  const missing = extensions.filter(({ name }) => !rows.some((row) => row.name === name));
  if (missing.length === 0) return;
  const list = missing.map(({ name, version }) => `${name} ${version}`).join(', ');
  throw new ToolError('RESTORE_EXTENSION_MISSING', `the server lacks extensions that the backup needs: ${list}`, {
    hint: `Install their packages on ${session.target.host} (for most: postgresql-contrib), then restore again.`,
  });
}
