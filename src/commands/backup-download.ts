/** `backup download`: a backup of the bucket into the folder. */
import { resolve } from 'node:path';
import { type Downloaded, downloadBackup } from '../backup/download.ts';
import { downloadErasures } from '../backup/remote-erasures.ts';
import { resolveRemoteId } from '../backup/remote-store.ts';
import { outcome } from '../base/finding.ts';
import type { Context, Run } from './command.ts';
import { withStore } from './remote.ts';
import { mebibytes } from './size.ts';

export const run: Run = async (context, { args }) => {
  const dir = resolve(context.config.root, context.config.backup.dir);
  const { id, path, size, present } = await download(context, dir, args[0]);
  const text = present
    ? `backup ${id} is here already`
    : `backup ${id} downloaded: ${mebibytes(size)}, every checksum compared`;
  return outcome({ id, path, size, present }, [
    { kind: 'text', text, tone: present ? 'quiet' : 'good' },
    { kind: 'text', text: path, tone: 'quiet' },
  ]);
};

/** By the beginning of its id; without one, the newest in the bucket. */
export async function download(context: Context, dir: string, wanted: string | undefined): Promise<Downloaded> {
  return await withStore(context, async (store) => {
    const id = await resolveRemoteId(store, wanted);
    // Before the backup: whoever restores it must know whom it would bring back.
    await downloadErasures(store, dir);
    return await downloadBackup({ store, dir, id, runtime: context.runtime });
  });
}
