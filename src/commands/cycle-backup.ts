/** What `strata cycle --from-backup` stands on: the backup's rows in the scratch database, and what it lacks of the files. */
import { resolve } from 'node:path';
import { readManifest } from '../backup/manifest-read.ts';
import { ToolError } from '../base/errors.ts';
import type { Target } from '../base/target.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import { chooseUp } from '../migrate/plan.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { loadHistory, type Project, statuses } from './project.ts';
import { backupId, restoreInto } from './scratch-backup.ts';

export interface BackupGround {
  readonly id: string;
  /** How many of the migrations it has. */
  readonly has: number;
  /** Restores it into an empty database. */
  readonly fill: (target: Target) => Promise<unknown>;
  /** Throws when the restored history is not the beginning of the files: MIGRATION_MISSING, MIGRATION_EDITED, MIGRATION_OUT_OF_ORDER. */
  readonly check: (session: Session) => Promise<void>;
}

/** Throws BACKUP_NOT_FOUND, BACKUP_DAMAGED and MIGRATION_MISSING before anything is restored. */
export async function backupGround(
  context: Context,
  options: Options,
  { project, migrations }: { readonly project: Project; readonly migrations: readonly CompiledMigration[] },
): Promise<BackupGround> {
  const { config } = context;
  const id = await backupId(context, String(options.fromBackup));
  const { manifest, findings } = await readManifest(resolve(config.root, config.backup.dir), id);
  if (manifest === null) throw damaged(id, findings[0]?.message);
  const version = manifest.schema_version;
  const has = version === null ? 0 : migrations.findIndex(({ file }) => file.version === version) + 1;
  if (version !== null && has === 0) throw newer(id, version, config.migrations);
  return {
    id,
    has,
    fill: (target) => restoreInto(context, id, target, { identity: options.identity }),
    check: async (session) => {
      chooseUp(await statuses(project, await loadHistory(context, session, project)));
    },
  };
}

function damaged(id: string, reason = ''): ToolError {
  return new ToolError('BACKUP_DAMAGED', `backup ${id} cannot be used`, {
    detail: reason,
    hint: 'Choose another one: strata backup list',
  });
}

function newer(id: string, version: string, folder: string): ToolError {
  return new ToolError('MIGRATION_MISSING', `backup ${id} has migration ${version}, which ${folder} lacks`, {
    detail: 'a cycle needs a backup that is older than the files, or as old',
    hint: 'Choose an older one: strata backup list',
  });
}
