/** `backup verify`: re-reads backups whole. Anything that is not as it was written is an error. */
import { resolve } from 'node:path';
import { backupSize } from '../backup/manifest.ts';
import { type Verified, verifyBackup } from '../backup/verify.ts';
import { type Cell, outcome } from '../base/finding.ts';
import { listIds, resolveId } from '../disk/store.ts';
import type { Run } from './command.ts';
import { identityFile } from './identity.ts';
import { mebibytes } from './size.ts';

export const run: Run = async (context, options) => {
  const { config, runtime } = context;
  const { args } = options;
  const content = options.content === true;
  const identity = identityFile(context, options);
  const dir = resolve(config.root, config.backup.dir);
  const ids = args.length > 0 ? await Promise.all(args.map((id) => resolveId(dir, id))) : await listIds(dir);
  // With nothing to verify, "all good" would be a lie.
  if (ids.length === 0) await resolveId(dir, undefined);
  const verified: Verified[] = [];
  for (const id of new Set(ids)) verified.push(await verifyBackup({ dir, id, content, identity, runtime }));
  const findings = verified.flatMap((backup) => backup.findings);
  const view = { kind: 'table', head: ['backup', 'result', 'files', 'read'], rows: verified.map(rowOf) } as const;
  return outcome({ backups: verified.map((backup) => ({ id: backup.id, ok: isGood(backup) })) }, [view], findings);
};

function isGood({ findings }: Verified): boolean {
  return !findings.some((found) => found.level === 'error');
}

function rowOf(backup: Verified): readonly Cell[] {
  const { id, manifest } = backup;
  const result: Cell = isGood(backup) ? { text: 'good', tone: 'good' } : { text: 'damaged', tone: 'bad' };
  return [id, result, String(manifest?.files.length ?? 0), manifest ? mebibytes(backupSize(manifest)) : ''];
}
