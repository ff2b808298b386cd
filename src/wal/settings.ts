/** The settings that make a server archive: which are wanted, which differ, and how they are written. */
import { ToolError } from '../base/errors.ts';
import { ident, literal } from '../base/ident.ts';
import type { Session } from '../pg/pool.ts';
import { asAdmin } from './cluster.ts';
import settingsSql from './sql/settings.sql';

export interface SettingChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** True: counts only after a restart of the server. */
  readonly restart: boolean;
}

export interface Wanted {
  /** Absolute path of the archive. */
  readonly dir: string;
  /** Seconds. */
  readonly timeout: number;
  /** True: another program's archive_command may go. */
  readonly replace: boolean;
}

/** The archive_command of an archive. `%` is doubled, because PostgreSQL replaces %p and %f. */
export function archiveCommand(dir: string): string {
  const script = `${dir}/archiver.sh`.replaceAll('%', '%%').replaceAll("'", "'\\''");
  return `/bin/sh '${script}' '%p' '%f' || exit 101`;
}

/** What it is until the server was restarted without archive_mode: without any, WAL would pile up. */
const NOTHING = '/bin/true';

/** Changes on the way to an archiving server, in order. Throws WAL_ARCHIVER_OTHER when another program archives. */
export async function changesToEnable(session: Session, wanted: Wanted): Promise<readonly SettingChange[]> {
  const now = await readSettings(session);
  const command = archiveCommand(wanted.dir);
  refuseOther(now, command, wanted.replace);
  const timeout = Number(now.archive_timeout ?? 0);
  const values: Readonly<Record<string, string | undefined>> = {
    wal_level: now.wal_level === 'minimal' ? 'replica' : now.wal_level,
    archive_mode: now.archive_mode === 'always' ? 'always' : 'on',
    archive_command: command,
    archive_timeout: timeout > 0 && timeout <= wanted.timeout ? String(timeout) : String(wanted.timeout),
    // From 17 on: what incremental base backups are made from.
    ...(now.summarize_wal === undefined ? {} : { summarize_wal: 'on' }),
  };
  return Object.entries(values).flatMap(([name, to = '']) => {
    const from = now[name] ?? '';
    return from === to ? [] : [{ name, from, to, restart: name === 'archive_mode' || name === 'wal_level' }];
  });
}

/** The way back. In two steps, with a restart between: first nothing is archived any more, then the settings go. */
export async function changesToDisable(session: Session): Promise<readonly SettingChange[]> {
  const now = await readSettings(session);
  const [mode = 'off', command = ''] = [now.archive_mode, now.archive_command];
  if (mode === 'off') return [];
  const off = { name: 'archive_mode', from: mode, to: 'off', restart: true };
  if (command === NOTHING) return [off];
  return [off, { name: 'archive_command', from: command, to: NOTHING, restart: false }];
}

/** Writes them into postgresql.auto.conf and lets the server read it again. Throws WAL_SERVER. */
export async function writeSettings(session: Session, changes: readonly SettingChange[]): Promise<void> {
  await asAdmin(session, async () => {
    // Each by itself: ALTER SYSTEM cannot run in a transaction.
    for (const { name, to } of changes) await session.query(`ALTER SYSTEM SET ${ident(name)} = ${literal(to)}`);
    await session.query('SELECT pg_reload_conf()');
  });
}

/** Takes out of postgresql.auto.conf what was written: the server's own configuration counts again. */
export async function resetSettings(session: Session): Promise<void> {
  await asAdmin(session, async () => {
    for (const name of Object.keys(await readSettings(session))) {
      if (['archive_library', 'wal_level'].includes(name)) continue;
      await session.query(`ALTER SYSTEM RESET ${ident(name)}`);
    }
    await session.query('SELECT pg_reload_conf()');
  });
}

/** Whether the server archives, and into the archive in `dir`. */
export async function archivesTo(session: Session, dir: string): Promise<boolean> {
  const { archive_mode = 'off', archive_command } = await readSettings(session);
  return archive_mode !== 'off' && archive_command === archiveCommand(dir);
}

async function readSettings(session: Session): Promise<Readonly<Record<string, string>>> {
  const rows = await session.query<{ name: string; value: string }>(settingsSql);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

function refuseOther(now: Readonly<Record<string, string>>, command: string, replace: boolean): void {
  const library = now.archive_library ?? '';
  const other = library || (now.archive_command ?? '');
  const none = ['', '(disabled)', NOTHING, command];
  if (none.includes(other) || (replace && library === '')) return;
  throw new ToolError('WAL_ARCHIVER_OTHER', 'another program archives the WAL of this server', {
    detail: library ? `archive_library: ${library}` : `archive_command: ${other}`,
    hint: library
      ? 'Take archive_library out of the configuration of the server first.'
      : 'If this archive shall take its place: strata wal enable --replace --apply',
  });
}
