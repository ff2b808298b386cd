/** `backup verify`: re-reads backups whole. Anything that is not as it was written is an error. */
import { resolve } from 'node:path';
import { type Verified, verifyBackup } from '../backup/verify.ts';
import { outcome } from '../base/finding.ts';
import { listIds, resolveId } from '../disk/store.ts';
import { verifyData, verifyView } from './backup-shown.ts';
import type { Run } from './command.ts';
import { identityFile } from './identity.ts';
import { monitored } from './monitored.ts';

export const run: Run = async (context, options) => {
  if (options.remote === true) return (await import('./backup-remote.ts')).verify(context, options);
  return await monitored('verify', verify)(context, options);
};

const verify: Run = async (context, options) => {
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
  return outcome(verifyData(verified), [verifyView(verified)], findings);
};
