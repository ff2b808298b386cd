/** Files to objects and back, over a line and an endpoint that break in every way: the bytes are right, or an error says why. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/canonical.ts';
import { deleteObject, headObject, listObjects, readObject, writeObject } from '../../src/remote/objects.ts';
import { listUploads } from '../../src/remote/parts.ts';
import { downloadFile, hashObject } from '../../src/remote/ranges.ts';
import { uploadFile } from '../../src/remote/upload.ts';
import { project } from '../support/project.ts';
import { begin } from '../support/s3/bucket.ts';
import type { Double, Fault, Seen } from '../support/s3/server.ts';
import { fileOf, MIB, TUNING, useDouble, using } from './support.ts';

const s3 = useDouble({ pageSize: 3 });
const plain = useDouble({ checksums: false });
const loose = useDouble({ conditions: 'ignored', checksums: false });
const old = useDouble({ conditions: 'refused' });

const PART = TUNING.partSize;

async function list(double: Double, prefix = ''): Promise<readonly string[]> {
  return await using(double, async (remote) => {
    const keys: string[] = [];
    for await (const { key } of listObjects(remote, prefix)) keys.push(key);
    return keys;
  });
}

/** That fault for the first `times` requests of this kind. */
function once(fault: Fault, matches: (seen: Seen) => boolean, times = 1): (seen: Seen) => Fault | undefined {
  let left = times;
  return (seen) => (matches(seen) && left-- > 0 ? fault : undefined);
}

const isPart = ({ method, query }: Seen): boolean => method === 'PUT' && query.has('partNumber');

describe.each([
  ['keeps checksums', s3],
  ['keeps none', plain],
  ['ignores conditions', loose],
  ['refuses conditions', old],
])('an endpoint that %s', (_, endpoint) => {
  test.each([0, 1, PART - 1, PART, PART + 1, 5 * PART + 17])('%i bytes there and back', async (size) => {
    const double = endpoint.fresh();
    const file = fileOf(size);
    let told = 0;
    const onBytes = (bytes: number): void => {
      told += bytes;
    };
    await using(double, async (remote) => {
      const stored = await uploadFile(remote, { ...file, onBytes });
      expect(stored).toMatchObject({ kind: 'stored', kept: false });
      expect(told).toBe(size);
      const head = await headObject(remote, file.key);
      expect(head).toMatchObject({ size, metadata: { sha256: file.sha256 } });
      const read = { key: file.key, size, etag: head?.etag ?? '' };
      expect(await hashObject(remote, read)).toBe(file.sha256);
      const path = join(project(), 'copy');
      expect(await downloadFile(remote, read, path)).toBe(file.sha256);
      expect(readFileSync(path).equals(file.data)).toBe(true);
      expect(await uploadFile(remote, file)).toMatchObject({ kind: 'stored', kept: true });
      expect(await listUploads(remote, '')).toEqual([]);
    });
  });

  test('a small object, and never over another one where conditions hold', async () => {
    const double = endpoint.fresh();
    await using(double, async (remote) => {
      expect(await writeObject(remote, 'm', Buffer.from('one'), { ifNew: true })).toBe('written');
      const again = await writeObject(remote, 'm', Buffer.from('two'), { ifNew: true });
      expect(again).toBe(double.options.conditions === 'honoured' ? 'exists' : 'written');
      expect(String(await readObject(remote, 'm'))).toBe(again === 'exists' ? 'one' : 'two');
      await deleteObject(remote, 'm');
      await deleteObject(remote, 'm');
      expect([await readObject(remote, 'm'), await headObject(remote, 'm')]).toEqual([null, null]);
    });
  });
});

test('lists go over pages, in order, with every key as it is', async () => {
  const double = s3.fresh();
  const keys = ['a b', 'a+b', 'a%2Bb', 'a&b<c>', 'ü/日本', 'z/', 'z//x', 'é'];
  await using(double, async (remote) => {
    for (const key of keys) await writeObject(remote, key, Buffer.from(key));
  });
  const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(await list(double)).toEqual(sorted);
  expect(await list(double, 'z')).toEqual(['z/', 'z//x']);
  expect(await list(double, 'nothing')).toEqual([]);
});

