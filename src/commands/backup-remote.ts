/** `backup list`, `verify` and `prune` with `--remote`: the same words about the copies in the bucket. */
import { resolve } from 'node:path';
import { listRemoteBackups, type RemoteInventory, type RemoteListed } from '../backup/remote-inventory.ts';
import { planRemotePrune, pruneRemote, type RemotePrune } from '../backup/remote-prune.ts';
import { listRemoteIds, type RemoteStore, resolveRemoteId } from '../backup/remote-store.ts';
import { verifyRemoteBackup } from '../backup/remote-verify.ts';
import type { Verified } from '../backup/verify.ts';
import { ToolError } from '../base/errors.ts';
import { type Block, type Cell, outcome } from '../base/finding.ts';
import { age, pruneData, pruneView, refusal, verifyData, verifyView } from './backup-shown.ts';
import type { Context, Options, Run } from './command.ts';
import { noBackups, storeText, withStore } from './remote.ts';
import { mebibytes } from './size.ts';

export const list: Run = (context) =>
  withStore(context, async (store) => {
    const inventory = await listRemoteBackups(store);
    const now = context.runtime.now();
    const { backups } = inventory;
    const data = {
      bucket: storeText(store),
      backups: backups.map((one) => listData(one, now)),
      unfinished: unfinished(inventory),
    };
    return outcome(
      data,
      listView(store, inventory, now),
      backups.flatMap((one) => one.findings),
    );
  });

function unfinished({ leftovers }: RemoteInventory): readonly object[] {
  return leftovers.map(({ id, objects }) => ({ id, objects: objects.length, size: sizeOf(objects) }));
}

function sizeOf(objects: readonly { readonly size: number }[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

function listData({ id, manifest, size, state, verifiedAt, record, held }: RemoteListed, now: Date): object {
  return {
    ...{ id, state, verified_at: verifiedAt, verified_by: record?.how ?? null, held, size },
    at: manifest?.at ?? null,
    age_seconds: manifest ? Math.round((now.getTime() - Date.parse(manifest.at)) / 1000) : null,
    database: manifest?.database.name ?? null,
    schema_version: manifest?.schema_version ?? null,
    server: manifest?.server.version ?? null,
  };
}

function listView(store: RemoteStore, { backups, leftovers }: RemoteInventory, now: Date): readonly Block[] {
  const left: readonly Block[] =
    leftovers.length === 0
      ? []
      : [
          {
            kind: 'text',
            text: `${leftovers.length} unfinished: ${leftovers.map(({ id }) => id).join(', ')}; they are no backups`,
            tone: 'warn',
          },
        ];
  if (backups.length === 0) return [noBackups(store), ...left];
  const head = ['backup', 'state', 'verified', 'age', 'size', 'database', 'version'];
  return [{ kind: 'table', head, rows: backups.map((one) => listRow(one, now)) }, ...left];
}

function listRow({ id, manifest, size, state, verifiedAt, record, held }: RemoteListed, now: Date): readonly Cell[] {
  const tone = ({ good: 'good', damaged: 'bad', unverified: 'warn' } as const)[state];
  const how = record?.how === 'read' ? 'read' : 'uploaded';
  return [
    id,
    { text: held === null ? state : `${state}, held`, tone },
    verifiedAt ? `${how} ${age(now, verifiedAt)} ago` : 'never',
    manifest ? age(now, manifest.at) : '',
    size === null ? '' : mebibytes(size),
    manifest?.database.name ?? '',
    manifest?.schema_version ?? '',
  ];
}

export const verify: Run = async (context, { args, content }) => {
  if (content === true) {
    throw new ToolError('USAGE', '--remote and --content exclude each other', {
      hint: 'pg_restore reads files: bring the backup here with strata backup download, then verify it with --content.',
    });
  }
  return await withStore(context, async (store) => {
    const ids = await Promise.all(args.map((id) => resolveRemoteId(store, id)));
    if (ids.length === 0) ids.push(...(await listRemoteIds(store)));
    // With nothing to verify, "all good" would be a lie.
    if (ids.length === 0) await resolveRemoteId(store, undefined);
    const verified: Verified[] = [];
    for (const id of new Set(ids)) verified.push(await verifyRemoteBackup({ store, id, runtime: context.runtime }));
    return outcome(
      { bucket: storeText(store), ...verifyData(verified) },
      [verifyView(verified)],
      verified.flatMap((one) => one.findings),
    );
  });
};

export async function prune(context: Context, options: Options): ReturnType<Run> {
  const { config, runtime } = context;
  const dir = resolve(config.root, config.backup.dir);
  const deleted = options.delete === true;
  return await withStore(context, async (store) => {
    const input = { store, dir, policy: config.backup.retention, damaged: options.damaged === true, runtime };
    const done = deleted ? await pruneRemote(input) : await planRemotePrune(input);
    const verdicts = done.plans.flatMap((plan) => plan.verdicts);
    const left = { unfinished: done.leftovers.map(({ id }) => id), uploads: done.uploads.map(({ key }) => key) };
    const data = { bucket: storeText(store), ...pruneData(verdicts, deleted), ...left };
    const view = pruneView(verdicts, {
      where: storeText(store),
      deleted,
      command: 'strata backup prune --remote --delete',
    });
    return outcome(data, [...view, ...leftView(done, deleted)], done.plans.flatMap(refusal));
  });
}

function leftView({ leftovers, uploads }: RemotePrune, deleted: boolean): readonly Block[] {
  if (leftovers.length === 0 && uploads.length === 0) return [];
  const size = mebibytes(sizeOf(leftovers.flatMap(({ objects }) => objects)));
  const what = `${leftovers.length} unfinished backups (${size}) and ${uploads.length} unfinished files older than a week`;
  return [{ kind: 'text', text: `${what}: ${deleted ? 'deleted' : 'would be deleted'}` }];
}
