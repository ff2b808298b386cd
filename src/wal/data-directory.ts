/**
 * Makes a data directory from base backups, ready to recover: verified inputs, archiving off (a recovered copy must never
 * write into the archive that it came from), and the settings that a server needs to replay this WAL.
 */
import { appendFile, copyFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { runProgram } from '../pg/programs.ts';
import { type Archive, baseFolder, walFolder } from './archive.ts';
import { dataOf } from './base-manifest.ts';
import { verifyBase } from './base-verify.ts';
import type { Route } from './choose.ts';
import { exactProgram } from './programs.ts';

/** Throws TARGET_NOT_EMPTY. A directory that does not exist is fine. */
export async function refuseOccupied(dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw thrown;
  });
  if (names.length === 0) return;
  throw new ToolError('TARGET_NOT_EMPTY', `${dataDir} is not empty`, {
    hint: `Name a directory that does not exist with --data. What an earlier restore left there goes with: strata restore --discard --data ${dataDir}`,
  });
}

/** Throws BACKUP_DAMAGED, PROGRAM_MISSING, PROGRAM_FAILED. */
export async function makeDataDirectory(
  archive: Archive,
  route: Route,
  dataDir: string,
  runtime: Runtime,
): Promise<void> {
  await withTask(runtime, { id: 'base', title: `Base backup ${route.base.id}` }, async () => {
    for (const base of route.chain) {
      const fault = await verifyBase(archive, base, runtime);
      if (fault === null) continue;
      throw new ToolError('BACKUP_DAMAGED', `base backup ${base.id} is damaged: ${fault}`, {
        detail: 'nothing was restored',
        hint: 'From now on it is passed over: run the same command again to go from an older one.',
      });
    }
    await bringBack(archive, route, dataDir, runtime);
  });
  await configure(archive, route, dataDir);
}

async function bringBack(archive: Archive, { chain, base }: Route, dataDir: string, runtime: Runtime): Promise<void> {
  const inputs = chain.map((one) => dataOf(archive, one.id));
  const [only = ''] = inputs;
  if (inputs.length === 1) {
    await cp(only, dataDir, { recursive: true, verbatimSymlinks: true });
    return;
  }
  const program = await exactProgram('pg_combinebackup', base.manifest?.server.major ?? 0, runtime);
  const { env, signal } = runtime;
  await runProgram(program, [...inputs, `--output=${dataDir}`], null, { env, signal });
}

async function configure(archive: Archive, { base }: Route, dataDir: string): Promise<void> {
  const off = "\n# written by strata restore: enable it again with: strata wal enable --apply\narchive_mode = 'off'\n";
  await appendFile(join(dataDir, 'postgresql.auto.conf'), `${off}archive_command = ''\n`);
  await writeFile(join(dataDir, 'recovery.signal'), '');
  for (const name of base.manifest?.config ?? []) {
    await copyFile(join(baseFolder(archive), base.id, 'config', name), join(dataDir, `${name}.source`));
  }
  // Where the configuration lies elsewhere, the directory has none; an empty one means PostgreSQL's defaults.
  const text = '# written by strata restore; the configuration of the source is in postgresql.conf.source\n';
  for (const name of ['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf']) {
    await writeFile(join(dataDir, name), text, { flag: 'wx' }).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EEXIST') throw thrown;
    });
  }
}

/** Settings of the recovering server, for its command line: nothing of it stays in the directory. */
export function recoverySettings(
  archive: Archive,
  route: Route,
  place: { readonly dataDir: string; readonly run: string },
): Readonly<Record<string, string>> {
  const wal = walFolder(archive).replaceAll('%', '%%').replaceAll("'", "'\\''");
  return {
    ...route.base.manifest?.settings,
    ...route.setting,
    data_directory: place.dataDir,
    hba_file: join(place.run, 'pg_hba.conf'),
    ident_file: join(place.run, 'pg_ident.conf'),
    unix_socket_directories: place.run,
    // test first: PostgreSQL asks for files that need not be there, and cp would complain into the log.
    restore_command: `test -f '${wal}/%f' && cp '${wal}/%f' '%p'`,
    recovery_target_timeline: String(route.timeline),
    // Not promote: nobody has looked yet.
    recovery_target_action: 'pause',
    hot_standby: 'on',
    archive_mode: 'off',
    archive_command: '',
    archive_cleanup_command: '',
    recovery_end_command: '',
    primary_conninfo: '',
    primary_slot_name: '',
    synchronous_standby_names: '',
    external_pid_file: join(place.run, 'external.pid'),
    ssl: 'off',
    logging_collector: 'off',
    log_destination: 'stderr',
    // A recovered copy must not run the jobs of the original.
    'cron.launch_active_jobs': 'off',
    // The paused server still holds the locks of transactions that were under way: whoever looks must not hang on them.
    lock_timeout: '10s',
  };
}

export async function makeRunFolder(run: string): Promise<void> {
  await rm(run, { recursive: true, force: true });
  await mkdir(run, { mode: 0o700 });
  // The socket lies in a closed folder; over TCP the cluster's own passwords hold.
  const lines = ['local all all trust', 'host all all 127.0.0.1/32 scram-sha-256', ''];
  await writeFile(join(run, 'pg_hba.conf'), lines.join('\n'));
  await writeFile(join(run, 'pg_ident.conf'), '');
}
