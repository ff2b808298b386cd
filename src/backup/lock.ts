/** One backup of a database at a time: two machines at it would slow it twofold. The folder has a lock of its own. */
import { ToolError } from '../base/errors.ts';
import type { Session } from '../pg/pool.ts';
import lockHolderSql from './sql/lock-holder.sql';

/** First eight bytes of SHA-256 of `strata backup`, as a signed bigint. */
const ADVISORY_KEY = '-617553027259191117';

/** The lock in the database, held until the transaction ends. Throws BACKUP_LOCKED with the holder. */
export async function lockDatabase(session: Session): Promise<void> {
  const [row] = await session.query<{ got: boolean }>(`SELECT pg_try_advisory_xact_lock(${ADVISORY_KEY}) AS got`);
  if (row?.got) return;
  const [holder] = await session.query<{ pid: number; user: string; since: string }>(lockHolderSql, [ADVISORY_KEY]);
  throw new ToolError('BACKUP_LOCKED', `another backup of "${session.target.database}" is running`, {
    detail: holder ? `server process ${holder.pid}, user ${holder.user}, since ${holder.since}` : undefined,
    hint: 'Wait until it is done, then run: strata backup create',
  });
}
