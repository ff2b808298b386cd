/** Backups in a bucket: there and back, pruned by the same rules, and never called good when they are not. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { downloadBackup } from '../../src/backup/download.ts';
import { holdBackup } from '../../src/backup/hold.ts';
import { listRemoteBackups, type RemoteListed } from '../../src/backup/remote-inventory.ts';
import { planRemotePrune, pruneRemote, type RemotePruneInput } from '../../src/backup/remote-prune.ts';
import type { RemoteStore } from '../../src/backup/remote-store.ts';
import { verifyRemoteBackup } from '../../src/backup/remote-verify.ts';
import type { Backup } from '../../src/backup/take.ts';
import { uploadBackup } from '../../src/backup/upload.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { using } from '../remote/support.ts';
import { useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';
import { begin, store as put } from '../support/s3/bucket.ts';
import { type Double, type Seen, startDouble } from '../support/s3/server.ts';
import { copies, listener, take } from './shop.ts';

const db = useDatabase();
const DAY = 86_400_000;
const POLICY = { daily: 2, weekly: 0, monthly: 0, timeZone: 'UTC' };
let backup: Backup;
let s3: Double;

beforeAll(async () => {
  await db.session((s) =>
    s.batch('CREATE TABLE t AS SELECT i AS id, repeat(md5(i::text), 50) AS b FROM generate_series(1, 3000) i'),
  );
  backup = await take(db.target());
  s3 = await startDouble({ smallestPart: 1 });
});
afterAll(() => s3.close());
beforeEach(() => {
  s3.objects.clear();
  s3.buckets.get('backups')?.uploads.clear();
  s3.fault = () => undefined;
  s3.staleList = null;
  s3.seen.length = 0;
});

const inStore = <T>(work: (store: RemoteStore) => Promise<T>, prefix = 'shop/'): Promise<T> =>
  using(s3, (remote) => work({ remote, prefix }));

/** Backups of these ages in the folder and in the bucket; ids by age. */
async function uploaded(ages: readonly number[]): Promise<{ dir: string; ids: string[] }> {
  const made = await copies(backup, ages);
  await inStore(async (store) => {
    for (const id of made.ids) await uploadBackup({ store, dir: made.dir, id, runtime: listener() });
  });
  return made;
}

const list = async (): Promise<readonly RemoteListed[]> => (await inStore(listRemoteBackups)).backups;
const states = async (): Promise<readonly string[]> => (await list()).map(({ state }) => state);
const keys = (ending = ''): string[] => [...s3.objects.keys()].filter((key) => key.endsWith(ending)).sort();

function input(store: RemoteStore, dir: string, more: Partial<RemotePruneInput> = {}): RemotePruneInput {
  return { store, dir, policy: POLICY, damaged: false, runtime: listener(), ...more };
}

function flip(key: string): void {
  const object = s3.objects.get(key);
  if (!object) throw new Error(`no ${key}`);
  const data = Buffer.from(object.data);
  data[9] = (data[9] ?? 0) ^ 1;
  // As a disk does it: nobody tells.
  s3.objects.set(key, { ...object, data });
}

test('there and back: the same bytes, and no byte is sent twice', async () => {
  const { dir, ids } = await uploaded([0]);
  const [id = ''] = ids;
  expect(keys().every((key) => key.startsWith(`shop/${id}`))).toBe(true);
  expect(await list()).toMatchObject([{ id, state: 'good', held: null, findings: [], record: { how: 'upload' } }]);
  s3.seen.length = 0;
  const again = await inStore((store) => uploadBackup({ store, dir, id, runtime: listener() }));
  expect(again).toMatchObject({ sent: 0, kept: 4, conditions: null });
  expect(s3.seen.filter(({ method, key }) => method === 'PUT' && !key.endsWith('.verified.json'))).toEqual([]);
  const there = join(project(), 'other');
  const back = await inStore((store) => downloadBackup({ store, dir: there, id, runtime: listener() }));
  expect(back).toMatchObject({ id, present: false, path: join(there, id) });
  expect(readdirSync(there).sort()).toEqual([id, 'journal.jsonl']);
  expect((await verifyBackup({ dir: there, id, runtime: listener() })).findings).toEqual([]);
  for (const file of readdirSync(join(dir, id))) {
    expect(readFileSync(join(there, id, file)).equals(readFileSync(join(dir, id, file)))).toBe(true);
  }
  expect(await inStore((store) => downloadBackup({ store, dir: there, id, runtime: listener() }))).toMatchObject({
    present: true,
  });
});

