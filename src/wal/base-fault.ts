/** What stopped a base backup, in words: the disk, the server, a missing WAL summary or Ctrl-C. */
import { statfs } from 'node:fs/promises';
import { type Code, messageOf, ToolError } from '../base/errors.ts';

const OWN: readonly Code[] = [
  'BASE_FAILED',
  'BASE_INCREMENTAL',
  'WAL_SERVER',
  'PROGRAM_MISSING',
  'PROGRAM_TOO_OLD',
  'BUG',
];
const UNTOUCHED = 'nothing of it is left in the archive; older base backups are untouched';

/** A ToolError for anything that was thrown while a base backup was taken. */
export async function baseFault(thrown: unknown, folder: string, signal: AbortSignal): Promise<ToolError> {
  if (thrown instanceof ToolError && OWN.includes(thrown.code)) return thrown;
  if (signal.aborted) {
    return new ToolError('BACKUP_INTERRUPTED', 'the base backup was interrupted', {
      detail: UNTOUCHED,
      hint: 'Take it again with: strata wal base',
      cause: thrown,
    });
  }
  const detail = thrown instanceof ToolError ? (thrown.more.detail ?? '') : '';
  const text = `${messageOf(thrown)}\n${detail}`;
  if (/ENOSPC|No space left on device|EDQUOT|quota exceeded/.test(text)) return await diskFull(folder, thrown);
  if (/WAL summaries|WAL summarization|must be summarized/i.test(text)) {
    return noIncremental('the server has no summaries of the WAL since the last base backup', detail);
  }
  return new ToolError('BASE_FAILED', wordsOf(text), {
    detail: [detail, UNTOUCHED].filter(Boolean).join('\n'),
    hint: adviceOn(text),
    cause: thrown,
  });
}

export function noIncremental(why: string, detail?: string): ToolError {
  return new ToolError('BASE_INCREMENTAL', `an incremental base backup is not possible: ${why}`, {
    detail,
    hint: 'Take a full one with: strata wal base. Summaries are made from when strata wal enable was applied (PostgreSQL 17 or newer).',
  });
}

async function diskFull(folder: string, cause: unknown): Promise<ToolError> {
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => `${Math.floor((bavail * bsize) / 1024 / 1024)} MiB free now`,
    () => '',
  );
  return new ToolError('BASE_FAILED', 'no space left in the archive', {
    detail: [`folder: ${folder}`, free, UNTOUCHED].filter(Boolean).join('\n'),
    hint: 'Free some space there; what is no longer needed shows: strata wal prune',
    cause,
  });
}

/** The program's own first complaint says more than its exit status. */
function wordsOf(text: string): string {
  return /pg_basebackup: error: (.*)/.exec(text)?.[1] ?? text.split('\n')[0] ?? text;
}

function adviceOn(text: string): string | undefined {
  if (/no pg_hba.conf entry for replication/.test(text)) {
    return 'Let the role make replication connections: a line "host replication <role> <address> scram-sha-256" in pg_hba.conf, then SELECT pg_reload_conf().';
  }
  if (/must be superuser or replication role|permission denied to start WAL sender|REPLICATION attribute/.test(text)) {
    return 'Use a superuser, or: ALTER ROLE its name REPLICATION';
  }
  return undefined;
}
