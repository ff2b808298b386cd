/** The server whose WAL it is: what it says about itself, and how its refusals are told. */
import { ToolError } from '../base/errors.ts';
import { describeTarget } from '../base/target.ts';
import { majorOf, type Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { type Lsn, parseLsn } from './lsn.ts';
import clusterSql from './sql/cluster.sql';

export interface Cluster {
  readonly system_identifier: string;
  readonly version: string;
  readonly major: number;
  readonly timeline: number;
  readonly in_recovery: boolean;
  /** Where it writes now; null on a standby. */
  readonly lsn: Lsn | null;
  readonly wal_segment_size: number;
  readonly data_directory: string;
  /** Name of the role that initdb made. */
  readonly superuser: string;
  readonly now: Date;
}

/** Throws WAL_SERVER when the role may not ask. */
export async function readCluster(session: Session): Promise<Cluster> {
  return await asAdmin(session, async () => {
    const [row] = await session.query<Omit<Cluster, 'lsn' | 'major'> & { readonly lsn: string | null }>(clusterSql);
    if (row === undefined) throw new ToolError('BUG', 'the server tells nothing about its WAL');
    return { ...row, major: majorOf(session), lsn: row.lsn === null ? null : parseLsn(row.lsn) };
  });
}

/** Throws WAL_SERVER on a standby: what a standby archives is its primary's business. */
export function refuseStandby({ in_recovery }: Cluster, session: Session): void {
  if (!in_recovery) return;
  throw new ToolError('WAL_SERVER', `${describeTarget(session.target)} is a standby`, {
    hint: 'Run the command against the primary.',
  });
}

/** Runs `work`; a refusal for want of privileges becomes WAL_SERVER with what to do. */
export async function asAdmin<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof ServerError) || thrown.sqlstate !== SQLSTATE.insufficientPrivilege) throw thrown;
    throw new ToolError('WAL_SERVER', `role "${session.target.user}" may not do this: ${thrown.message}`, {
      detail: thrown.fields.detail,
      hint: 'Archiving concerns the whole server: connect as a superuser.',
      cause: thrown,
    });
  }
}