test('the manifest comes last: at no earlier moment is there a backup', async () => {
  const { dir, ids } = await copies(backup, [0]);
  const [id = ''] = ids;
  for (let limit = 0; ; limit += 1) {
    let left = limit;
    const writes = ({ method, key }: Seen): boolean => (method === 'PUT' || method === 'POST') && key !== '';
    s3.fault = (seen) =>
      writes(seen) && left-- <= 0 ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
    const done = await inStore((store) => uploadBackup({ store, dir, id, runtime: listener() })).catch(() => null);
    s3.fault = () => undefined;
    const backups = await list();
    if (keys('/manifest.json').length === 0) expect(backups).toEqual([]);
    // The manifest lies there and the record does not: a backup that nobody vouches for.
    else if (done === null) expect(backups.map(({ state }) => state)).toEqual(['unverified']);
    if (done !== null) break;
    expect(limit).toBeLessThan(100);
  }
  expect(await states()).toEqual(['good']);
});

describe('refused', () => {
  test('a damaged backup is not uploaded, and nothing is there', async () => {
    const { dir, ids } = await copies(backup, [0]);
    const path = join(dir, ids[0] ?? '', 'database.dump');
    const bytes = readFileSync(path);
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const upload = inStore((store) => uploadBackup({ store, dir, id: ids[0] ?? '', runtime: listener() }));
    await expect(upload).rejects.toMatchObject({ code: 'BACKUP_DAMAGED', exit: 5 });
    expect([keys(), (await inStore(listRemoteBackups)).backups]).toEqual([[], []]);
  });

  test("another backup's manifest in its place is never overwritten", async () => {
    const { dir, ids } = await uploaded([0]);
    const key = `shop/${ids[0]}/manifest.json`;
    const bucket = s3.buckets.get('backups');
    if (bucket) put(bucket, key, Buffer.from('{}'));
    const upload = inStore((store) => uploadBackup({ store, dir, id: ids[0] ?? '', runtime: listener() }));
    await expect(upload).rejects.toMatchObject({ code: 'REMOTE_CONFLICT', exit: 6 });
    expect(String(s3.objects.get(key)?.data)).toBe('{}');
  });

  test('a copy with a flipped bit is downloaded into nothing', async () => {
    const { ids } = await uploaded([0]);
    flip(`shop/${ids[0]}/database.dump`);
    const dir = join(project(), 'other');
    const download = inStore((store) => downloadBackup({ store, dir, id: ids[0] ?? '', runtime: listener() }));
    await expect(download).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    expect(readdirSync(dir)).toEqual([`${ids[0]}.download.partial`]);
  });

  test('a folder that cannot be written', async () => {
    const { ids } = await uploaded([0]);
    const file = join(project({ file: '' }), 'file');
    const download = inStore((store) =>
      downloadBackup({ store, dir: join(file, 'x'), id: ids[0] ?? '', runtime: listener() }),
    );
    await expect(download).rejects.toMatchObject({
      code: expect.stringMatching(/DOWNLOAD_FAILED|BACKUP_DIR_UNREADABLE/),
    });
    const at = project();
    writeFileSync(join(at, `${ids[0]}.download.partial`), '');
    const second = inStore((store) => downloadBackup({ store, dir: at, id: ids[0] ?? '', runtime: listener() }));
    await expect(second).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED', exit: 5 });
  });
});

describe('a download goes on where it was', () => {
  test('behind good bytes, and from the beginning where they are not', async () => {
    const { dir, ids } = await uploaded([0]);
    const [id = ''] = ids;
    const whole = readFileSync(join(dir, id, 'database.dump'));
    for (const damage of [0, 1]) {
      const at = join(project(), 'other');
      const partial = join(at, `${id}.download.partial`);
      mkdirSync(partial, { recursive: true });
      const half = Buffer.from(whole.subarray(0, whole.length / 2));
      half[5] = (half[5] ?? 0) ^ damage;
      writeFileSync(join(partial, 'database.dump'), half);
      s3.seen.length = 0;
      await inStore((store) => downloadBackup({ store, dir: at, id, runtime: listener() }));
      expect((await verifyBackup({ dir: at, id, runtime: listener() })).findings).toEqual([]);
      const ranges = s3.seen.filter(({ key, headers }) => key.endsWith('.dump') && headers.range).length;
      expect(ranges).toBe(damage === 0 ? 1 : 2);
    }
  });
});

