/**
 * Restores a backup into a new database, and calls it restored only when catalog, row counts and checksums are those
 * of the moment when the backup was taken. Before anything is touched the backup itself is verified, and the roles and
 * extensions that it names are looked for: pg_restore by its own defaults goes on without them and leaves tables
 * without policies and grants.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { NAME_BYTES } from '../base/ident.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { parseSnapshot } from '../catalog/snapshot.ts';
import { asReader } from '../disk/reader.ts';
import { majorOf, type Session, withSession } from '../pg/pool.ts';
import { findProgram } from '../pg/programs.ts';
import { type AuditScripts, NO_AUDIT } from './audit.ts';
import { type Destination, withDestination, withMaintenance } from './destination.ts';
import { findDifferences } from './differences.ts';
import { type Erasure, repeatErasures } from './erasures.ts';
import { checkExtensions } from './extensions.ts';
import { loadDump } from './load.ts';
import { backupRows, type Manifest, type ManifestHead } from './manifest.ts';
import { type OpenedBackup, openBackup } from './open.ts';
import { applyProperties } from './properties.ts';
import { erasureFault, mismatch, restoreFault } from './restore-fault.ts';
import { provideRoles } from './roles.ts';
import { type Expected, type Selection, select } from './selection.ts';
import { verifyBackup } from './verify.ts';

export interface RestoreInput {
  /** The server to restore on, and who does it. Its database is not touched. */
  readonly target: Target;
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  /** A whole id. */
  readonly id: string;
  /** Name of the database: a new one, or an empty one. Default: `<database>_restored_<time of the backup>`. */
  readonly to?: string | undefined;
  /** Creates roles that are missing, without passwords. Default false. */
  readonly createRoles?: boolean;
  /** Keeps a new database that differs from the backup. Default false: it is dropped. */
  readonly keep?: boolean;
  /** Name of the database, as the second key when it is marked as production. */
  readonly confirm?: string | undefined;
  /** Only the rows of these tables; the catalog is restored whole. Default: all rows. */
  readonly only?: Selection | undefined;
  /** Who was erased from the database of that name, asked after the comparison and run before the database gets its name: a restore takes hours. Default: nobody. */
  readonly erasures?: ((database: string) => Promise<readonly Erasure[]>) | undefined;
  /** Reads the end of the audit log, which must be that of the backup. Default: not compared. */
  readonly audit?: AuditScripts;
  /** Workers of pg_restore; more than one only into a new database, because then it is not one transaction. Default 1. */
  readonly jobs?: number;
  /** Path of the file of private keys; needed only for an encrypted backup. */
  readonly identity?: string | undefined;
  /** Where an encrypted dump in the directory format is decrypted to. Default: the temporary directory. */
  readonly scratch?: string | undefined;
  readonly runtime: Runtime;
}

export interface Restored {
  readonly id: string;
  readonly database: string;
  /** Of what was restored: with a selection, the other tables have no rows in it. */
  readonly manifest: Manifest;
  /** From the first look at the backup until the comparison was done, in milliseconds. */
  readonly durationMs: number;
  readonly createdRoles: readonly string[];
  /** How many were repeated. */
  readonly erasures: number;
  /** Warnings: what could not be set, and differences that the server's version explains. */
  readonly findings: readonly Finding[];
}

/**
 * Throws BACKUP_DAMAGED, BACKUP_IDENTITY, RESTORE_SELECTION, RESTORE_ROLE_MISSING, RESTORE_EXTENSION_MISSING, TARGET_NOT_EMPTY, TARGET_IN_USE, TARGET_PRODUCTION (nothing
 * was touched), RESTORE_FAILED, RESTORE_MISMATCH, ERASURE_FAILED or BACKUP_INTERRUPTED (what was made is removed again).
 */
export async function restoreBackup(input: RestoreInput): Promise<Restored> {
  return await asReader(input.dir, input.id, input.runtime, () => restoreWhole(input));
}

async function restoreWhole(input: RestoreInput): Promise<Restored> {
  const start = input.runtime.ticks();
  const { dir, identity, scratch } = input;
  const opened = await openBackup({ dir, head: await verifiedHead(input), identity, scratch });
  return await restoreOpened(input, opened, start);
}

