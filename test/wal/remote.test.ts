/** The archive in a bucket: there and back, pruned by the same rules, recovered from, and never called good when it is not. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { withSession } from '../../src/pg/pool.ts';
import { withRemote } from '../../src/remote/request.ts';
import { type Archive, openArchive } from '../../src/wal/archive.ts';
import { chooseRoute } from '../../src/wal/choose.ts';
import { discardRecovered, recover } from '../../src/wal/recover.ts';
import { targetOf } from '../../src/wal/recovered.ts';
import {
  findRemoteIdentity,
  type RemoteArchive,
  readRemoteArchive,
  type WalStore,
} from '../../src/wal/remote-archive.ts';
import { downloadWal, type WalDownloaded, type WalDownloadInput } from '../../src/wal/remote-download.ts';
import { planRemoteWalPrune, pruneRemoteWal } from '../../src/wal/remote-prune.ts';
import { judgeRemote, type RemoteStatus } from '../../src/wal/remote-status.ts';
import { uploadWal, type WalUploaded } from '../../src/wal/remote-upload.ts';
import { readStatus } from '../../src/wal/status.ts';
import { parseTarget } from '../../src/wal/target.ts';
import { TUNING, using } from '../remote/support.ts';
import { project, strata } from '../support/project.ts';
import type { Stored } from '../support/s3/bucket.ts';
import { type Double, IDENTITY, startDouble } from '../support/s3/server.ts';
import { copyArchive, makeCluster, rewrite, runtime, segmentsIn, type TestCluster } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

let cluster: TestCluster;
let archive: Archive;
let s3: Double;
/** What the first upload brought: a base backup has a thousand files, and most tests need not send them again. */
let uploaded: ReadonlyMap<string, Stored> = new Map();
let first: WalUploaded;

beforeAll(async () => {
  s3 = await startDouble({ smallestPart: 1 });
  cluster = await makeCluster();
  await cluster.session((s) => s.batch('CREATE TABLE t (n int); INSERT INTO t VALUES (0)'));
  await cluster.base();
  for (let n = 1; n <= 3; n += 1) {
    await cluster.session((s) => s.query('INSERT INTO t VALUES ($1)', [n]));
    await cluster.session((s) => s.query('SELECT pg_create_restore_point($1)', [`after ${n}`]));
    await cluster.archived();
  }
  archive = await cluster.archive();
  first = await up();
  uploaded = new Map(s3.objects);
});
afterAll(() => s3.close());
beforeEach(async () => {
  s3.objects.clear();
  for (const [key, object] of uploaded) s3.objects.set(key, object);
  s3.fault = () => undefined;
  s3.staleList = null;
  s3.seen.length = 0;
  archive = await copyArchive(cluster.archiveDir);
});

const inStore = <T>(work: (store: WalStore) => Promise<T>): Promise<T> =>
  using(s3, (remote) => work({ remote, prefix: 'shop/' }));
const up = (verify = false): Promise<WalUploaded> => inStore((store) => uploadWal({ archive, store, verify, runtime }));
const down = (dir: string, more: Partial<WalDownloadInput> = {}): Promise<WalDownloaded> =>
  inStore((store) => downloadWal({ dir, store, system: null, target: null, runtime, ...more }));
const there = (): Promise<RemoteArchive> =>
  inStore(async (store) => readRemoteArchive(store, await findRemoteIdentity(store, null)));
const judged = async (): Promise<RemoteStatus> => judgeRemote(await there(), 's3://backups/shop/wal/');
const codes = (findings: readonly { readonly code: string; readonly subject: string }[]): readonly string[] =>
  findings.map(({ code, subject }) => `${code} ${subject}`);
const named = (back: number): string => segmentsIn(archive.dir).at(-1 - back) ?? '';
const at = (name: string): string => join(archive.dir, 'wal', name);
const keyOf = (name: string): string => `shop/wal/${archive.system_identifier}/wal/${name}`;
const puts = (): readonly string[] => s3.seen.filter(({ method }) => method === 'PUT').map(({ key }) => key);

/** A restore of that moment out of an archive; gives the newest row. */
async function recovered(from: Archive, name: string): Promise<unknown> {
  const { inventory, windows } = await readStatus({ archive: from, session: null, verify: true, runtime });
  const route = await chooseRoute({ archive: from, inventory, windows, target: parseTarget({ name }), runtime });
  const dataDir = join(project(), 'recovered');
  const told = await recover({ archive: from, route, dataDir, preview: true, runtime });
  try {
    const look = { ...targetOf(told), database: 'postgres' };
    return (await withSession(look, (s) => s.query('SELECT max(n) AS n FROM t')))[0]?.n;
  } finally {
    await discardRecovered(dataDir);
  }
}

