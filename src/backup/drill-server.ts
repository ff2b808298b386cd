/** The server of a drill: which version, and how it is set up. */

import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { SUPPORTED } from '../pg/pool.ts';

/** As one would set up a server for a restore: rows without WAL, indexes sorted in memory, no checkpoint in between. */
export const RESTORING = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  checkpoint_timeout: '1h',
  maintenance_work_mem: '256MB',
  autovacuum: 'off',
};

/** The backup's own major version when this machine has its server, else the next newer one. */
export async function serverFor(major: number, { env }: Runtime): Promise<string> {
  const { chooseInstallation } = await import('../server/choose.ts');
  let first: unknown;
  for (let version = major; version <= Math.max(major, SUPPORTED.newest); version += 1) {
    try {
      await chooseInstallation({ env, version: String(version), dataDir: '' });
      return String(version);
    } catch (thrown) {
      if (!(thrown instanceof ToolError) || thrown.code !== 'EMBEDDED_BINARIES') throw thrown;
      first ??= thrown;
    }
  }
  throw first;
}
