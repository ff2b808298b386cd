/**
 * Recovers the cluster to the newest moment that the archive leads to, on a server of its own, opens it for writing, and removes
 * it all. What a killed rehearsal left, its server too, the next one removes.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { workingDatabases } from '../pg/databases.ts';
import { withSession } from '../pg/pool.ts';
import { isAlive } from '../server/process.ts';
import { guardFolder, releaseGuard } from '../server/scratch-guard.ts';
import type { Archive } from './archive.ts';
import { chooseRoute } from './choose.ts';
import { recover, removeRecovered } from './recover.ts';
import { type Recovered, targetOf } from './recovered.ts';
import type { WalStatus } from './status.ts';
import { parseTarget } from './target.ts';

export interface RehearsalInput {
  readonly archive: Archive;
  readonly status: WalStatus;
  /** Where the data directory goes. Default: the temporary folder. */
  readonly parent: string | undefined;
  readonly runtime: Runtime;
}

export interface Rehearsed {
  readonly recovered: Recovered;
  /** A database of it, by its name. */
  readonly target: (database: string) => Target;
  readonly databases: readonly string[];
}

const PREFIX = 'strata-wal-drill-';

/** Lends the recovered cluster. Throws RECOVERY_TARGET_OUTSIDE, BACKUP_DAMAGED, RECOVERY_FAILED, EMBEDDED_…, PROGRAM_…. */
export async function withNewest<T>(input: RehearsalInput, work: (rehearsed: Rehearsed) => Promise<T>): Promise<T> {
  const { archive, status, runtime } = input;
  const { inventory, windows } = status;
  const newest = windows.at(-1);
  if (newest === undefined) throw nothing(archive);
  const parent = input.parent ?? tmpdir();
  await sweep(parent);
  const target = parseTarget({ at: newest.to });
  const route = await chooseRoute({ archive, inventory, windows, target, runtime });
  const folder = join(parent, `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  // The server's user must get through to its data, which are closed by themselves.
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  guardFolder(folder);
  const dataDir = join(folder, 'data');
  try {
    const recovered = await recover({ archive, route, dataDir, preview: true, runtime });
    const at = (database: string): Target => ({ ...targetOf(recovered), database });
    const databases = await withSession(at('template1'), async (session) => {
      await session.query('SELECT pg_promote(true, 600)');
      return await workingDatabases(session);
    });
    return await work({ recovered, target: at, databases });
  } finally {
    await removeRecovered(dataDir).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    releaseGuard(folder);
  }
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await removeRecovered(join(parent, name, 'data')).catch(() => undefined);
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function nothing({ dir }: Archive): ToolError {
  return new ToolError('RECOVERY_TARGET_OUTSIDE', 'no moment can be recovered', {
    detail: `archive: ${dir}`,
    hint: 'See why with: strata wal status',
  });
}