test('goes there once, comes back whole into a new folder, and is recovered from', async () => {
  expect(first).toMatchObject({ kept: 0, findings: [], bases: [expect.stringMatching(/^\d{8}T/)] });
  expect(first.sent).toBeGreaterThanOrEqual(4);
  expect(await up()).toMatchObject({ sent: 0, bases: [], findings: [] });
  expect(puts()).toEqual([]);
  // Segments that were ended early are mostly zeros, and those stay here.
  expect(s3.objects.get(keyOf(named(0)))?.data.length).toBeLessThan(archive.wal_segment_size / 4);
  const dir = join(project(), 'back');
  const back = await down(dir);
  expect(back).toMatchObject({ fetched: first.sent, bases: first.bases });
  for (const name of segmentsIn(archive.dir)) {
    expect(readFileSync(join(dir, 'wal', name)).equals(readFileSync(at(name))), name).toBe(true);
  }
  const status = await readStatus({ archive: back.archive, session: null, verify: true, runtime });
  expect(codes(status.findings)).toEqual([]);
  expect(status.inventory.segments.every(({ proof }) => proof === 'checksum')).toBe(true);
  expect(await recovered(back.archive, 'after 2')).toBe(2);
  expect(await down(dir)).toMatchObject({ fetched: 0, bases: [], bytes: 0 });
});

test('comes back as far as a moment needs: the newest base backup before it, and the WAL behind that', async () => {
  const dir = join(project(), 'back');
  await down(dir, { target: 'newest' });
  const [base] = (await there()).bases;
  const number = (base?.start ?? 0n) / BigInt(archive.wal_segment_size);
  const needed = segmentsIn(archive.dir).filter((name) => BigInt(`0x${name.slice(8)}`) >= number);
  expect(segmentsIn(dir)).toEqual(needed);
  expect(needed.length).toBeLessThan(segmentsIn(archive.dir).length);
});

describe('never', () => {
  test('replaces a file there by another of the same name', async () => {
    rmSync(join(archive.dir, 'base'), { recursive: true });
    const before = s3.objects.get(keyOf(named(1)))?.data;
    const changed = readFileSync(at(named(1)));
    changed.writeUInt8(changed.readUInt8(200) ^ 1, 200);
    rewrite(at(named(1)), changed);
    rmSync(join(archive.dir, 'wal', 'CKSUMS'));
    // By its name alone it is there already.
    expect((await up()).findings).toEqual([]);
    expect(codes((await up(true)).findings)).toEqual([`wal/remote-differs ${named(1)}`]);
    expect(s3.objects.get(keyOf(named(1)))?.data.equals(before ?? Buffer.of())).toBe(true);
  });

  test('sends what is damaged here', async () => {
    const [id = ''] = readdirSync(join(archive.dir, 'base')).filter((name) => /^\d/.test(name));
    rewrite(at(named(0)), Buffer.alloc(65_536));
    const inside = readFileSync(at(named(1)));
    inside.writeUInt8(inside.readUInt8(200) ^ 1, 200);
    rewrite(at(named(1)), inside);
    const control = join(archive.dir, 'base', id, 'data', 'global', 'pg_control');
    const bytes = readFileSync(control);
    bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000);
    rewrite(control, bytes);
    s3.objects.clear();
    const { findings, bases } = await up();
    expect(codes(findings).toSorted()).toEqual(
      [`wal/segment-damaged ${named(0)}`, `wal/segment-damaged ${named(1)}`, `wal/base-damaged ${id}`].toSorted(),
    );
    expect(bases).toEqual([]);
    expect((await there()).objects.has(named(1))).toBe(false);
    expect(codes((await judged()).findings)).toContain('wal/no-base remote base backups');
  });

  test('calls a base backup good that lacks a file', async () => {
    const file = [...s3.objects.keys()].find((key) => key.endsWith('data/global/pg_control')) ?? '';
    s3.objects.delete(file);
    const status = await judged();
    expect(status.findings[0]).toMatchObject({
      code: 'wal/base-damaged',
      message: 'data/global/pg_control is missing in the bucket',
    });
    expect(status.newest).toBe(null);
    // The next upload mends it.
    expect((await up()).bases).toHaveLength(1);
    expect(codes((await judged()).findings)).toEqual([]);
  });

  test('lets a damaged object have a name here', async () => {
    withoutBases();
    const [key, object] = [keyOf(named(1)), s3.objects.get(keyOf(named(1)))];
    const data = Buffer.from(object?.data ?? '');
    data.writeUInt8(data.readUInt8(200) ^ 1, 200);
    if (object) s3.objects.set(key, { ...object, data });
    const dir = join(project(), 'back');
    await expect(down(dir)).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringContaining(named(1)),
    });
    expect(existsSync(join(dir, 'wal', named(1)))).toBe(false);
  });

  test('mixes two clusters', async () => {
    const other = { ...(await openArchive(archive.dir)), system_identifier: '42' };
    const dir = project({ 'archive.json': JSON.stringify({ ...other, dir: undefined }) });
    mkdirSync(join(dir, 'wal'));
    // A bucket may hold several, each under its own identifier.
    await expect(down(dir)).rejects.toMatchObject({
      code: 'WAL_ARCHIVE',
      message: 'there is no WAL archive in the bucket',
    });
    await expect(down(dir, { system: archive.system_identifier })).rejects.toMatchObject({
      message: 'the archive here is that of another cluster',
    });
  });
});

