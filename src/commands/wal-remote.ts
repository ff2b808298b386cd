/** `wal upload` and `wal download`, and `wal status` and `wal prune` with `--remote`: the archive in the bucket. */
import { resolve } from 'node:path';
import { duration } from '../base/duration.ts';
import { ToolError } from '../base/errors.ts';
import { type Block, type Cell, type Finding, finding, outcome } from '../base/finding.ts';
import { type Archive, findArchive, openArchive, readContents } from '../wal/archive.ts';
import { chainFault } from '../wal/base-manifest.ts';
import { segmentText } from '../wal/lsn.ts';
import { findRemoteIdentity, type RemoteArchive, readRemoteArchive, type WalStore } from '../wal/remote-archive.ts';
import { downloadWal, type WalDownloaded, type WalDownloadInput } from '../wal/remote-download.ts';
import { planRemoteWalPrune, pruneRemoteWal } from '../wal/remote-prune.ts';
import { judgeRemote, type RemoteStatus } from '../wal/remote-status.ts';
import { uploadWal } from '../wal/remote-upload.ts';
import type { Context, Options, Run } from './command.ts';
import { monitored } from './monitored.ts';
import { storeText, withStore } from './remote.ts';
import { mebibytes } from './size.ts';
import { pruneOutcome } from './wal-prune-shown.ts';

const dirOf = ({ config }: Context): string => resolve(config.root, config.backup.wal.dir);

export const upload: Run = monitored('wal upload', async (context, options) => {
  const archive = await openArchive(dirOf(context));
  return await withStore(context, async (store) => {
    const { runtime } = context;
    const done = await uploadWal({ archive, store, verify: options.verify === true, runtime });
    const { sent, kept, bytes, bases, findings } = done;
    const text = `${sent} files of WAL and ${bases.length} base backups sent, ${mebibytes(bytes)}; ${kept} files were there`;
    const data = { bucket: placeText(store), files_sent: sent, files_kept: kept, bytes, bases };
    const view: Block = { kind: 'text', text: `${text}: ${placeText(store)}`, tone: 'good' };
    return outcome(data, [view], [...findings, ...open(context)]);
  });
});

/** Backups go there encrypted; PostgreSQL's own files cannot be. */
function open({ config }: Context): readonly Finding[] {
  if (config.backup.encryption.recipients.length === 0) return [];
  const message = 'WAL and base backups are not encrypted, as backups are: who reads the bucket reads them';
  const hint = "Turn on the bucket's own encryption, and let nobody else read it.";
  return [finding({ code: 'wal/unencrypted', level: 'warning', subject: 'backup.remote', message, hint })];
}

export const download: Run = async (context, options) => {
  const { archive, fetched, present, bytes, bases } = await bring(context, {
    system: typeof options.system === 'string' ? options.system : null,
    target: options.newest === true ? 'newest' : null,
  });
  const what = `${fetched} files of WAL and ${bases.length} base backups, ${mebibytes(bytes)}`;
  const text = `downloaded ${what}, every checksum compared; ${present} files were here`;
  const data = { dir: archive.dir, files_fetched: fetched, files_present: present, bytes, bases };
  return outcome(data, [
    { kind: 'text', text, tone: 'good' },
    { kind: 'text', text: archive.dir, tone: 'quiet' },
  ]);
};

export function bring(context: Context, how: Pick<WalDownloadInput, 'system' | 'target'>): Promise<WalDownloaded> {
  const { runtime } = context;
  return withStore(context, (store) => downloadWal({ dir: dirOf(context), store, runtime, ...how }));
}

export const status: Run = async (context, options) => {
  if (options.verify === true) {
    throw new ToolError('USAGE', '--remote and --verify exclude each other', {
      hint: 'Bytes are compared where they are sent and fetched: strata wal upload --verify, or strata wal download into another --wal-dir.',
    });
  }
  return await withRemoteArchive(context, options, async (remote, store) => {
    const judged = judgeRemote(remote, placeText(store));
    const here = await findArchive(dirOf(context));
    const unsent = here === null ? null : await unsentOf(here, remote);
    const now = context.runtime.now().getTime();
    const data = dataOf(remote, judged, { place: placeText(store), unsent, now });
    return outcome(data, viewOf(remote, judged, { unsent, now }), judged.findings);
  });
};

