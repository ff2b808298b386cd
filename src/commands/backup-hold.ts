/** `backup hold` and `backup release`: a backup that stays whatever the policy says. */
import { resolve } from 'node:path';
import { holdBackup, releaseBackup } from '../backup/hold.ts';
import { outcome } from '../base/finding.ts';
import { resolveId } from '../disk/store.ts';
import type { Run } from './command.ts';

export const hold: Run = async ({ config, runtime }, { args, reason }) => {
  const dir = resolve(config.root, config.backup.dir);
  const id = await resolveId(dir, args[0]);
  const why = typeof reason === 'string' && reason.trim() !== '' ? reason.trim() : 'no reason given';
  await holdBackup(dir, id, { reason: why, at: runtime.now().toISOString() });
  return outcome({ id, reason: why }, [{ kind: 'text', text: `backup ${id} is held: ${why}`, tone: 'good' }]);
};

export const release: Run = async ({ config }, { args }) => {
  const dir = resolve(config.root, config.backup.dir);
  const id = await resolveId(dir, args[0]);
  const released = await releaseBackup(dir, id);
  const text = released ? `backup ${id} is held no longer` : `backup ${id} was not held`;
  return outcome({ id, released }, [{ kind: 'text', text }]);
};
