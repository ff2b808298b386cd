/** What a restore says when it fails, and what is left then. */
import { messageOf, ToolError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import { ServerError } from '../pg/server-error.ts';
import { type Destination, LeftOver } from './destination.ts';
import { DISK_FULL, NO_LOCALE, SERVER_DOWN } from './server-trouble.ts';

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

export function restoreFault(caught: unknown, id: string, signal: AbortSignal): unknown {
  const left =
    caught instanceof LeftOver
      ? `database "${caught.database}" could not be dropped: the next restore on that server removes it`
      : 'nothing of it is left on the server';
  const thrown = caught instanceof LeftOver ? caught.cause : caught;
  if (signal.aborted) {
    return new ToolError('BACKUP_INTERRUPTED', 'the restore was interrupted', {
      detail: `${left}; the backup is untouched`,
      cause: thrown,
    });
  }
  const words = thrown instanceof ToolError ? thrown.more : {};
  if (thrown instanceof ToolError && thrown.code !== 'PROGRAM_FAILED') {
    if (caught === thrown) return thrown;
    return new ToolError(thrown.code, thrown.message, {
      ...words,
      detail: [words.detail, left].filter(Boolean).join('\n'),
    });
  }
  const sqlstate = thrown instanceof ServerError ? thrown.sqlstate : null;
  return new ToolError('RESTORE_FAILED', `backup ${id} could not be restored: ${messageOf(thrown)}`, {
    detail: [sqlstate && `SQLSTATE ${sqlstate}`, words.detail, left].filter(Boolean).join('\n'),
    hint: hintFor(sqlstate, words.detail ?? messageOf(thrown)) ?? words.hint,
    cause: thrown,
  });
}

function hintFor(sqlstate: string | null, text: string): string | undefined {
  if (sqlstate === '42501' || /permission denied|must be (owner|superuser|able to SET ROLE)/.test(text)) {
    return 'Restore as a superuser, or as a role with CREATEDB that is a member of every owner in the backup.';
  }
  if (sqlstate === '53100' || DISK_FULL.test(text)) {
    return 'Free some space on the disk of the server: a restore needs room for the whole database. A drill may go to another disk: --scratch DIR';
  }
  if (NO_LOCALE.test(text)) {
    return 'Install the locale on the server, or create an empty database with another one and restore into that.';
  }
  if (SERVER_DOWN.test(text)) {
    return 'The server went down, by a full disk perhaps: its log says why.';
  }
  return undefined;
}
