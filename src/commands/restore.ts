/** `restore`: a backup into a new database, compared with what was backed up. */
import { resolve } from 'node:path';
import { listBackups } from '../backup/inventory.ts';
import { backupRows } from '../backup/manifest.ts';
import { passedOver, restoreBackup } from '../backup/restore.ts';
import { resolveId } from '../backup/store.ts';
import { type Finding, outcome } from '../base/finding.ts';
import type { Run } from './command.ts';
import { resolveTarget } from './database.ts';

export const run: Run = async (context, options) => {
  const { config, runtime } = context;
  const dir = resolve(config.root, config.backup.dir);
  const chosen = await choose(dir, options.args[0]);
  const restored = await restoreBackup({
    target: await resolveTarget(context),
    dir,
    id: chosen.id,
    to: text(options.to),
    createRoles: options.createRoles === true,
    keep: options.keep === true,
    confirm: text(options.confirm),
    jobs: config.backup.jobs,
    runtime,
  });
  const { id, database, manifest, durationMs, createdRoles } = restored;
  const rows = backupRows(manifest);
  const data = {
    id,
    database,
    rows,
    tables: manifest.contents.tables.length,
    duration_ms: Math.round(durationMs),
    created_roles: createdRoles,
  };
  const seconds = (durationMs / 1000).toFixed(1);
  const line = `restored ${id} to database ${database} in ${seconds} s: catalog, ${rows} rows and checksums are those of the backup`;
  const view = [{ kind: 'text', text: line, tone: 'good' }] as const;
  return outcome(data, view, [...chosen.findings, ...restored.findings]);
};

interface Chosen {
  readonly id: string;
  readonly findings: readonly Finding[];
}

/** Without an id: the newest that is not known to be damaged; those passed over are told, never silently. */
async function choose(dir: string, wanted: string | undefined): Promise<Chosen> {
  if (wanted !== undefined) return { id: await resolveId(dir, wanted), findings: [] };
  const backups = await listBackups(dir);
  const good = backups.findIndex((backup) => backup.state !== 'damaged');
  const findings = backups
    .slice(0, Math.max(0, good))
    .map(({ id, findings: [first] }) => passedOver(id, first?.message ?? ''));
  return { id: backups[good]?.id ?? (await resolveId(dir, undefined)), findings };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
