/**
 * Makes an archive and proves it: nothing is called enabled before the server has put a segment there and it was read
 * back. The archiver lies in the archive itself, so that updating or removing this tool does not stop archiving.
 */
import { chmod, chown, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { syncFolder, writeDurably } from '../disk/durable.ts';
import type { Session } from '../pg/pool.ts';
import { type Archive, draftFolder, findArchive, type Identity, walFolder, writeIdentity } from './archive.ts';
import archiverText from './archiver.sh';
import { asAdmin, type Cluster, readCluster } from './cluster.ts';
import { historyName } from './lsn.ts';
import { segmentFault } from './segment-check.ts';
import archiverSql from './sql/archiver.sql';

/** Makes the archive, or finds it; renews its archiver. Throws WAL_ARCHIVE when it is another cluster's. */
export async function prepareArchive(dir: string, cluster: Cluster, runtime: Runtime): Promise<Archive> {
  const found = await findArchive(dir);
  if (found !== null && found.system_identifier !== cluster.system_identifier) throw otherCluster(found, cluster);
  try {
    const owner = await ownerFor(cluster);
    for (const folder of [dir, walFolder({ dir }), draftFolder({ dir })]) await makeFolder(folder, owner);
    await mkdir(join(dir, 'base'), { recursive: true, mode: 0o700 });
    await place(join(dir, 'archiver.sh'), { text: archiverText, mode: 0o500, owner });
    if (found !== null) return found;
    const { system_identifier, wal_segment_size } = cluster;
    const created_at = runtime.now().toISOString();
    const identity: Identity = { strata_wal: 1, system_identifier, wal_segment_size, created_at };
    await writeIdentity(dir, identity);
    if (owner !== null) await chown(join(dir, 'archive.json'), owner.uid, owner.gid);
    return { ...identity, dir };
  } catch (thrown) {
    throw new ToolError('WAL_ARCHIVE', `the archive cannot be made: ${messageOf(thrown)}`, {
      detail: `folder: ${dir}`,
      hint: 'Choose a folder that this user may write to with --wal-dir, or run the command as root.',
      cause: thrown,
    });
  }
}

export function otherCluster(archive: Archive, cluster: Cluster): ToolError {
  return new ToolError('WAL_ARCHIVE', 'the archive is that of another cluster', {
    detail: `archive ${archive.dir}: system identifier ${archive.system_identifier}; server: ${cluster.system_identifier}`,
    hint: 'Give each cluster an archive of its own with --wal-dir or backup.wal.dir. After pg_upgrade or initdb it is a new cluster.',
  });
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The server's user, when we are root and can see whose its data are; null: ourselves. */
async function ownerFor({ data_directory }: Cluster): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  return await stat(data_directory).catch(() => null);
}

async function makeFolder(folder: string, owner: Owner | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (owner !== null) await chown(folder, owner.uid, owner.gid);
}

interface Placed {
  readonly text: string;
  readonly mode: number;
  readonly owner: Owner | null;
}

async function place(path: string, { text, mode, owner }: Placed): Promise<void> {
  const draft = `${path}.partial`;
  await rm(draft, { force: true });
  await writeDurably(draft, text);
  await chmod(draft, mode);
  if (owner !== null) await chown(draft, owner.uid, owner.gid);
  await rename(draft, path);
  await syncFolder(dirname(path));
}

export interface ArchiverState {
  readonly archived: string;
  readonly last_archived: string | null;
  readonly last_archived_at: Date | null;
  readonly failed: string;
  readonly last_failed: string | null;
  readonly last_failed_at: Date | null;
  /** Files that wait for the archiver. */
  readonly ready: number;
  /** Segments in the server's pg_wal. */
  readonly present: readonly string[];
}

export async function readArchiver(session: Session): Promise<ArchiverState> {
  return await asAdmin(session, async () => {
    const [row] = await session.query<ArchiverState>(archiverSql);
    if (row === undefined) throw new ToolError('BUG', 'pg_stat_archiver is empty');
    return row;
  });
}

export interface ProveOptions {
  /** Milliseconds to wait for the segment. Default 60,000. */
  readonly wait?: number;
}

const POLL = 50;
/** PostgreSQL tries a file three times in a row, then pauses for a minute. */
const ATTEMPTS = 3;

/**
 * Ends the current segment and waits for it in the archive; reads it back. Gives its name. Throws WAL_NOT_ARCHIVED.
 * The restore point is there so that the segment is not empty: an empty one is not ended.
 */
export async function proveArchiving(
  session: Session,
  archive: Archive,
  runtime: Runtime,
  options: ProveOptions = {},
): Promise<string> {
  await bringHistory(session, archive);
  const before = await readArchiver(session);
  const name = await asAdmin(session, async () => {
    await session.query("SELECT pg_create_restore_point('strata_wal_enable')");
    const [row] = await session.query<{ name: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS name');
    return row?.name ?? '';
  });
  const path = join(walFolder(archive), name);
  const deadline = runtime.ticks() + (options.wait ?? 60_000);
  while ((await stat(path).catch(() => null)) === null) {
    runtime.signal.throwIfAborted();
    const now = await readArchiver(session);
    const failures = Number(now.failed) - Number(before.failed);
    if (failures >= ATTEMPTS || runtime.ticks() > deadline) throw notArchived(name, archive, now);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  const fault = await segmentFault(archive, name);
  if (fault === null) return name;
  throw new ToolError('WAL_NOT_ARCHIVED', `segment ${name} did not arrive whole: ${fault}`, {
    detail: `file: ${path}`,
  });
}

/**
 * A cluster that was promoted while it did not archive, as recovered ones are, has never archived the history of its
 * timeline: without it nothing on the timeline could be recovered.
 */
async function bringHistory(session: Session, archive: Archive): Promise<void> {
  const cluster = await readCluster(session);
  const name = historyName(cluster.timeline);
  const path = join(walFolder(archive), name);
  if (cluster.timeline === 1 || (await stat(path).catch(() => null)) !== null) return;
  const [row] = await asAdmin(session, () =>
    session.query<{ text: string | null }>('SELECT pg_read_file($1, 0, 1000000, true) AS text', [`pg_wal/${name}`]),
  );
  // Writable: the copy that a recovery fetches is opened for writing.
  if (row?.text != null) await place(path, { text: row.text, mode: 0o600, owner: await ownerFor(cluster) });
}

function notArchived(name: string, archive: Archive, state: ArchiverState): ToolError {
  const failed = state.last_failed === null ? '' : `; it failed last with ${state.last_failed}`;
  return new ToolError('WAL_NOT_ARCHIVED', `the server did not bring segment ${name} into ${archive.dir}`, {
    detail: `${state.archived} files archived, ${state.failed} failures, ${state.ready} files waiting${failed}`,
    hint: `Look for "strata archiver:" in the log of the server. Its user must be able to enter and write ${archive.dir}, on the machine of the server.`,
  });
}
