/** The state of the WAL archive, with its server where it can be asked. */
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Session } from '../pg/pool.ts';
import type { Archive } from '../wal/archive.ts';
import { readStatus, type WalStatus } from '../wal/status.ts';
import type { Context } from './command.ts';
import { withDatabase } from './database.ts';

export interface WalStatusRead {
  readonly status: WalStatus;
  /** A warning when the server could not be asked. */
  readonly unreachable: readonly Finding[];
}

/** An archive must be judged above all when the server is gone. `asks`: false leaves the server out. */
export async function readWalStatus(
  context: Context,
  archive: Archive,
  { verify, asks }: { readonly verify: boolean; readonly asks: boolean },
): Promise<WalStatusRead> {
  const { runtime } = context;
  const read = (session: Session | null): Promise<WalStatus> => readStatus({ archive, session, verify, runtime });
  let reached = false;
  if (!asks) return { status: await read(null), unreachable: [] };
  try {
    const status = await withDatabase(context, (session) => {
      reached = true;
      return read(session);
    });
    return { status, unreachable: [] };
  } catch (thrown) {
    if (reached || !(thrown instanceof ToolError) || thrown.exit !== 3) throw thrown;
    const message = `the server cannot be asked what waits to be archived: ${messageOf(thrown)}`;
    const found = finding({ code: 'wal/server-unreachable', level: 'warning', subject: 'server', message });
    return { status: await read(null), unreachable: [found] };
  }
}