test('a hole there is told, with what lies behind it not counted', async () => {
  expect((await judged()).newest?.name).toBe(named(0));
  s3.objects.delete(keyOf(named(1)));
  const status = await judged();
  expect(codes(status.findings)).toEqual([`wal/segment-missing remote ${named(1)}`]);
  expect(status.newest?.name).toBe(named(2));
});

test('damage here is mended from there', async () => {
  const whole = readFileSync(at(named(1)));
  rewrite(at(named(1)), Buffer.alloc(1000));
  writeFileSync(at('00000002.history'), 'nonsense');
  expect(await down(archive.dir)).toMatchObject({ fetched: 1 });
  expect(readFileSync(at(named(1))).equals(whole)).toBe(true);
});

test.each([
  ['the endpoint fails in between', { kind: 'status', status: 503, code: 'SlowDown' }],
  ['the line is cut while it is sent', { kind: 'cut-request', after: 4096 }],
  ['the answer is lost', { kind: 'cut-answer', after: 0 }],
  ['bytes are damaged on their way back', { kind: 'flip' }],
] as const)('survives that %s', async (_what, fault) => {
  rmSync(join(archive.dir, 'base'), { recursive: true });
  s3.objects.clear();
  // Every second request, so that the next attempt at each gets through.
  let count = 0;
  s3.fault = () => {
    count += 1;
    return count % 3 === 1 ? fault : undefined;
  };
  const sent = await up().catch((thrown: { readonly code?: string }) => thrown);
  s3.fault = () => undefined;
  // A flipped answer may stop the run, in words; it never passes for a good one.
  if ('code' in sent) expect(sent.code).toMatch(/^REMOTE_/);
  expect((await up()).findings).toEqual([]);
  const dir = join(project(), 'back');
  s3.fault = ({ method, key, times }) =>
    method === 'GET' && key.includes('/wal/0000') && times === 0 ? fault : undefined;
  const back = await down(dir).catch((thrown: { readonly code?: string }) => thrown);
  s3.fault = () => undefined;
  if ('code' in back) expect(back.code).toMatch(/^(REMOTE_|BACKUP_DAMAGED)/);
  await down(dir);
  for (const name of segmentsIn(archive.dir)) {
    expect(readFileSync(join(dir, 'wal', name)).equals(readFileSync(at(name))), name).toBe(true);
  }
});

test('an upload that dies leaves no base backup there, and the next one goes on', async () => {
  s3.objects.clear();
  let files = 0;
  s3.fault = ({ method, key }) => {
    if (method === 'PUT' && key.includes('/base/')) files += 1;
    return files > 40 && method !== 'GET' ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
  };
  await expect(up()).rejects.toMatchObject({ code: 'REMOTE_DENIED' });
  s3.fault = () => undefined;
  expect((await there()).bases).toEqual([]);
  s3.seen.length = 0;
  expect((await up()).bases).toHaveLength(1);
  const [description] = (await there()).descriptions.values();
  const sent = new Set(puts().filter((key) => key.includes('/base/')));
  expect(sent.size).toBeLessThan(description?.files.length ?? 0);
});

test('is pruned by the rules of the folder: the description first, and nothing when the newest is not good', async () => {
  const [id = ''] = readdirSync(join(archive.dir, 'base')).filter((name) => /^\d/.test(name));
  // The same base backup, as if it were ten and nine days old: the older one must go.
  for (const days of [10, 9]) older(id, days);
  const plan = await inStore(async (store) => planRemoteWalPrune({ store, remote: await there(), days: 7, runtime }));
  expect(plan.bases.map(({ keep }) => keep)).toEqual([true, true, false]);
  const going = plan.bases.at(-1)?.base.id ?? '';
  s3.seen.length = 0;
  await inStore(async (store) => pruneRemoteWal({ store, remote: await there(), days: 7, runtime }));
  const deleted = s3.seen.filter(({ method }) => method === 'DELETE').map(({ key }) => key);
  expect(deleted[0]).toBe(`shop/wal/${archive.system_identifier}/bases/${going}.json`);
  expect([...s3.objects.keys()].filter((key) => key.includes(going))).toEqual([]);
  expect((await there()).bases.map((base) => base.id)).not.toContain(going);
  const newest = [...s3.objects.keys()].find((key) => key.includes(`${id}/data/global/pg_control`)) ?? '';
  s3.objects.delete(newest);
  const blocked = await inStore(async (store) => pruneRemoteWal({ store, remote: await there(), days: 1, runtime }));
  expect(blocked.blocked).toContain('pg_control is missing in the bucket');
});

