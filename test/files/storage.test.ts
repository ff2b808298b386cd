/** `strata-pg/files` on the double: URLs that take what was signed, rules, and orphans of both kinds. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createStorage,
  type FileRow,
  type Orphan,
  type OrphanOptions,
  type Storage,
  StorageError,
} from '../../src/files/index.ts';
import { store } from '../support/s3/bucket.ts';
import { type Double, IDENTITY, startDouble } from '../support/s3/server.ts';

let s3: Double;
let files: Storage;
const RULES = { maxSize: 20, contentTypes: ['image/png'], keyPattern: '^[0-9]+/.+$', expires: 60 };

beforeAll(async () => {
  s3 = await startDouble({ pageSize: 2 });
  files = createStorage({ bucket: 'backups', endpoint: s3.url, credentials: IDENTITY, rules: RULES, retries: 1 });
});
afterAll(async () => {
  files.close();
  await s3.close();
});
beforeEach(() => {
  s3.objects.clear();
  s3.staleList = null;
  s3.fault = () => undefined;
});

describe('signed URLs', () => {
  test.each(['7/avatar.png', '7/my photo+1.png', '7/ünï/日本.png', '7//x'])('write and read %j', async (key) => {
    const { url, method, headers } = files.signPut(key, { contentType: 'image/png', size: 3 });
    const { 'content-length': length, ...own } = headers;
    expect([method, length]).toEqual(['PUT', '3']);
    expect((await fetch(url, { method, headers: own, body: 'abcd' })).status).toBe(403);
    expect((await fetch(url, { method, headers: { 'content-type': 'text/html' }, body: 'abc' })).status).toBe(403);
    expect(s3.objects.size).toBe(0);
    expect((await fetch(url, { method, headers: own, body: 'abc' })).status).toBe(200);
    expect(await files.head(key)).toEqual({ key, size: 3 });
    const read = await fetch(files.signGet(key));
    expect([await read.text(), read.headers.get('content-type')]).toEqual(['abc', 'image/png']);
    expect((await fetch(files.signGet(key), { method: 'DELETE' })).status).toBe(403);
    await files.remove(key);
    expect(await files.head(key)).toBeNull();
  });

  test('live as long as the rules say, or as asked', () => {
    expect(files.signGet('7/a')).toContain('X-Amz-Expires=60&');
    expect(files.signGet('7/a', { expires: 5 })).toContain('X-Amz-Expires=5&');
    const plain = createStorage({ bucket: 'backups', endpoint: s3.url, credentials: IDENTITY });
    expect(plain.signGet('7/a')).toContain('X-Amz-Expires=300&');
  });

  test('hold a hash, where it is given', async () => {
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const { url, headers } = files.signPut('7/a', { contentType: 'image/png', size: 3, sha256 });
    const { 'content-length': _, ...own } = headers;
    expect((await fetch(url, { method: 'PUT', headers: own, body: 'abd' })).status).toBe(400);
    expect((await fetch(url, { method: 'PUT', headers: own, body: 'abc' })).status).toBe(200);
  });

  test('a name to save it under, whatever is in it', () => {
    const url = new URL(files.signGet('7/a', { downloadAs: 'Zeugnis "ä" (1).pdf' }));
    expect(url.searchParams.get('response-content-disposition')).toBe(
      `attachment; filename="Zeugnis ___ (1).pdf"; filename*=UTF-8''Zeugnis%20%22%C3%A4%22%20%281%29.pdf`.replace(
        '___',
        '___',
      ),
    );
  });

  test('none for what the rules do not let in: every reason at once', () => {
    const thrown = caught(() => files.signPut('avatar', { contentType: 'text/html', size: 21 }));
    expect([thrown.code, thrown.message]).toEqual(['FILE_REFUSED', 'bucket "backups" does not take this file']);
    expect(thrown.detail?.split('\n').length).toBe(3);
    for (const size of [-1, 1.5, Number.NaN]) {
      expect(caught(() => files.signPut('7/a', { contentType: 'image/png', size })).code).toBe('FILE_REFUSED');
    }
    expect(caught(() => files.signPut('7/a', { contentType: 'image/png', size: 1, sha256: 'x' })).detail).toMatch(
      /64 hex/,
    );
    expect(caught(() => files.signPut('7/../a', { contentType: 'image/png', size: 1 })).code).toBe('USAGE');
  });
});

function caught(work: () => unknown): StorageError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof StorageError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

test('without credentials: an error of its own, that names them', () => {
  const before = { ...process.env };
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'STRATA_S3_ACCESS_KEY_ID'])
    delete process.env[name];
  try {
    const thrown = caught(() => createStorage({ bucket: 'b' }));
    expect([thrown.code, thrown.detail]).toEqual([
      'CONFIG_INVALID',
      expect.stringMatching(/AWS_ACCESS_KEY_ID is not set\nAWS_SECRET/),
    ]);
  } finally {
    Object.assign(process.env, before);
  }
});

test('what the endpoint refuses is a StorageError too', async () => {
  s3.fault = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
  await expect(files.head('a')).rejects.toMatchObject({ name: 'StorageError', code: 'REMOTE_DENIED' });
  await expect(files.remove('a')).rejects.toBeInstanceOf(StorageError);
  const walk = async (): Promise<void> => {
    for await (const one of files.list()) expect(one).toBeUndefined();
  };
  await expect(walk()).rejects.toBeInstanceOf(StorageError);
});

describe('orphans', () => {
  const old = new Date(Date.now() - 2 * 86_400_000);

  function put(key: string, size = 1, lastModified = old): void {
    const bucket = s3.buckets.get('backups');
    if (bucket) store(bucket, key, Buffer.alloc(size), { lastModified });
  }

  async function orphans(rows: readonly FileRow[], options?: OrphanOptions): Promise<readonly string[]> {
    const found: Orphan[] = [];
    const sorted = [...rows].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    const after = async (key: string): Promise<readonly FileRow[]> =>
      sorted.filter((row) => Buffer.compare(Buffer.from(row.key), Buffer.from(key)) > 0).slice(0, 3);
    for await (const orphan of files.findOrphans(after, options)) found.push(orphan);
    return found.map(({ kind, key }) => `${kind} ${key}`);
  }

  test('of every kind, in the order of keys, over pages of both', async () => {
    for (const key of ['a', 'b', 'é', '\u{1f388}', '\uffee', 'z z', 'x+y']) put(key);
    put('young', 1, new Date());
    const rows = [
      { key: 'a', size: 1 },
      { key: 'b', size: 2 },
      { key: 'c' },
      { key: 'd', gone: true },
      { key: 'é', gone: true },
      { key: 'waiting', createdAt: new Date() },
      { key: 'lost', createdAt: old },
      { key: '\u{1f388}', size: 1 },
    ];
    expect(await orphans(rows)).toEqual([
      'size-differs b',
      'row-without-object c',
      'row-without-object lost',
      'object-without-row x+y',
      'object-without-row z z',
      'object-not-deleted é',
      'object-without-row \uffee',
    ]);
    expect(await orphans(rows, { minAge: 0, prefix: 'y' })).toEqual(['object-without-row young']);
    expect(await orphans([])).toHaveLength(7);
  });

  test('a list that is behind makes no row an orphan', async () => {
    put('a');
    s3.staleList = [];
    expect(await orphans([{ key: 'a' }, { key: 'b' }])).toEqual(['row-without-object b']);
  });

  test('rows in another order are a fault, not orphans', async () => {
    put('B');
    put('a');
    const walk = async (): Promise<void> => {
      const wrong = async (after: string): Promise<readonly FileRow[]> =>
        after === '' ? [{ key: 'a' }, { key: 'B' }] : [];
      for await (const one of files.findOrphans(wrong)) void one;
    };
    await expect(walk()).rejects.toMatchObject({ code: 'FILES_TABLE' });
  });
});
