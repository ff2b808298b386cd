/**
 * One suite for endpoints that are not ours: `s3rver`, an implementation by others, and, where STRATA_TEST_S3_ENDPOINT and
 * STRATA_TEST_S3_BUCKET name one, a real endpoint (with STRATA_TEST_S3_REGION, STRATA_TEST_S3_PATH_STYLE=false, and
 * credentials in AWS_…). Everything there is written under a prefix of its own, and deleted.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { downloadBackup } from '../../src/backup/download.ts';
import { listRemoteBackups } from '../../src/backup/remote-inventory.ts';
import { pruneRemote } from '../../src/backup/remote-prune.ts';
import type { RemoteStore } from '../../src/backup/remote-store.ts';
import { verifyRemoteBackup } from '../../src/backup/remote-verify.ts';
import { uploadBackup } from '../../src/backup/upload.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Bucket } from '../../src/remote/model.ts';
import { deleteObject, headObject, listObjects, readObject, writeObject } from '../../src/remote/objects.ts';
import { abortUpload, beginUpload, listUploads } from '../../src/remote/parts.ts';
import { withRemote } from '../../src/remote/request.ts';
import { bucketOf } from '../../src/remote/settings.ts';
import { signUrl } from '../../src/remote/sign.ts';
import { uploadFile } from '../../src/remote/upload.ts';
import { copies, listener, take } from '../backup/shop.ts';
import { useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';
import { fileOf, MIB } from './support.ts';

const env = process.env;
const db = useDatabase();
const PREFIX = `strata-test-${randomBytes(4).toString('hex')}/`;

interface Endpoint {
  readonly bucket: Bucket;
  /** False: s3rver takes any signature of version 4, and keeps objects in files, so a key has no empty part. */
  readonly strict: boolean;
  readonly close: () => Promise<void>;
}

const ENDPOINTS: Record<string, () => Promise<Endpoint>> = {
  s3rver: async () => {
    const server = new S3rver({
      ...{ port: 0, address: '127.0.0.1', silent: true, directory: project() },
      configureBuckets: [{ name: 'backups', configs: [] }],
    });
    const { port } = await server.run();
    const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    const endpoint = `http://127.0.0.1:${port}`;
    const bucket = { endpoint, name: 'backups', region: 'us-east-1', pathStyle: true, credentials };
    return { bucket, strict: false, close: () => server.close() };
  },
};

if (env.STRATA_TEST_S3_ENDPOINT) {
  ENDPOINTS[env.STRATA_TEST_S3_ENDPOINT] = async () => {
    const {
      STRATA_TEST_S3_ENDPOINT: endpoint = '',
      STRATA_TEST_S3_REGION: region = '',
      STRATA_TEST_S3_BUCKET: name = '',
    } = env;
    const settings = { endpoint, region, pathStyle: env.STRATA_TEST_S3_PATH_STYLE !== 'false' };
    return { bucket: bucketOf(settings, name, env, 'STRATA_TEST_S3'), strict: true, close: async () => undefined };
  };
}

