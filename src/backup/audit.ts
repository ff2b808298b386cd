/**
 * The project's audit log, if it has one whose rows are chained by hashes: the end of the chain goes into the manifest, so that whoever kept
 * an earlier one elsewhere can tell whether history was rewritten, and must be the same after a restore; a drill lets the project verify the
 * chain. How, only the project knows: `sql/audit/head.sql` returns one row, `sql/audit/verify.sql` a row for each fault.
 */
import { sha256 } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Row, Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { withTransaction } from '../pg/transaction.ts';
import type { AuditHead } from './manifest.ts';
import { refuseTransactions, type Script, scriptFault } from './script.ts';

/** Null: the project has no such script. */
export interface AuditScripts {
  readonly head: Script | null;
  readonly verify: Script | null;
}

export const NO_AUDIT: AuditScripts = { head: null, verify: null };

/** Must run inside a transaction. Throws AUDIT_FAILED; the transaction is as it was, whatever the script sets. */
export async function readAuditHead(session: Session, script: Script): Promise<AuditHead> {
  const [row] = await lastRows(session, script);
  return { script_sha256: sha256(script.sql), value: row === undefined ? null : textsOf(row) };
}

/** The restored chain must end where that of the backup did. Inside a transaction, too. */
export async function auditDifferences(
  session: Session,
  recorded: AuditHead | undefined,
  { head }: AuditScripts,
): Promise<readonly Finding[]> {
  if (recorded === undefined) return [];
  if (head === null || sha256(head.sql) !== recorded.script_sha256) {
    const why = head === null ? 'the project has no sql/audit/head.sql' : `${head.file} has changed since`;
    return [told('note', `not compared: ${why}`)];
  }
  try {
    const { value } = await readAuditHead(session, head);
    const [was, is] = [shown(recorded.value), shown(value)];
    return was === is ? [] : [told('error', `it ends with ${is} instead of ${was}`)];
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    return [told('error', `its end cannot be read: ${messageOf(thrown)}`)];
  }
}

/** What is wrong with the chain, a line each. Throws AUDIT_FAILED. */
export async function auditFaults(session: Session, script: Script): Promise<readonly string[]> {
  const rows = await withTransaction(session, (s) => lastRows(s, script), { readOnly: true });
  return rows.map((row) => shown(textsOf(row)));
}

async function lastRows(session: Session, script: Script): Promise<readonly Row[]> {
  refuseTransactions('AUDIT_FAILED', script);
  await session.batch('SAVEPOINT strata_audit');
  try {
    return (await session.batch(script.sql)).at(-1)?.rows ?? [];
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    const hint = 'Mend the script, or remove it: it reads only, and names the schema of each table.';
    throw scriptFault('AUDIT_FAILED', thrown, script, hint);
  } finally {
    await session.batch('ROLLBACK TO SAVEPOINT strata_audit; RELEASE SAVEPOINT strata_audit').catch(() => undefined);
  }
}

/** As text, because a bigint does not fit a JSON number. */
function textsOf(row: Row): Readonly<Record<string, string | null>> {
  const text = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value === null || value === undefined ? null : text(value)]),
  );
}

function shown(value: AuditHead['value']): string {
  if (value === null) return 'nothing';
  return Object.entries(value)
    .map(([name, text]) => `${name} ${text ?? 'null'}`)
    .join(', ');
}

function told(level: 'error' | 'note', message: string): Finding {
  return finding({ code: 'restore/audit', level, subject: 'audit log', message });
}