export const prune: Run = (context, options) =>
  withRemoteArchive(context, options, async (remote, store) => {
    const { config, runtime } = context;
    const { days } = config.backup.wal;
    const input = { store, remote, days, runtime };
    const deleted = options.delete === true;
    const plan = deleted ? await pruneRemoteWal(input) : planRemoteWalPrune(input);
    return pruneOutcome(plan, { deleted, days, place: placeText(store), flag: ' --remote' });
  });

/** That of the archive here; without one here, the only one there, or the one that --system names. */
async function withRemoteArchive<T>(
  context: Context,
  { system }: Options,
  work: (remote: RemoteArchive, store: WalStore) => Promise<T>,
): Promise<T> {
  const here = await findArchive(dirOf(context));
  const wanted = typeof system === 'string' ? system : (here?.system_identifier ?? null);
  return await withStore(context, async (store) =>
    work(await readRemoteArchive(store, await findRemoteIdentity(store, wanted)), store),
  );
}

function placeText(store: WalStore): string {
  return `${storeText(store)}wal/`;
}

/** Files of WAL that are here and not there. */
async function unsentOf(archive: Archive, { objects }: RemoteArchive): Promise<readonly string[]> {
  const { segments } = await readContents(archive);
  return segments.map(({ name }) => name).filter((name) => !objects.has(name));
}

interface Shown {
  readonly unsent: readonly string[] | null;
  readonly now: number;
}

function rpoOf({ newest }: RemoteStatus, now: number): number | null {
  return newest === null ? null : Math.max(0, Math.round(now - newest.at));
}

function dataOf(remote: RemoteArchive, judged: RemoteStatus, more: Shown & { readonly place: string }): object {
  const { identity, contents, bases } = remote;
  const { holes, inventory, newest, timeline } = judged;
  const name = (number: bigint, on: number): string => segmentText({ timeline: on, number }, inventory.segmentSize);
  return {
    bucket: more.place,
    system_identifier: identity.system_identifier,
    timeline,
    segments: {
      found: contents.segments.length,
      damaged: inventory.segments.filter(({ fault }) => fault !== null).length,
      newest: contents.segments.at(-1)?.name ?? null,
      bytes: contents.segments.reduce((sum, { stored }) => sum + stored, 0),
    },
    missing: holes.map(({ timeline: on, first, last }) => ({ first: name(first, on), last: name(last, on) })),
    bases: bases.map((base) => ({
      id: base.id,
      stopped_at: base.manifest?.stopped_at ?? null,
      fault: chainFault(base, bases),
    })),
    recoverable_to: newest?.name ?? null,
    unsent: more.unsent,
    rpo_ms: rpoOf(judged, more.now),
  };
}

function viewOf({ contents, bases }: RemoteArchive, judged: RemoteStatus, { unsent, now }: Shown): readonly Block[] {
  const { newest, timeline } = judged;
  const stored = contents.segments.reduce((sum, one) => sum + one.stored, 0);
  const rpo = rpoOf(judged, now);
  const good = bases.filter((base) => chainFault(base, bases) === null);
  const to = `${newest?.name ?? ''}, uploaded ${duration(rpo ?? 0)} ago`;
  const rows: Cell[][] = [
    ['segments', `${contents.segments.length}, ${mebibytes(stored)}`],
    ['base backups', `${bases.length}, ${good.length} of them good`],
    ['timeline', String(timeline)],
    ['recoverable from', good[0]?.manifest?.stopped_at ?? { text: 'nowhere', tone: 'bad' }],
    ['to', newest === null ? { text: 'nowhere', tone: 'bad' } : { text: to, tone: 'good' }],
  ];
  if (unsent !== null) rows.push(['not yet there', `${unsent.length} segments`]);
  return [{ kind: 'table', head: ['archive in the bucket', ''], rows }];
}
