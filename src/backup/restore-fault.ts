/** What a restore says when it fails, and what is left then. */
import { messageOf, ToolError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import { ServerError } from '../pg/server-error.ts';
import type { Destination } from './destination.ts';

/** A database that was there before cannot be dropped for its owner, who must know what is in it. */
export function erasureFault(thrown: unknown, name: string, { fresh }: Destination): unknown {
  if (!(thrown instanceof ToolError)) return thrown;
  const left = fresh
    ? `database "${name}" was not made`
    : `database "${name}" holds the backup, and with it everybody who was erased since`;
  const detail = [thrown.more.detail, left].filter(Boolean).join('\n');
  const hint = fresh ? thrown.more.hint : `Drop it, mend the script and restore again: dropdb ${name}`;
  return new ToolError(thrown.code, thrown.message, { ...thrown.more, detail, hint });
}

export function mismatch(errors: readonly Finding[], name: string, { fresh }: Destination, keep: boolean): ToolError {
  const lines = errors.slice(0, 20).map((found) => `${found.subject}: ${found.message}`);
  const more = errors.length > lines.length ? [`… and ${errors.length - lines.length} more`] : [];
  const left = fresh && !keep ? `database "${name}" was not made` : `database "${name}" is left as it is`;
  return new ToolError('RESTORE_MISMATCH', 'the restored database differs from what was backed up', {
    detail: [...lines, ...more, left].join('\n'),
    hint:
      fresh && !keep ? 'Look at it with: strata restore --keep' : `Drop it when you have looked at it: dropdb ${name}`,
    findings: errors,
  });
}

export function restoreFault(thrown: unknown, id: string, signal: AbortSignal): unknown {
  if (signal.aborted) {
    return new ToolError('BACKUP_INTERRUPTED', 'the restore was interrupted', {
      detail: 'nothing of it is left on the server; the backup is untouched',
      cause: thrown,
    });
  }
  if (thrown instanceof ToolError && thrown.code !== 'PROGRAM_FAILED') return thrown;
  const words = thrown instanceof ToolError ? thrown.more : {};
  const sqlstate = thrown instanceof ServerError ? thrown.sqlstate : null;
  return new ToolError('RESTORE_FAILED', `backup ${id} could not be restored: ${messageOf(thrown)}`, {
    detail: [sqlstate && `SQLSTATE ${sqlstate}`, words.detail, 'nothing of it is left on the server']
      .filter(Boolean)
      .join('\n'),
    hint: hintFor(sqlstate, words.detail ?? messageOf(thrown)) ?? words.hint,
    cause: thrown,
  });
}

function hintFor(sqlstate: string | null, text: string): string | undefined {
  if (sqlstate === '42501' || /permission denied|must be (owner|superuser|able to SET ROLE)/.test(text)) {
    return 'Restore as a superuser, or as a role with CREATEDB that is a member of every owner in the backup.';
  }
  if (/invalid (LC_|locale|ICU)|could not (create|open) collat/i.test(text)) {
    return 'Install the locale on the server, or create an empty database with another one and restore into that.';
  }
  return undefined;
}
