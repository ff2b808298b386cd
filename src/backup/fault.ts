/** What stopped a backup, in words: the disk, the server, pg_dump or Ctrl-C. */
import { statfs } from 'node:fs/promises';
import { type Code, messageOf, ToolError } from '../base/errors.ts';
import { ServerError } from '../pg/server-error.ts';

/** Errors that say it well themselves. */
const OWN: readonly Code[] = [
  'BACKUP_DIR_UNREADABLE',
  'BACKUP_INTERRUPTED',
  'BACKUP_LOCKED',
  'BACKUP_ROLE_FILTERED',
  'CONFIG_INVALID',
  'CONNECT_FAILED',
  'PROGRAM_MISSING',
  'PROGRAM_TOO_OLD',
  'SERVER_UNSUPPORTED',
  'BUG',
];

/** A ToolError for anything that was thrown while a backup was taken. */
export async function backupFault(thrown: unknown, dir: string, signal: AbortSignal): Promise<ToolError> {
  if (thrown instanceof ToolError && OWN.includes(thrown.code)) return thrown;
  if (signal.aborted) {
    return new ToolError('BACKUP_INTERRUPTED', 'the backup was interrupted', {
      detail: 'nothing of it is left in the backup folder',
      hint: 'Take it again with: strata backup create',
      cause: thrown,
    });
  }
  const { message, detail, hint } = await explain(thrown, dir);
  return new ToolError('BACKUP_FAILED', message, {
    detail: [detail, 'nothing of this backup is left in the folder; older backups are untouched']
      .filter(Boolean)
      .join('\n'),
    hint,
    cause: thrown,
  });
}

interface Words {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

async function explain(thrown: unknown, dir: string): Promise<Words> {
  const text = thrown instanceof ToolError ? `${thrown.message}\n${thrown.more.detail ?? ''}` : messageOf(thrown);
  if (/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/.test(text)) return await diskFull(dir);
  if (/lock timeout|could not obtain lock|could not lock/.test(text)) return lockedTable(thrown);
  if (thrown instanceof ToolError) return { message: thrown.message, ...thrown.more };
  if (thrown instanceof ServerError) return serverWords(thrown);
  const { code, path } = thrown as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return {
      message: `cannot write into the backup folder: ${messageOf(thrown)}`,
      hint: `Make ${dir} writable for this user, or choose another folder with --dir.`,
    };
  }
  return { message: messageOf(thrown), detail: path ? `file: ${path}` : undefined };
}

async function diskFull(dir: string): Promise<Words> {
  const free = await statfs(dir).then(
    ({ bavail, bsize }) => `${Math.floor((bavail * bsize) / 1024 / 1024)} MiB free now`,
    () => undefined,
  );
  return {
    message: 'no space left in the backup folder',
    detail: [`folder: ${dir}`, free].filter(Boolean).join('\n'),
    hint: `Free some space there, or write elsewhere: strata backup create --dir PATH`,
  };
}

function lockedTable(thrown: unknown): Words {
  return {
    message: 'a table stayed locked for too long',
    detail: thrown instanceof ToolError ? thrown.more.detail : messageOf(thrown),
    hint: 'Look in pg_locks for the session that holds AccessExclusiveLock on it, and let it end; then take the backup again.',
  };
}

function serverWords(thrown: ServerError): Words {
  const { sqlstate, detail, hint } = thrown.fields;
  if (sqlstate === '42501') {
    return {
      message: thrown.message,
      hint: 'Use a role that may read everything: GRANT pg_read_all_data TO its name, and ALTER ROLE its name BYPASSRLS.',
    };
  }
  return { message: thrown.message, detail: [`SQLSTATE ${sqlstate}`, detail].filter(Boolean).join('\n'), hint };
}
