/**
 * Erasures, and the list of them that is kept beside the backups, so that a restored backup brings nobody back. How one
 * subject is erased is a script of the project, which reads the key with `current_setting('strata.subject')`; here it
 * runs, is remembered, and is repeated.
 *
 * The line is on the disk before the erasure commits: whatever is killed, what was erased is listed. What is listed and
 * was not erased is erased by the next restore, or when the command is repeated. A script that fails leaves no line, as
 * it would fail in every restore, too.
 */
import { sha256 } from '../base/canonical.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { withTransaction } from '../pg/transaction.ts';
import { appendErasures } from './erasure-list.ts';
import { refuseTransactions, type Script, scriptFault } from './script.ts';

/** An erasure that can be run. */
export interface Erasure extends Script {
  readonly script: string;
  readonly subject: string;
}

/** Two erasures at once would write into one another's lines; first eight bytes of SHA-256 of `strata erasure`. */
const ADVISORY_KEY = '2943127073373209063';

/** Runs it and puts it on the list of `dir`. Throws ERASURE_FAILED or ERASURE_LIST; then nothing is erased. */
export async function eraseSubject(session: Session, erasure: Erasure, dir: string, at: Date): Promise<void> {
  await withTransaction(session, async () => {
    await runErasure(session, erasure);
    await session.query(`SELECT pg_advisory_xact_lock(${ADVISORY_KEY})`);
    const [here] = await session.query<{ database: string }>('SELECT current_database() AS database');
    const { script, sql, subject } = erasure;
    await appendErasures(dir, [{ at: at.toISOString(), script, sha256: sha256(sql), subject, ...here }]);
  });
}

/** Runs all of them, in order; what one leaves in its transaction (`SET LOCAL ROLE`) does not reach the next. Throws ERASURE_FAILED. */
export async function repeatErasures(session: Session, erasures: readonly Erasure[]): Promise<void> {
  for (const erasure of erasures) await withTransaction(session, () => runErasure(session, erasure));
}

async function runErasure(session: Session, { file, sql, subject }: Erasure): Promise<void> {
  refuseTransactions('ERASURE_FAILED', { file, sql });
  try {
    await session.query(`SELECT set_config('strata.subject', $1, true)`, [subject]);
    await session.batch(sql);
    // What waits for the commit is found out now, while there is no line yet.
    await session.batch('SET CONSTRAINTS ALL IMMEDIATE');
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    const hint = 'Mend the script. It must suit the schema of every backup that is kept, not only that of today.';
    throw scriptFault('ERASURE_FAILED', thrown, { file, sql }, hint);
  }
}
