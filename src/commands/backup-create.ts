/** `backup create`: pg_dump in one snapshot with the numbers that prove a restore. */
import { dirname, resolve } from 'node:path';
import { backupRows, backupSize } from '../backup/manifest.ts';
import { type Backup, createBackup } from '../backup/take.ts';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { readHistory } from '../migrate/history.ts';
import type { Session } from '../pg/pool.ts';
import { auditScripts } from './audit-scripts.ts';
import type { Context, Run } from './command.ts';
import { resolveTarget } from './database.ts';
import { monitored } from './monitored.ts';
import { withStore } from './remote.ts';
import { mebibytes } from './size.ts';

export const run: Run = monitored('create', async (context, options) => {
  const { config, runtime } = context;
  // Before the dump: a missing credential must not be told an hour later.
  if (options.upload === true) await withStore(context, async () => undefined);
  const backup = await createBackup({
    target: await resolveTarget(context),
    dir: resolve(config.root, config.backup.dir),
    format: config.backup.format,
    jobs: config.backup.jobs,
    compress: config.backup.compress,
    recipients: config.backup.encryption.recipients,
    rolePasswords: options.rolePasswords === true,
    checksums: options.countsOnly !== true,
    auditHead: auditScripts(context).head,
    schemaVersion: (session) => newestVersion(session, context),
    runtime,
  });
  const warnings = backup.manifest.warnings.map((text) => warning(backup.id, text));
  if (options.upload !== true) return outcome(dataOf(backup), viewOf(backup), warnings);
  const remote = await uploaded(context, backup);
  return outcome(
    { ...dataOf(backup), uploaded: true },
    [...viewOf(backup), ...remote.view],
    [...warnings, ...remote.findings],
  );
});

/** A failure here leaves a whole backup in the folder: the error says so. */
async function uploaded(context: Context, { id, path }: Backup): Promise<Pick<Outcome, 'view' | 'findings'>> {
  const { notes, upload, viewOf: uploadView } = await import('./backup-upload.ts');
  try {
    const { uploads, place } = await upload(context, dirname(path), [id]);
    return { view: uploadView(uploads, place), findings: uploads.flatMap(notes) };
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    const detail = [thrown.more.detail, `backup ${id} itself is whole: ${path}`].filter(Boolean).join('\n');
    throw new ToolError(thrown.code, thrown.message, { ...thrown.more, detail, cause: thrown });
  }
}

async function newestVersion(session: Session, { config }: Context): Promise<string | null> {
  const { applied } = await readHistory(session, config.history);
  return applied.at(-1)?.version ?? null;
}

function dataOf({ id, path, manifest }: Backup): object {
  return {
    id,
    path,
    size: backupSize(manifest),
    tables: manifest.contents.tables.length,
    rows: backupRows(manifest),
    at: manifest.at,
    lsn: manifest.lsn,
    schema_version: manifest.schema_version,
    audit_head: manifest.audit_head?.value ?? null,
    snapshot_hash: manifest.snapshot_hash,
    compression: manifest.dump.compression,
    encrypted: manifest.encryption !== null,
  };
}

function viewOf({ id, path, manifest }: Backup): Parameters<typeof outcome>[1] {
  const how = manifest.encryption === null ? '' : 'encrypted, ';
  const what = `${manifest.contents.tables.length} tables, ${backupRows(manifest)} rows, ${mebibytes(backupSize(manifest))}`;
  return [
    { kind: 'text', text: `backup ${id}: ${what}, ${how}read back whole`, tone: 'good' },
    { kind: 'text', text: path, tone: 'quiet' },
  ];
}

function warning(id: string, message: string): Finding {
  return finding({ code: 'backup/warning', level: 'warning', subject: id, message });
}
