/** `backup create`: pg_dump in one snapshot with the numbers that prove a restore. */
import { resolve } from 'node:path';
import { backupRows, backupSize } from '../backup/manifest.ts';
import { type Backup, createBackup } from '../backup/take.ts';
import { type Finding, finding, outcome } from '../base/finding.ts';
import { readHistory } from '../migrate/history.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Run } from './command.ts';
import { resolveTarget } from './database.ts';
import { mebibytes } from './size.ts';

export const run: Run = async (context, options) => {
  const { config, runtime } = context;
  const backup = await createBackup({
    target: await resolveTarget(context),
    dir: resolve(config.root, config.backup.dir),
    format: config.backup.format,
    jobs: config.backup.jobs,
    compress: config.backup.compress,
    recipients: config.backup.encryption.recipients,
    rolePasswords: options.rolePasswords === true,
    checksums: options.countsOnly !== true,
    schemaVersion: (session) => newestVersion(session, context),
    runtime,
  });
  return outcome(
    dataOf(backup),
    viewOf(backup),
    backup.manifest.warnings.map((text) => warning(backup.id, text)),
  );
};

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