describe('a list that is cut short is never taken for a short list', () => {
  const listing = ({ method, key }: Seen): boolean => method === 'GET' && key === '';

  test.each<[string, Fault]>([
    ['by the line', { kind: 'cut-answer', after: 150 }],
    ['with a length that fits', { kind: 'shorten', to: 150 }],
    ['to nothing', { kind: 'shorten', to: 0 }],
  ])('%s: asked again', async (_, fault) => {
    const double = s3.fresh();
    await using(double, async (remote) => {
      for (const key of ['a', 'b', 'c', 'd', 'e']) await writeObject(remote, key, Buffer.from(key));
    });
    double.fault = once(fault, listing, 2);
    expect(await list(double)).toEqual(['a', 'b', 'c', 'd', 'e']);
    double.fault = once(fault, listing, 99);
    await expect(list(double)).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });
});

describe('an upload in parts', () => {
  test.each<[string, Fault, (seen: Seen) => boolean]>([
    ['503 SlowDown', { kind: 'status', status: 503, code: 'SlowDown' }, () => true],
    ['500 without a body', { kind: 'status', status: 500, code: '' }, isPart],
    ['a line cut in a part', { kind: 'cut-request', after: 1000 }, isPart],
    ['an answer that is lost', { kind: 'cut-answer', after: 0 }, isPart],
    [
      'the answer to the end lost',
      { kind: 'cut-answer', after: 5 },
      ({ method, query }) => method === 'POST' && query.has('uploadId'),
    ],
    [
      'a half answer to the beginning',
      { kind: 'shorten', to: 70 },
      ({ method, query }) => method === 'POST' && query.has('uploads'),
    ],
    ['an endpoint that hangs', { kind: 'hang' }, isPart],
    ['a damaged part', { kind: 'status', status: 400, code: 'BadDigest' }, isPart],
  ])('survives %s', async (_, fault, matches) => {
    const double = s3.fresh();
    const file = fileOf(4 * PART + 1);
    double.fault = once(fault, matches, 2);
    const tuning = { timeout: 300 };
    const stored = await using(double, (remote) => uploadFile(remote, file), { tuning });
    expect(stored).toMatchObject({ kind: 'stored', proof: 'checksum' });
    expect(sha256(double.objects.get(file.key)?.data ?? '')).toBe(file.sha256);
  });

  test('goes on with the parts that are ours, and sends the others again', async () => {
    for (const endpoint of [s3, plain]) {
      const double = endpoint.fresh();
      const file = fileOf(6 * PART);
      double.fault = (seen) =>
        isPart(seen) && seen.query.get('partNumber') === '5'
          ? { kind: 'status', status: 403, code: 'AccessDenied' }
          : undefined;
      await expect(using(double, (remote) => uploadFile(remote, file))).rejects.toMatchObject({
        code: 'REMOTE_DENIED',
      });
      expect(double.objects.size).toBe(0);
      const [pending] = [...(double.buckets.get('backups')?.uploads.values() ?? [])];
      const there = pending?.parts.size ?? 0;
      expect(there).toBeGreaterThan(2);
      // One of them holds something else: another run's, or damage.
      const part = pending?.parts.get(2);
      if (pending && part) pending.parts.set(2, { ...part, etag: '"other"', checksum: part.checksum && 'other' });
      double.fault = () => undefined;
      double.seen.length = 0;
      expect(await using(double, (remote) => uploadFile(remote, file))).toMatchObject({ kind: 'stored', kept: false });
      expect(double.seen.filter(isPart).length).toBe(6 - there + 1);
      expect(double.objects.get(file.key)?.data.equals(file.data)).toBe(true);
    }
  });

  test('does not go on with parts of another size', async () => {
    const double = s3.fresh();
    const file = fileOf(3 * PART);
    const bucket = double.buckets.get('backups');
    if (bucket) {
      const pending = begin(bucket, file.key, {}, new Date());
      pending.parts.set(1, { number: 1, data: Buffer.alloc(9), etag: '"x"', checksum: null });
    }
    expect(await using(double, (remote) => uploadFile(remote, file))).toMatchObject({ kind: 'stored' });
    expect(double.objects.get(file.key)?.data.equals(file.data)).toBe(true);
  });

  test('of a file that is not what it should be becomes nothing', async () => {
    for (const size of [PART / 2, 3 * PART]) {
      for (const change of ['flip', 'shorter', 'longer'] as const) {
        const double = s3.fresh();
        const file = fileOf(size);
        if (change === 'flip')
          writeFileSync(file.path, Buffer.from(file.data.map((byte, i) => (i === 9 ? byte ^ 1 : byte))));
        if (change === 'shorter') truncateSync(file.path, size - 1);
        if (change === 'longer') writeFileSync(file.path, Buffer.concat([file.data, Buffer.alloc(1)]));
        expect(await using(double, (remote) => uploadFile(remote, file))).toEqual({ kind: 'source-changed' });
        expect(double.objects.size).toBe(0);
        expect(double.buckets.get('backups')?.uploads.size).toBe(0);
      }
    }
  });
});

