/** `restore`: a backup into a new database, or in place of one, compared with what was backed up. */
import { resolve } from 'node:path';
import { restoreInPlace } from '../backup/in-place.ts';
import { listBackups } from '../backup/inventory.ts';
import { backupRows } from '../backup/manifest.ts';
import { passedOver, type Restored, type RestoreInput, restoreBackup } from '../backup/restore.ts';
import type { Selection } from '../backup/selection.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Finding, type Outcome, outcome } from '../base/finding.ts';
import { NAME_BYTES } from '../base/ident.ts';
import type { Target } from '../base/target.ts';
import { resolveId } from '../disk/store.ts';
import { auditScripts } from './audit-scripts.ts';
import type { Context, Options, Run } from './command.ts';
import { resolveTarget } from './database.ts';
import { databaseOf, knownErasures, listMissing } from './erasure-scripts.ts';
import { identityFile } from './identity.ts';

/** What asks for the whole cluster at a moment, from the WAL archive. */
const RECOVERY = ['at', 'lsn', 'name', 'promote', 'discard'];

export const run: Run = async (context, options) => {
  if (RECOVERY.some((flag) => options[flag] !== undefined))
    return (await import('./restore-at.ts')).run(context, options);
  const { config, runtime } = context;
  checkFlags(options);
  const dir = resolve(config.root, config.backup.dir);
  const target = await resolveTarget(context);
  const chosen =
    options.remote === true ? await fetched(context, dir, options) : await chooseHere(context, dir, target, options);
  // Now, so that a list or script that is broken stops the restore before it begins; and again when it is time.
  const origin = await databaseOf(dir, chosen.id);
  const { findings: warnings } = await knownErasures(context, dir, origin);
  const findings = [...chosen.findings, ...warnings];
  const input: RestoreInput = {
    target,
    dir,
    id: chosen.id,
    createRoles: options.createRoles === true,
    confirm: text(options.confirm),
    jobs: config.backup.jobs,
    identity: identityFile(context, options),
    audit: auditScripts(context),
    erasures: async (database) => (await knownErasures(context, dir, database)).erasures,
    runtime,
  };
  const foreign = options.foreign === true;
  if (options.inPlace === true) return told(await restoreInPlace({ ...input, foreign }), findings);
  const keep = options.keep === true;
  return told(await restoreBackup({ ...input, to: text(options.to), keep, only: selectionOf(options) }), findings);
};

/** In place is all or nothing, and has its name; a data directory is for a moment. */
function checkFlags(options: Options): void {
  const moment = (['data', 'replace', 'preview', 'timeline'] as const).find((flag) => options[flag] !== undefined);
  if (moment !== undefined) {
    throw new ToolError('USAGE', `--${moment} is for a recovery to a moment`, {
      hint: 'Name the moment with --at, --lsn or --name, or leave the flag out.',
    });
  }
  if (options.foreign === true && options.inPlace !== true) {
    throw new ToolError('USAGE', '--foreign is for --in-place', {
      hint: 'Under another name any backup may be restored.',
    });
  }
  const bytes = Buffer.byteLength(text(options.to) ?? '');
  if (bytes > NAME_BYTES) {
    throw new ToolError('USAGE', `the name in --to has ${bytes} bytes`, {
      hint: `PostgreSQL keeps ${NAME_BYTES} of them: choose a shorter one.`,
    });
  }
  const [other] = (['to', 'keep', 'table', 'schema'] as const).filter((flag) => options[flag] !== undefined);
  if (options.inPlace !== true || other === undefined) return;
  throw new ToolError('USAGE', `--in-place and --${other} exclude each other`, {
    hint: 'In place, the whole backup takes the place of the database; beside it, --to names a new one.',
  });
}