describe('the list', () => {
  test('tells what is missing, cut or replaced, by a look at the object itself', async () => {
    const { ids } = await uploaded([0, 1, 2, 3]);
    s3.objects.delete(`shop/${ids[0]}/database.dump`);
    const dump = s3.objects.get(`shop/${ids[1]}/database.dump`);
    const bucket = s3.buckets.get('backups');
    if (!dump || !bucket) throw new Error('nothing there');
    put(bucket, dump.key, dump.data.subarray(1));
    put(bucket, `shop/${ids[2]}/database.dump`, Buffer.alloc(dump.data.length));
    const backups = await list();
    expect(backups.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      ['backup/missing'],
      ['backup/size'],
      ['backup/changed'],
      [],
    ]);
    expect(await states()).toEqual(['damaged', 'damaged', 'damaged', 'good']);
  });

  test('that is behind shows nothing as missing that is there, and nothing that is gone', async () => {
    const { ids } = await uploaded([0, 1]);
    const [newest = ''] = ids;
    // Seconds ago there were neither the newest manifest nor its dump, and a third backup that is deleted now.
    const now = [...s3.objects.values()];
    const ghosts = now
      .filter(({ key }) => key.includes(ids[1] ?? ''))
      .map((one) => ({ ...one, key: one.key.replace(/shop\/\d{4}/, 'shop/2001') }));
    s3.staleList = [...now.filter(({ key }) => !/manifest|dump/.test(key) || !key.includes(newest)), ...ghosts];
    expect(await list()).toMatchObject([
      { id: newest, state: 'good' },
      { id: ids[1], state: 'good' },
    ]);
  });
});

describe('verify', () => {
  test('reads every byte, and what it found stands in the list', async () => {
    const { ids } = await uploaded([0]);
    const [id = ''] = ids;
    const verify = (): ReturnType<typeof verifyRemoteBackup> =>
      inStore((store) => verifyRemoteBackup({ store, id, runtime: listener() }));
    expect((await verify()).findings).toEqual([]);
    expect(await list()).toMatchObject([{ state: 'good', record: { how: 'read', ok: true } }]);
    for (const file of ['database.dump', 'globals.sql', 'snapshot.json', 'SHA256SUMS', 'manifest.json']) {
      flip(`shop/${id}/${file}`);
      expect((await verify()).findings.map(({ subject }) => subject)[0]).toMatch(new RegExp(id));
      expect((await list())[0]?.state).toBe('damaged');
      flip(`shop/${id}/${file}`);
    }
    expect((await verify()).findings).toEqual([]);
    expect(await states()).toEqual(['good']);
  });
});