describe('an object is never called stored for its size alone', () => {
  test.each([PART / 2, 3 * PART])(
    '%i bytes, stored with a flipped bit by an endpoint without checksums',
    async (size) => {
      const double = plain.fresh();
      const file = fileOf(size);
      double.fault = once({ kind: 'store-flipped' }, ({ method }) => method === 'PUT');
      expect(await using(double, (remote) => uploadFile(remote, file))).toEqual({ kind: 'differs' });
      // The next run sees it, and replaces it: no manifest names it yet.
      expect(await using(double, (remote) => uploadFile(remote, file))).toMatchObject({ kind: 'stored', kept: false });
      expect(double.objects.get(file.key)?.data.equals(file.data)).toBe(true);
    },
  );

  test('an endpoint that tells another checksum', async () => {
    const double = s3.fresh();
    const file = fileOf(PART / 2);
    double.fault = once({ kind: 'store-flipped' }, ({ method }) => method === 'PUT');
    expect(await using(double, (remote) => uploadFile(remote, file))).toEqual({ kind: 'differs' });
  });
});

describe('a download', () => {
  test.each<[string, Fault]>([
    ['503', { kind: 'status', status: 503, code: 'SlowDown' }],
    ['half a body and a cut line', { kind: 'cut-answer', after: 30_000 }],
    ['half a body as if whole', { kind: 'shorten', to: 30_000 }],
    ['a line on which nothing comes', { kind: 'hang' }],
  ])('survives %s', async (what, fault) => {
    const double = s3.fresh();
    const file = fileOf(9 * MIB);
    await using(
      double,
      async (remote) => {
        const { etag } = { etag: '', ...(await uploadFile(remote, file)) };
        double.fault = once(fault, ({ method }) => method === 'GET', 2);
        const path = join(project(), 'copy');
        const download = downloadFile(remote, { key: file.key, size: file.size, etag }, path);
        if (what === 'half a body as if whole') {
          await expect(download).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
          expect(await downloadFile(remote, { key: file.key, size: file.size, etag }, path)).toBe(file.sha256);
        } else expect(await download).toBe(file.sha256);
        expect(readFileSync(path).equals(file.data)).toBe(true);
      },
      { tuning: { timeout: 300, partSize: 5 * MIB } },
    );
  });

  test('goes on behind the bytes that are there, and asks for no byte twice', async () => {
    const double = s3.fresh();
    const file = fileOf(6 * MIB);
    await using(double, async (remote) => {
      const { etag } = { etag: '', ...(await uploadFile(remote, file)) };
      const path = join(project(), 'copy');
      writeFileSync(path, file.data.subarray(0, 5 * MIB + 3));
      double.seen.length = 0;
      expect(await downloadFile(remote, { key: file.key, size: file.size, etag }, path)).toBe(file.sha256);
      expect(double.seen.map(({ headers }) => headers.range)).toEqual([`bytes=${5 * MIB + 3}-${6 * MIB - 1}`]);
    });
  });

  test('of an object that is replaced meanwhile stops', async () => {
    const double = s3.fresh();
    const file = fileOf(100);
    await using(double, async (remote) => {
      await uploadFile(remote, file);
      const read = hashObject(remote, { key: file.key, size: 100, etag: '"of another"' });
      await expect(read).rejects.toThrow(/replaced or deleted while it was read/);
    });
  });
});