describe.each(Object.entries(ENDPOINTS))('%s', (_, start) => {
  let endpoint: Endpoint;
  const inStore = <T>(work: (store: RemoteStore) => Promise<T>): Promise<T> => {
    const tuning = { timeout: 30_000, retries: 2, parallel: 3, partSize: 5 * MIB };
    return withRemote(endpoint.bucket, { runtime: realRuntime(), tuning }, (remote) =>
      work({ remote, prefix: PREFIX }),
    );
  };

  beforeAll(async () => {
    endpoint = await start();
  });
  afterAll(async () => {
    await inStore(async ({ remote }) => {
      for await (const { key } of listObjects(remote, PREFIX)) await deleteObject(remote, key);
      for (const upload of await listUploads(remote, PREFIX)) await abortUpload(remote, upload);
    });
    await endpoint.close();
  });

  test.each([0, 1, 5 * MIB, 12 * MIB + 7])(
    '%i bytes, in parts where they are many, compared as they lie there',
    async (size) => {
      const file = fileOf(size, { key: `${PREFIX}file-${size}` });
      await inStore(async ({ remote }) => {
        expect(await uploadFile(remote, file)).toMatchObject({ kind: 'stored', kept: false });
        expect(await headObject(remote, file.key)).toMatchObject({ size });
        expect(await uploadFile(remote, file)).toMatchObject({ kind: 'stored', kept: true });
      });
    },
  );

  test.each(['plain', 'a b', 'a+b', 'ü/日本.pdf', "q'(1)*!", 'a//b'])('the key %j', async (name) => {
    const key = `${PREFIX}keys/${endpoint.strict ? name : name.replace('//', '/')}`;
    await inStore(async ({ remote }) => {
      await writeObject(remote, key, Buffer.from(name));
      expect(String(await readObject(remote, key))).toBe(name);
      const found: string[] = [];
      for await (const entry of listObjects(remote, `${PREFIX}keys/`)) found.push(entry.key);
      expect(found).toEqual([key]);
      await deleteObject(remote, key);
      expect(await headObject(remote, key)).toBeNull();
    });
  });

  test('signed URLs: what was signed and nothing else', async () => {
    const key = `${PREFIX}signed/a b+ü.png`;
    const headers = { 'content-type': 'image/png', 'content-length': '3' };
    const put = signUrl(endpoint.bucket, { method: 'PUT', key, headers, expires: 60 }, new Date());
    const sent = await fetch(put, { method: 'PUT', body: 'abc', headers: { 'content-type': 'image/png' } });
    expect([sent.status, sent.status === 200 ? '' : await sent.text()]).toEqual([200, '']);
    const get = signUrl(endpoint.bucket, { method: 'GET', key, expires: 60 }, new Date());
    expect(await (await fetch(get)).text()).toBe('abc');
    if (endpoint.strict)
      expect((await fetch(get.replace(/.$/, (char) => (char === '0' ? '1' : '0')))).status).toBe(403);
    const late = signUrl(endpoint.bucket, { method: 'GET', key, expires: 1 }, new Date(Date.now() - 120_000));
    expect((await fetch(late)).status).toBe(403);
    await inStore(({ remote }) => deleteObject(remote, key));
  });

  test('an upload in parts that was given up can be aborted', async () => {
    await inStore(async ({ remote }) => {
      const upload = await beginUpload(remote, `${PREFIX}given-up`, {});
      await abortUpload(remote, upload);
      expect(await listUploads(remote, `${PREFIX}given-up`)).toEqual([]);
    });
  });

  test('backups: there, listed, read, back, pruned', async () => {
    await db.session((s) => s.batch('CREATE TABLE IF NOT EXISTS t AS SELECT generate_series(1, 10) AS id'));
    const { dir, ids } = await copies(await take(db.target()), [0, 1, 2]);
    const runtime = listener();
    await inStore(async (store) => {
      for (const id of ids) expect(await uploadBackup({ store, dir, id, runtime })).toMatchObject({ sent: 4 });
      const { backups } = await listRemoteBackups(store);
      expect(backups.map(({ id, state }) => [id, state])).toEqual(ids.map((id) => [id, 'good']));
      const id = ids[0] ?? '';
      expect((await verifyRemoteBackup({ store, id, runtime })).findings).toEqual([]);
      const there = join(project(), 'other');
      await downloadBackup({ store, dir: there, id, runtime });
      expect((await verifyBackup({ dir: there, id, runtime })).findings).toEqual([]);
      const policy = { daily: 1, weekly: 0, monthly: 0, timeZone: 'UTC' };
      await pruneRemote({ store, dir, policy, damaged: false, runtime });
      expect((await listRemoteBackups(store)).backups.map((one) => one.id)).toEqual([id]);
      // Something else in its place is seen, whatever the endpoint keeps.
      const dump = readFileSync(join(dir, id, 'database.dump'));
      dump[20] = (dump[20] ?? 0) ^ 1;
      writeFileSync(join(there, 'flipped'), dump);
      await writeObject(store.remote, `${PREFIX}${id}/database.dump`, dump);
      expect((await listRemoteBackups(store)).backups.map(({ state }) => state)).toEqual(['damaged']);
      expect((await verifyRemoteBackup({ store, id, runtime })).findings[0]?.code).toBe('backup/changed');
      await uploadBackup({ store, dir, id, runtime });
      expect((await listRemoteBackups(store)).backups.map(({ state }) => state)).toEqual(['good']);
    });
  });
});