describe('prune', () => {
  const dumps = (): string[] => keys('.dump').map((key) => key.split('/')[1] ?? '');

  test('what the plan says is what is deleted, the manifest first', async () => {
    const { dir, ids } = await uploaded([0, 1, 2, 3]);
    const planned = await inStore((store) => planRemotePrune(input(store, dir)));
    expect(dumps()).toEqual([...ids].sort());
    s3.seen.length = 0;
    const done = await inStore((store) => pruneRemote(input(store, dir)));
    expect(done.plans).toEqual(planned.plans);
    expect(dumps()).toEqual(ids.slice(0, 2).sort());
    const deleted = s3.seen.filter(({ method }) => method === 'DELETE').map(({ key }) => key);
    for (const id of ids.slice(2)) expect(deleted.find((key) => key.includes(id))).toBe(`shop/${id}/manifest.json`);
    expect(keys().length).toBe(2 * 6);
    expect(await states()).toEqual(['good', 'good']);
    // The folder is none of its business.
    expect(
      readdirSync(dir)
        .filter((name) => /Z-[0-9a-f]{8}$/.test(name))
        .sort(),
    ).toEqual([...ids].sort());
  });

  test('killed after any deletion, there is never a manifest without its data', async () => {
    for (let limit = 0; limit < 8; limit += 1) {
      s3.objects.clear();
      const { dir, ids } = await uploaded([0, 9]);
      let left = limit;
      s3.fault = ({ method }) =>
        method === 'DELETE' && left-- <= 0 ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
      await inStore((store) => pruneRemote(input(store, dir, { policy: { ...POLICY, daily: 1 } }))).catch(() => null);
      s3.fault = () => undefined;
      expect((await list()).flatMap(({ findings }) => findings)).toEqual([]);
      expect((await list())[0]).toMatchObject({ id: ids[0], state: 'good' });
    }
  });

  test.each<[string, (dir: string, ids: readonly string[]) => void, RegExp]>([
    [
      'the newest one was never vouched for',
      (_, [id]) => void s3.objects.delete(`shop/${id}.verified.json`),
      /was never verified/,
    ],
    ['the newest one lacks its dump', (_, [id]) => void s3.objects.delete(`shop/${id}/database.dump`), /is damaged/],
  ])('nothing is deleted when %s', async (_, break_, why) => {
    const { dir, ids } = await uploaded([0, 1, 2, 3]);
    break_(dir, ids);
    const before = keys();
    const { plans } = await inStore((store) => pruneRemote(input(store, dir)));
    expect(plans[0]?.blocked).toMatch(why);
    expect(keys()).toEqual(before);
  });

  test('nothing is deleted when the newest one breaks between the list and the deletion', async () => {
    const { dir, ids } = await uploaded([0, 1, 2, 3]);
    const key = `shop/${ids[0]}/database.dump`;
    const stale = [...s3.objects.values()];
    s3.staleList = stale;
    s3.objects.delete(key);
    const before = keys();
    const { plans } = await inStore((store) => pruneRemote(input(store, dir)));
    expect(plans[0]?.blocked).toMatch(/turned out to be damaged: .*database\.dump: the object is missing/);
    expect(keys()).toEqual(before);
  });

  test('a clock that went back deletes nothing, not even what looks given up', async () => {
    const { dir } = await uploaded([0, 1, 2, 3]);
    const before = keys();
    const now = (): Date => new Date(Date.parse(backup.manifest.at) - 30 * DAY);
    const { plans } = await inStore((store) => pruneRemote(input(store, dir, { runtime: listener({ now }) })));
    expect(plans[0]?.blocked).toMatch(/the clock says/);
    expect(keys()).toEqual(before);
  });

  test('a list that is behind costs no good backup', async () => {
    const { dir, ids } = await uploaded([0, 1, 2]);
    s3.staleList = [...s3.objects.values()].filter(({ key }) => !key.includes(ids[0] ?? ''));
    await inStore((store) => pruneRemote(input(store, dir)));
    s3.staleList = null;
    expect(dumps()).toEqual([...ids].sort());
  });

  test('a hold in the folder holds the copy', async () => {
    const { dir, ids } = await uploaded([0, 1, 2, 3]);
    await holdBackup(dir, ids[3] ?? '', { reason: 'audit', at: new Date().toISOString() });
    await inStore((store) => pruneRemote(input(store, dir)));
    expect(dumps()).toEqual([ids[0], ids[1], ids[3]].sort());
  });

  test('what unfinished transfers left goes after a week, and nothing of others', async () => {
    const { dir, ids } = await uploaded([0]);
    const bucket = s3.buckets.get('backups');
    if (!bucket) throw new Error('no bucket');
    const old = new Date(Date.now() - 8 * DAY);
    put(bucket, 'shop/20200101T000000Z-00000000/database.dump', Buffer.from('x'), { lastModified: old });
    put(bucket, 'shop/20200101T000000Z-00000001/database.dump', Buffer.from('x'));
    put(bucket, 'shop/notes.txt', Buffer.from('x'), { lastModified: old });
    put(bucket, 'elsewhere/20200101T000000Z-00000000/database.dump', Buffer.from('x'), { lastModified: old });
    begin(bucket, 'shop/20200101T000000Z-00000000/globals.sql', {}, old);
    begin(bucket, `shop/${ids[0]}/x`, {}, new Date());
    begin(bucket, 'shop/other', {}, old);
    const { leftovers, uploads } = await inStore((store) => pruneRemote(input(store, dir)));
    expect([leftovers.length, uploads.length]).toEqual([1, 1]);
    expect(keys('.dump').filter((key) => key.includes('2020'))).toEqual([
      'elsewhere/20200101T000000Z-00000000/database.dump',
      'shop/20200101T000000Z-00000001/database.dump',
    ]);
    expect([s3.objects.has('shop/notes.txt'), bucket.uploads.size]).toEqual([true, 2]);
  });
});

test('uploads in parts that were given up for a backup are cleared when it is whole', async () => {
  const { dir, ids } = await copies(backup, [0]);
  const bucket = s3.buckets.get('backups');
  if (bucket) begin(bucket, `shop/${ids[0]}/globals.sql`, {}, new Date());
  await inStore((store) => uploadBackup({ store, dir, id: ids[0] ?? '', runtime: listener() }));
  expect(bucket?.uploads.size).toBe(0);
});
