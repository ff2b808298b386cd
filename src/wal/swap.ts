/**
 * Puts a recovered data directory in the place of the old one: two renames, and the old one is kept beside it under another
 * name. Between the two no directory has the name, so a kill there leaves both whole, and the error or the next look says where.
 */
import { chmod, open, realpath, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { syncFolder } from '../disk/durable.ts';
import { ownTree } from '../server/home.ts';
import { leftoverOn } from '../server/postmaster.ts';

export interface SwapPlan {
  /** The data directory whose place is taken; links are followed. */
  readonly dataDir: string;
  /** Where the recovery goes, on the same disk. */
  readonly beside: string;
  /** What the old one is called afterwards. */
  readonly kept: string;
}

/** Throws SWAP_FAILED when it is no data directory of that cluster, or lies where nothing can take its place. */
export async function planSwap(given: string, systemIdentifier: string, now: Date): Promise<SwapPlan> {
  const dataDir = await realpath(given).catch(() => given);
  const found = await systemOf(dataDir);
  if (found === null) throw refused(dataDir, 'it is no data directory of PostgreSQL');
  if (found !== systemIdentifier) {
    throw refused(dataDir, `it is of cluster ${found}, the archive is that of ${systemIdentifier}`);
  }
  const [own, above] = [await stat(dataDir), await stat(join(dataDir, '..'))];
  if (own.dev !== above.dev) {
    throw refused(dataDir, 'it is a mount point: a disk cannot be renamed. Restore with --data, and change the mount');
  }
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return { dataDir, beside: `${dataDir}_recovered_${stamp}`, kept: `${dataDir}_before_${stamp}` };
}

/** Throws SWAP_FAILED while a server runs there. */
export function refuseRunning({ dataDir }: Pick<SwapPlan, 'dataDir'>): void {
  const pid = leftoverOn(dataDir);
  if (pid === null) return;
  throw new ToolError('SWAP_FAILED', `a server runs on ${dataDir}`, {
    detail: `process ${pid}; nothing was touched`,
    hint: `Stop it (systemctl stop postgresql, or pg_ctl -D '${dataDir}' stop -m fast), then run the same command again.`,
  });
}

/** Both stopped. Throws SWAP_FAILED; the old directory has its name then. */
export async function swap(plan: SwapPlan): Promise<void> {
  const { dataDir, beside, kept } = plan;
  refuseRunning(plan);
  const { uid, gid, mode } = await stat(dataDir);
  if (process.getuid?.() === 0) ownTree(beside, { uid, gid });
  await chmod(beside, mode & 0o777);
  try {
    await rename(dataDir, kept);
    await rename(beside, dataDir).catch(async (thrown: unknown) => {
      await rename(kept, dataDir);
      throw thrown;
    });
    await syncFolder(join(dataDir, '..'));
  } catch (thrown) {
    throw new ToolError(
      'SWAP_FAILED',
      `the recovered directory cannot take the place of the old one: ${messageOf(thrown)}`,
      {
        detail: `the old one is ${dataDir}, the recovered one ${beside}`,
        hint: `Put it there by hand: mv '${dataDir}' '${kept}' && mv '${beside}' '${dataDir}'`,
        cause: thrown,
      },
    );
  }
}

/** The way back, when what took the place does not start. */
export async function unswap({ dataDir, beside, kept }: SwapPlan): Promise<void> {
  await rename(dataDir, beside);
  await rename(kept, dataDir);
  await syncFolder(join(dataDir, '..'));
}

/** The first eight bytes of pg_control; null: there is none. */
/** The system identifier of the cluster; null: it is no data directory. */
export async function systemOf(dataDir: string): Promise<string | null> {
  const file = await open(join(dataDir, 'global', 'pg_control')).catch(() => null);
  if (file === null) return null;
  try {
    const bytes = Buffer.alloc(8);
    await file.read(bytes, 0, 8, 0);
    return bytes.readBigUInt64LE().toString();
  } finally {
    await file.close();
  }
}

function refused(dataDir: string, why: string): ToolError {
  return new ToolError('SWAP_FAILED', `nothing can take the place of ${dataDir}: ${why}`, {
    detail: 'nothing was touched',
    hint: 'Name the data directory with --replace, as SHOW data_directory tells it, or restore beside it with --data.',
  });
}