/** A copy of the base backup in the bucket that says it is so many days older. */
function older(id: string, days: number): void {
  const when = Date.now() - days * 86_400_000;
  const name = `${new Date(when).toISOString().replace(/[-:]|\.\d+/g, '')}-0000000${days % 10}`;
  for (const [key, object] of uploaded) {
    if (!key.includes(id)) continue;
    const copy = { ...object, key: key.replace(id, name) };
    if (!key.endsWith(`bases/${id}.json`)) s3.objects.set(copy.key, copy);
    else {
      const description = JSON.parse(object.data.toString()) as { readonly manifest: object };
      const manifest = { ...description.manifest, id: name, stopped_at: new Date(when).toISOString() };
      s3.objects.set(copy.key, { ...copy, data: Buffer.from(JSON.stringify({ ...description, manifest })) });
    }
  }
}

/** For tests about WAL alone. */
function withoutBases(): void {
  for (const key of uploaded.keys()) if (/\/bases?\//.test(key)) s3.objects.delete(key);
}

test('s3rver: there and back', async () => {
  rmSync(join(archive.dir, 'base'), { recursive: true });
  const server = new S3rver({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory: project() },
    configureBuckets: [{ name: 'backups', configs: [] }],
  });
  const { port } = await server.run();
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const bucket = {
    endpoint: `http://127.0.0.1:${port}`,
    name: 'backups',
    region: 'us-east-1',
    pathStyle: true,
    credentials,
  };
  try {
    await withRemote(
      bucket,
      { runtime, tuning: { ...TUNING, partSize: 8 * 1024 * 1024 }, pause: 2 },
      async (remote) => {
        const store = { remote, prefix: '' };
        expect(await uploadWal({ archive, store, verify: false, runtime })).toMatchObject({ findings: [] });
        const dir = join(project(), 'back');
        const back = await downloadWal({ dir, store, system: null, target: null, runtime });
        const status = await readStatus({ archive: back.archive, session: null, verify: true, runtime });
        expect(codes(status.findings)).toEqual(['wal/no-base base backups']);
      },
    );
  } finally {
    await server.close();
  }
});

test('the commands: upload, status, prune and download, and a restore that fetches what it needs', async () => {
  const cwd = project();
  const config = { backup: { remote: { endpoint: s3.url, bucket: 'backups', prefix: 'shop', partSize: 5 } } };
  writeFileSync(join(cwd, 'strata.config.json'), JSON.stringify(config));
  const keys = { AWS_ACCESS_KEY_ID: IDENTITY.accessKeyId, AWS_SECRET_ACCESS_KEY: IDENTITY.secretAccessKey };
  const run = async (dir: string, ...args: string[]) => {
    const env = { ...keys, STRATA_BACKUP_WAL_DIR: dir };
    const { status, stdout } = await strata([...args, '--json'], { cwd, target: cluster.target(), env });
    return { status, ...(JSON.parse(stdout) as { data: Record<string, unknown>; error?: { code: string } }) };
  };
  expect(await run(archive.dir, 'wal', 'upload')).toMatchObject({
    status: 0,
    data: { files_sent: 0, bases: [] },
  });
  expect(await run(archive.dir, 'wal', 'status', '--remote')).toMatchObject({
    status: 0,
    data: { missing: [], unsent: [], recoverable_to: named(0), rpo_ms: expect.any(Number) },
  });
  expect(await run(archive.dir, 'wal', 'status', '--remote', '--verify')).toMatchObject({ status: 2 });
  expect(await run(archive.dir, 'wal', 'prune', '--remote')).toMatchObject({
    status: 0,
    data: { deleted: false, files: [] },
  });
  const empty = join(cwd, 'fetched');
  const data = join(cwd, 'recovered');
  const restored = await run(empty, 'restore', '--name', 'after 2', '--remote', '--data', data);
  expect(restored).toMatchObject({ status: 0, data: { state: 'recovered' } });
  expect(statSync(join(data, 'PG_VERSION')).isFile()).toBe(true);
  expect(await run(empty, 'wal', 'download', '--newest')).toMatchObject({
    status: 0,
    data: { files_fetched: 0, bases: [] },
  });
});