/** As restoreBackup, of one that is verified and open already. `start`: ticks at which the restore began. */
export async function restoreOpened(
  input: RestoreInput,
  opened: OpenedBackup,
  start = input.runtime.ticks(),
): Promise<Restored> {
  const { runtime, id } = input;
  const expected = await expectedOf(input, opened);
  const { manifest } = expected;
  const name = input.to ?? namedAfter(manifest.database.name, `_restored_${id.slice(0, 16)}`);
  const work = (): Promise<Restored> =>
    withMaintenance(input.target, async (admin) => {
      const createdRoles = await prepare(admin, input, opened);
      const destination = { manifest, name, confirm: input.confirm, keep: input.keep ?? false };
      const filled = await withDestination(admin, destination, (place) =>
        fill({ place, input, opened, expected, name }),
      );
      return { id, database: name, manifest, durationMs: runtime.ticks() - start, createdRoles, ...filled };
    });
  try {
    return await withTask(runtime, { id: 'restore', title: `Restore ${id} to ${name}` }, work, describe);
  } catch (thrown) {
    throw restoreFault(thrown, id, runtime.signal);
  }
}

/** Throws BACKUP_DAMAGED, BACKUP_INTERRUPTED. */
export async function verifiedHead({
  dir,
  id,
  runtime,
}: Pick<RestoreInput, 'dir' | 'id' | 'runtime'>): Promise<ManifestHead> {
  const { manifest, findings } = await verifyBackup({ dir, id, runtime });
  const errors = findings.filter((found) => found.level === 'error');
  if (manifest !== null && errors.length === 0) return manifest;
  throw new ToolError('BACKUP_DAMAGED', `backup ${id} is damaged and was not restored`, {
    detail: errors.map((found) => `${found.subject}: ${found.message}`).join('\n'),
    hint: 'Choose another one: strata backup list',
    findings: errors,
  });
}

/** `shop_restored_20261122T034500Z`: a database's name with an ending, cut to what a name may hold. */
export function namedAfter(database: string, ending: string): string {
  let base = database;
  while (Buffer.byteLength(base + ending) > NAME_BYTES) base = [...base].slice(0, -1).join('');
  return base + ending;
}

/** Everything that can be found out before a database is made. */
async function prepare(
  admin: Session,
  { id, createRoles = false }: RestoreInput,
  { manifest, text }: OpenedBackup,
): Promise<readonly string[]> {
  await checkExtensions(admin, manifest);
  const globals = await text('globals');
  return await provideRoles(admin, { needed: manifest.roles, globals, create: createRoles, id });
}

/** What the database shall be in the end, by the backup or by the part of it that was asked for. */
async function expectedOf({ id, only }: RestoreInput, { manifest, text }: OpenedBackup): Promise<Expected> {
  const { snapshot } = parseSnapshot(await text('snapshot'), `${id}/snapshot.json`);
  return only === undefined ? { manifest, snapshot, restores: null, findings: [] } : select(manifest, snapshot, only);
}

/** One restore under way. */
interface Filling {
  readonly place: Destination;
  readonly input: RestoreInput;
  readonly opened: OpenedBackup;
  readonly expected: Expected;
  readonly name: string;
}

async function fill(filling: Filling): Promise<Pick<Restored, 'erasures' | 'findings'>> {
  const { place, input, opened, expected, name } = filling;
  const { runtime, keep = false, jobs = 1, audit = NO_AUDIT } = input;
  const { manifest, restores } = expected;
  return await withSession(place.target, async (session) => {
    const dumped = Number.parseInt(manifest.pg_dump, 10);
    const major = majorOf(session);
    const pgRestore = await findProgram('pg_restore', Math.max(dumped, major), runtime.env);
    await opened.withDump((source) => loadDump({ place, pgRestore, major, source, jobs, restores, runtime }));
    const findings = await findDifferences(session, expected, { signal: runtime.signal, audit, jobs });
    const errors = findings.filter((found) => found.level === 'error');
    // What stays although it differs must not bring anybody back, either.
    const stays = errors.length === 0 || keep || !place.fresh;
    const erasures = stays ? await eraseAgain(session, filling) : 0;
    if (errors.length > 0) throw mismatch(errors, name, place, keep);
    const properties = await applyProperties(session, manifest.database, name);
    return { erasures, findings: [...expected.findings, ...findings, ...properties] };
  });
}

/** How many it were. */
async function eraseAgain(session: Session, { input, name, place, opened }: Filling): Promise<number> {
  try {
    const erasures = (await input.erasures?.(opened.manifest.database.name)) ?? [];
    await repeatErasures(session, erasures);
    return erasures.length;
  } catch (thrown) {
    throw erasureFault(thrown, name, place);
  }
}

function describe({ manifest, database, durationMs }: Restored): string {
  return `${database}: ${backupRows(manifest)} rows compared, ${(durationMs / 1000).toFixed(1)} s`;
}

/** For a backup that was passed over when the newest good one was chosen. */
export function passedOver(id: string, reason: string): Finding {
  return finding({
    code: 'restore/passed-over',
    level: 'warning',
    subject: id,
    message: `a newer backup cannot be relied upon: ${reason}`,
  });
}
