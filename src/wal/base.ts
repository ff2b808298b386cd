/**
 * Takes a base backup with pg_basebackup, verifies it and puts it into the archive. It carries the WAL of its own time, so it
 * can be recovered even when the archive has a hole there. Until its last byte is verified it is called `<id>.partial`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { VERSION } from '../base/version.ts';
import { syncFolder, writeDurably } from '../disk/durable.ts';
import { withFolderLock } from '../disk/folder-lock.ts';
import { commitPartial, makePartial, newId, removeLeftovers, removePartial } from '../disk/store.ts';
import type { Session } from '../pg/pool.ts';
import { findProgram, runProgram } from '../pg/programs.ts';
import { type Archive, baseFolder } from './archive.ts';
import { baseFault, noIncremental } from './base-fault.ts';
import { type Base, type BaseManifest, chainFault, dataOf, listBases, readPgManifest } from './base-manifest.ts';
import { verifyData } from './base-verify.ts';
import { asAdmin, type Cluster, readCluster, refuseStandby } from './cluster.ts';
import { otherCluster } from './enable.ts';
import configFilesSql from './sql/config-files.sql';
import recoverySettingsSql from './sql/recovery-settings.sql';
import tablespacesSql from './sql/tablespaces.sql';

export interface BaseInput {
  readonly session: Session;
  readonly archive: Archive;
  /** True: only what changed since the newest base backup; PostgreSQL 17 or newer. */
  readonly incremental: boolean;
  readonly runtime: Runtime;
}

export interface Taken {
  readonly manifest: BaseManifest;
  readonly path: string;
}

/** Throws BASE_FAILED, BASE_INCREMENTAL, WAL_SERVER, WAL_ARCHIVE, BACKUP_LOCKED, BACKUP_INTERRUPTED, PROGRAM_…. */
export async function takeBase(input: BaseInput): Promise<Taken> {
  const { session, archive, runtime } = input;
  const cluster = await readCluster(session);
  refuseStandby(cluster, session);
  if (cluster.system_identifier !== archive.system_identifier) throw otherCluster(archive, cluster);
  await refuseTablespaces(session);
  const folder = baseFolder(archive);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return await withFolderLock({ dir: folder, command: 'strata wal base', runtime }, async () => {
    await removeLeftovers(folder);
    const parent = input.incremental ? await parentFor(input, cluster) : null;
    const id = newId(runtime.now(), runtime.random);
    try {
      const title = `Base backup ${id}`;
      return await withTask(runtime, { id: 'base', title }, () => take(input, { cluster, parent, id }));
    } catch (thrown) {
      await removePartial(folder, id);
      throw await baseFault(thrown, folder, runtime.signal);
    }
  });
}

interface Plan {
  readonly cluster: Cluster;
  readonly parent: Base | null;
  readonly id: string;
}

async function take(input: BaseInput, plan: Plan): Promise<Taken> {
  const { session, archive, runtime } = input;
  const { cluster, parent, id } = plan;
  const folder = baseFolder(archive);
  const partial = await makePartial(folder, id);
  const data = join(partial, 'data');
  const program = await findProgram('pg_basebackup', cluster.major, runtime.env);
  const args = [`--pgdata=${data}`, '--format=plain', '--wal-method=stream', '--checkpoint=fast', '--no-password'];
  if (parent !== null) args.push(`--incremental=${join(dataOf(archive, parent.id), 'backup_manifest')}`);
  const onStderr = progressOf(runtime);
  const { env, signal } = runtime;
  await runProgram(program, [...args, '--progress', `--label=strata ${id}`], session.target, { env, signal, onStderr });
  const { now } = await readCluster(session);
  const config = await keepConfig(session, join(partial, 'config'));
  const fault = await verifyData(data, cluster.major, runtime);
  if (fault !== null) throw new ToolError('BASE_FAILED', `the base backup is not what the server sent: ${fault}`);
  const manifest = await describe(input, plan, { data, stopped_at: now.toISOString(), config });
  await writeDurably(join(partial, 'base.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, path: await commitPartial(folder, id) };
}

async function describe(
  { session }: BaseInput,
  { cluster, parent, id }: Plan,
  taken: { readonly data: string; readonly stopped_at: string; readonly config: readonly string[] },
): Promise<BaseManifest> {
  const { text, value } = await readPgManifest(taken.data);
  const [range] = value['WAL-Ranges'];
  const rows = await session.query<{ name: string; value: string }>(recoverySettingsSql);
  return {
    strata_base: 1,
    id,
    parent: parent?.id ?? null,
    tool: `strata-pg ${VERSION}`,
    system_identifier: cluster.system_identifier,
    server: { version: cluster.version, major: cluster.major, superuser: cluster.superuser },
    timeline: range?.Timeline ?? cluster.timeline,
    start_lsn: range?.['Start-LSN'] ?? '',
    stop_lsn: value['WAL-Ranges'].at(-1)?.['End-LSN'] ?? '',
    started_at: cluster.now.toISOString(),
    stopped_at: taken.stopped_at,
    size: value.Files.reduce((sum, file) => sum + file.Size, 0),
    files: value.Files.length,
    manifest_sha256: sha256(text),
    settings: Object.fromEntries(rows.map((row) => [row.name, row.value])),
    config: taken.config,
  };
}

async function refuseTablespaces(session: Session): Promise<void> {
  const names = (await session.query<{ name: string }>(tablespacesSql)).map(({ name }) => name);
  if (names.length === 0) return;
  throw new ToolError('WAL_SERVER', `the cluster has tablespaces of its own: ${names.join(', ')}`, {
    detail: 'a base backup holds one directory',
    hint: 'Move their tables into pg_default and drop them, or back this server up with pgBackRest.',
  });
}

/** Configuration that lies elsewhere (/etc on Debian) is in no base backup. */
async function keepConfig(session: Session, folder: string): Promise<readonly string[]> {
  const files = await asAdmin(session, () => session.query<{ name: string; text: string }>(configFilesSql));
  if (files.length === 0) return [];
  await mkdir(folder, { mode: 0o700 });
  for (const { name, text } of files) await writeDurably(join(folder, name), text);
  await syncFolder(folder);
  return files.map(({ name }) => name);
}

/** The newest good backup, after everything that makes an incremental one impossible was ruled out. */
async function parentFor({ session, archive }: BaseInput, cluster: Cluster): Promise<Base> {
  if (cluster.major < 17) throw noIncremental(`PostgreSQL ${cluster.major} has none: they came with 17`);
  const [row] = await session.query<{ on: string }>("SELECT current_setting('summarize_wal') AS on");
  if (row?.on !== 'on') throw noIncremental('summarize_wal is off, so the server does not know what has changed');
  const bases = await listBases(archive);
  const parent = bases.filter((base) => chainFault(base, bases) === null).at(-1);
  if (parent === undefined) throw noIncremental('there is no good base backup to build on');
  return parent;
}

/** `12345/67890 kB (18%), 0/1 tablespace` as pg_basebackup writes it. */
function progressOf(runtime: Runtime): (line: string) => void {
  return (line) => {
    const [, done, total] = /^\s*(\d+)\/(\d+) kB \(/.exec(line) ?? [];
    if (done === undefined) return;
    const progress = { done: Number(done) * 1024, total: Math.max(Number(done), Number(total)) * 1024 };
    runtime.emit({ kind: 'progress', task: 'base', ...progress, unit: 'bytes' });
  };
}
