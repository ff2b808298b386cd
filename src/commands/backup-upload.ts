/** `backup upload`: backups of the folder into the bucket. */
import { resolve } from 'node:path';
import { uploadErasures } from '../backup/remote-erasures.ts';
import { type BackupUpload, uploadBackup } from '../backup/upload.ts';
import { ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding, outcome } from '../base/finding.ts';
import { listIds, resolveId } from '../disk/store.ts';
import type { Context, Options, Run } from './command.ts';
import { storeText, withStore } from './remote.ts';
import { mebibytes } from './size.ts';

export const run: Run = async (context, options) => {
  const dir = resolve(context.config.root, context.config.backup.dir);
  const ids = await chosen(dir, options);
  const { uploads, place } = await upload(context, dir, ids);
  return outcome({ bucket: place, uploads: uploads.map(dataOf) }, viewOf(uploads, place), uploads.flatMap(notes));
};

/** All of them, one after the other: the first failure stops, and what was uploaded before it stays. */
export async function upload(
  context: Context,
  dir: string,
  ids: readonly string[],
): Promise<{ readonly uploads: readonly BackupUpload[]; readonly place: string }> {
  return await withStore(context, async (store) => {
    // First: a backup there must not outrun the list of those whom it would bring back.
    await uploadErasures(store, dir);
    const uploads: BackupUpload[] = [];
    for (const id of ids) uploads.push(await uploadBackup({ store, dir, id, runtime: context.runtime }));
    return { uploads, place: storeText(store) };
  });
}

async function chosen(dir: string, { args, all }: Options): Promise<readonly string[]> {
  if (all === true && args.length > 0) {
    throw new ToolError('USAGE', '--all and ids exclude each other', {
      hint: 'Name the backups, or upload all of them.',
    });
  }
  if (all !== true)
    return [...new Set(await Promise.all((args.length > 0 ? args : [undefined]).map((id) => resolveId(dir, id))))];
  const ids = await listIds(dir);
  return ids.length > 0 ? ids : [await resolveId(dir, undefined)];
}

function dataOf({ id, size, sent, kept, proof, conditions }: BackupUpload): object {
  return { id, size, files_sent: sent, files_kept: kept, compared_by: proof, conditional_writes: conditions };
}

export function viewOf(uploads: readonly BackupUpload[], place: string): readonly Block[] {
  return uploads.map(({ id, size, sent, kept, proof }) => {
    const how = proof === 'checksum' ? "compared by the endpoint's checksums" : 'read back whole';
    const what = sent === 0 ? 'there already' : `${sent} files sent, ${kept} there already`;
    return { kind: 'text', text: `backup ${id} is in ${place}: ${mebibytes(size)}, ${what}, ${how}`, tone: 'good' };
  });
}

export function notes({ id, conditions }: BackupUpload): readonly Finding[] {
  if (conditions !== 'ignored') return [];
  return [
    finding({
      code: 'backup/unconditional',
      level: 'note',
      subject: `remote ${id}`,
      message: 'the endpoint ignores If-None-Match: that nothing was overwritten is known by reading back alone',
    }),
  ];
}