function told(restored: Restored & { readonly kept?: string }, findings: readonly Finding[]): Outcome {
  const { id, database, manifest, durationMs, createdRoles, erasures, kept } = restored;
  const rows = backupRows(manifest);
  const data = {
    id,
    database,
    rows,
    tables: manifest.contents.tables.length,
    duration_ms: Math.round(durationMs),
    created_roles: createdRoles,
    erasures,
    ...(kept === undefined ? {} : { kept }),
  };
  const seconds = (durationMs / 1000).toFixed(1);
  const line = `restored ${id} to database ${database} in ${seconds} s: catalog, ${rows} rows and checksums are those of the backup`;
  const view: Block[] = [{ kind: 'text', text: line, tone: 'good' }];
  if (erasures > 0) view.push({ kind: 'text', text: `${erasures} erasures re-applied after the comparison` });
  if (kept !== undefined) view.push({ kind: 'text', text: `the old database is kept as ${kept}` });
  return outcome(data, view, [...findings, ...restored.findings]);
}

function selectionOf({ table, schema }: Options): Selection | undefined {
  if (table === undefined && schema === undefined) return undefined;
  return { tables: list(table), schemas: list(schema) };
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

interface Chosen {
  readonly id: string;
  readonly findings: readonly Finding[];
}

/** Downloaded, or here already: either way verified before anything is restored. */
async function fetched(context: Context, dir: string, { args }: Options): Promise<Chosen> {
  const { download } = await import('./backup-download.ts');
  return { id: (await download(context, dir, args[0])).id, findings: listMissing(context, dir) };
}

/** A backup that is not in the folder may be in the bucket: then the error says how to get it. */
async function chooseHere(context: Context, dir: string, target: Target, { args }: Options): Promise<Chosen> {
  try {
    return await choose(dir, target, args[0]);
  } catch (thrown) {
    if (!(thrown instanceof ToolError) || thrown.code !== 'BACKUP_NOT_FOUND') throw thrown;
    const { bucket } = context.config.backup.remote;
    if (bucket === '') throw thrown;
    const hint = await remoteHint(context, args[0]);
    throw new ToolError('BACKUP_NOT_FOUND', thrown.message, { ...thrown.more, hint, cause: thrown });
  }
}

async function remoteHint(context: Context, wanted: string | undefined): Promise<string> {
  const [{ withStore }, { resolveRemoteId }] = [await import('./remote.ts'), await import('../backup/remote-store.ts')];
  try {
    // A hint is not worth a long wait.
    const id = await withStore(context, (store) => resolveRemoteId(store, wanted), { retries: 0, timeout: 5_000 });
    return `It is in the bucket. Download and restore it with: strata restore ${id} --remote`;
  } catch (thrown) {
    const missing = thrown instanceof ToolError && thrown.code === 'BACKUP_NOT_FOUND';
    return missing
      ? 'It is not in the bucket either. List what is there with: strata backup list --remote'
      : `Whether it is in the bucket is not known (${messageOf(thrown)}): see strata backup list --remote`;
  }
}

/**
 * Without an id: the newest of the target's database that is not known to be bad; those passed over are told, never silently.
 * On another server the target is hardly called as what is restored: then what there is must be of one database.
 */
async function choose(dir: string, target: Target, wanted: string | undefined): Promise<Chosen> {
  if (wanted !== undefined) return { id: await resolveId(dir, wanted), findings: [] };
  const all = await listBackups(dir);
  const known = new Set(all.flatMap(({ manifest }) => manifest?.database.name ?? []));
  if (known.size > 1 && !known.has(target.database)) throw ambiguous(dir, target.database, [...known].sort());
  const backups = all.filter(
    ({ manifest }) => known.size < 2 || [undefined, target.database].includes(manifest?.database.name),
  );
  const good = backups.findIndex(({ state }) => state === 'good' || state === 'unverified');
  const findings = backups
    .slice(0, Math.max(0, good))
    .map(({ id, findings: [first] }) => passedOver(id, first?.message ?? ''));
  return { id: backups[good]?.id ?? (await resolveId(dir, undefined)), findings };
}

function ambiguous(dir: string, wanted: string, known: readonly string[]): ToolError {
  return new ToolError('BACKUP_NOT_FOUND', `there is no backup of database "${wanted}"`, {
    detail: `folder: ${dir}\nit has backups of: ${known.join(', ')}`,
    hint: 'Name the one to restore: strata backup list, then strata restore ID',
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
