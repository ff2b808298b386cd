/** `wal enable` and `wal disable`: the settings of archiving, shown first, written with `--apply`. */
import { resolve } from 'node:path';
import { type Block, type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { describeTarget } from '../base/target.ts';
import type { Session } from '../pg/pool.ts';
import { readCluster, refuseStandby } from '../wal/cluster.ts';
import { prepareArchive, proveArchiving } from '../wal/enable.ts';
import {
  changesToDisable,
  changesToEnable,
  resetSettings,
  type SettingChange,
  writeSettings,
} from '../wal/settings.ts';
import type { Context, Run } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { embeddedOptions, withDatabase } from './database.ts';

export const enable: Run = async (context, options) => {
  const { dir, timeout } = context.config.backup.wal;
  const archiveDir = resolve(context.config.root, dir);
  const wanted = { dir: archiveDir, timeout: Math.round(timeout / 1000), replace: options.replace === true };
  const changes = await withDatabase(context, async (session) => {
    refuseStandby(await readCluster(session), session);
    const found = await changesToEnable(session, wanted);
    if (options.apply !== true) return found;
    if (found.length > 0)
      await needConfirmation(context, options, session, 'wal enable --apply', 'changes the server of');
    await prepareArchive(archiveDir, await readCluster(session), context.runtime);
    await writeSettings(session, found);
    return found;
  });
  const told = { dir: archiveDir, changes, deed: 'wal enable' };
  if (options.apply !== true) return shown(told);
  if (!(await restarted(context, changes))) return await restartNeeded(context, told);
  const segment = await withDatabase(context, async (session) => {
    const archive = await prepareArchive(archiveDir, await readCluster(session), context.runtime);
    return await proveArchiving(session, archive, context.runtime);
  });
  const text = `archiving is enabled: segment ${segment} was archived to ${archiveDir} and read back`;
  return outcome({ state: 'enabled', dir: archiveDir, changes, segment }, [
    ...tableOf(changes),
    { kind: 'text', text, tone: 'good' },
    { kind: 'text', text: 'now take a base backup: strata wal base', tone: 'quiet' },
  ]);
};

export const disable: Run = async (context, options) => {
  const changes = await withDatabase(context, async (session) => {
    const found = await changesToDisable(session);
    if (options.apply !== true) return found;
    if (found.length > 0)
      await needConfirmation(context, options, session, 'wal disable --apply', 'changes the server of');
    await writeSettings(session, found);
    return found;
  });
  const told = { dir: null, changes, deed: 'wal disable' };
  if (options.apply !== true) return shown(told);
  if (!(await restarted(context, changes))) return await restartNeeded(context, told);
  await withDatabase(context, (session: Session) => resetSettings(session));
  return outcome({ state: 'disabled', dir: null, changes }, [
    ...tableOf(changes),
    { kind: 'text', text: 'archiving is disabled; the archive is as it was', tone: 'good' },
  ]);
};

interface Told {
  readonly dir: string | null;
  readonly changes: readonly SettingChange[];
  readonly deed: string;
}

function shown({ dir, changes, deed }: Told): Outcome {
  const text =
    changes.length === 0
      ? `nothing to change${deed === 'wal enable' ? '; prove it with: strata wal enable --apply' : ''}`
      : `nothing was touched: do it with: strata ${deed} --apply`;
  return outcome({ state: 'shown', dir, changes }, [...tableOf(changes), { kind: 'text', text }]);
}

/** Our own server we restart; for another one it is its administrator's to say when. False: it still has to be. */
async function restarted(context: Context, changes: readonly SettingChange[]): Promise<boolean> {
  if (!changes.some((change) => change.restart)) return true;
  if (context.config.target !== null) return false;
  const { startEmbedded, stopEmbedded } = await import('../server/embedded.ts');
  await stopEmbedded(embeddedOptions(context));
  await startEmbedded(embeddedOptions(context));
  return true;
}

/** Not ok: whoever runs this in a script must not take it for done. */
async function restartNeeded(context: Context, { dir, changes, deed }: Told): Promise<Outcome> {
  const subject = await withDatabase(context, async ({ target }) => describeTarget(target));
  const names = changes.flatMap(({ name, restart }) => (restart ? [name] : [])).join(' and ');
  const found: Finding = finding({
    code: 'wal/restart-needed',
    level: 'error',
    subject,
    message: `${names} counts only after a restart of the server`,
    hint: `Restart it (systemctl restart postgresql), then run again: strata ${deed} --apply`,
  });
  return outcome({ state: 'restart_needed', dir, changes }, tableOf(changes), [found]);
}

function tableOf(changes: readonly SettingChange[]): readonly Block[] {
  if (changes.length === 0) return [];
  const rows = changes.map(({ name, from, to, restart }) => [name, from, to, restart ? 'restart' : 'reload']);
  return [{ kind: 'table', head: ['setting', 'is', 'becomes', 'by'], rows }];
}
