/** The commands as their users run them: exit statuses, hints, credentials that are never printed, kill and go on. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Backup } from '../../src/backup/take.ts';
import { withDatabaseName } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { project, type Ran, type RunOptions, strata, write } from '../support/project.ts';
import { type Double, IDENTITY, startDouble } from '../support/s3/server.ts';
import { dropDatabase, take } from './shop.ts';

const db = useDatabase();
let backup: Backup;
let s3: Double;
let root: string;

beforeAll(async () => {
  // 12 MiB that do not compress: three parts of the smallest size.
  await db.session((s) =>
    s.batch(
      "CREATE TABLE t AS SELECT i AS id, (SELECT string_agg(encode(sha256((i * 1000 + j)::text::bytea), 'base64'), '') FROM generate_series(1, 40) j) AS b FROM generate_series(1, 9000) i",
    ),
  );
  backup = await take(db.target());
  s3 = await startDouble();
});
afterAll(() => s3.close());
beforeEach(() => {
  s3.objects.clear();
  s3.buckets.get('backups')?.uploads.clear();
  s3.fault = () => undefined;
  s3.seen.length = 0;
  root = project({
    'strata.config.json': JSON.stringify({
      backup: {
        remote: { endpoint: s3.url, bucket: 'backups', prefix: 'shop', partSize: 5, retries: 1, timeout: 3_000 },
      },
    }),
  });
  // A copy would cost 12 MiB a test: the folder is lent, and given back.
  mkdirSync(join(root, 'backups'));
  renameSync(backup.path, join(root, 'backups', backup.id));
  return () => renameSync(join(root, 'backups', backup.id), backup.path);
});

const KEYS = { AWS_ACCESS_KEY_ID: IDENTITY.accessKeyId, AWS_SECRET_ACCESS_KEY: IDENTITY.secretAccessKey };

async function run(args: readonly string[], more: RunOptions = {}): Promise<Ran> {
  const ran = await strata(args, { target: db.target(), cwd: root, ...more, env: { ...KEYS, ...more.env } });
  expect(ran.stdout + ran.stderr).not.toContain(IDENTITY.secretAccessKey);
  return ran;
}

const json = (ran: Ran): { ok: boolean; data: Record<string, unknown>; findings: { code: string }[] } =>
  JSON.parse(ran.stdout);

test('upload, list, verify, download, restore: one round', async () => {
  const upload = await run(['backup', 'upload', '--json']);
  expect([upload.status, upload.stderr]).toEqual([0, expect.any(String)]);
  expect(json(upload).data).toEqual({
    bucket: 's3://backups/shop/',
    uploads: [
      {
        id: backup.id,
        size: expect.any(Number),
        files_sent: 4,
        files_kept: 0,
        compared_by: 'checksum',
        conditional_writes: 'honoured',
      },
    ],
  });
  expect(s3.objects.get(`shop/${backup.id}/database.dump`)?.checksum).toMatch(/-3$/);
  const list = await run(['backup', 'list', '--remote', '--json']);
  expect(json(list).data).toMatchObject({
    backups: [{ id: backup.id, state: 'good', verified_by: 'upload' }],
    unfinished: [],
  });
  expect((await run(['backup', 'list', '--remote'])).stdout).toMatch(/good .*uploaded \d+ s ago/);
  expect((await run(['backup', 'verify', '--remote'])).status).toBe(0);
  expect((await run(['backup', 'prune', '--remote', '--delete'])).stdout).toMatch(/1 kept, 0 deleted/);
  const there = ['--dir', 'elsewhere'];
  const download = await run(['backup', 'download', backup.id.slice(0, 12), ...there]);
  expect([download.status, download.stdout]).toEqual([0, expect.stringMatching(/every checksum compared/)]);
  expect((await run(['backup', 'verify', ...there])).status).toBe(0);
});

test('a restore of what is only in the bucket says how, and does it', async () => {
  await run(['backup', 'upload']);
  const there = ['--dir', 'elsewhere'];
  const only = await run(['restore', backup.id, '--to', `${db.target().database}_r`, ...there]);
  expect([only.status, only.stderr]).toEqual([2, expect.stringContaining(`strata restore ${backup.id} --remote`)]);
  const none = await run(['restore', '19990101', ...there]);
  expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/not in the bucket either/)]);
  const blind = await run(['restore', '19990101', ...there], { env: { AWS_ACCESS_KEY_ID: '' } });
  expect([blind.status, blind.stderr]).toEqual([2, expect.stringMatching(/is not known/)]);
  const name = `${db.target().database}_r`;
  try {
    const done = await run(['restore', backup.id.slice(0, 10), '--remote', '--to', name, ...there]);
    expect([done.status, done.stdout]).toEqual([
      0,
      expect.stringMatching(/rows and checksums are those of the backup/),
    ]);
    expect(done.stdout + done.stderr).not.toContain('list of erasures');
    await dropDatabase(name);
    write(root, { 'sql/erasure/user.sql': 'SELECT 1' });
    const warned = await run(['restore', backup.id, '--remote', '--to', name, '--json', ...there]);
    expect([warned.status, json(warned).findings.map(({ code }) => code)]).toEqual([0, ['restore/erasures-unknown']]);
  } finally {
    await dropDatabase(name);
  }
});

test('who was erased after the upload stays erased where the copy is restored, on a machine without the list', async () => {
  const name = `${db.target().database}_r`;
  write(root, { 'sql/erasure/one.sql': "DELETE FROM t WHERE id = current_setting('strata.subject')::integer" });
  const keys = (): string[] => [...s3.objects.keys()].filter((key) => key.startsWith('shop/erasures/'));
  await run(['backup', 'upload']);
  expect(keys()).toEqual([]);
  expect(json(await run(['subject', 'erase', '7', '--json']))).toMatchObject({ ok: true, findings: [] });
  expect(keys()).toEqual([expect.stringMatching(/^shop\/erasures\/[0-9a-f]{64}\.json$/)]);
  // A bucket that does not answer keeps nobody from being erased; it learns of it later.
  s3.fault = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
  const unsent = json(await run(['subject', 'erase', '8', '--json']));
  expect([unsent.ok, unsent.findings.map(({ code }) => code)]).toEqual([true, ['erasure/not-uploaded']]);
  s3.fault = () => undefined;
  await run(['backup', 'upload']);
  expect(keys()).toHaveLength(2);
  try {
    const done = await run(['restore', '--remote', '--to', name, '--dir', 'elsewhere', '--json']);
    expect([done.status, json(done).data.erasures, json(done).findings]).toEqual([0, 2, []]);
    const left = await withSession(withDatabaseName(serverTarget(), name), (s) =>
      s.query('SELECT FROM t WHERE id IN (7, 8)'),
    );
    expect(left).toEqual([]);
    // Both machines know all of it, once.
    for (const dir of ['backups', 'elsewhere'])
      expect(
        readFileSync(join(root, dir, 'erasures.jsonl'), 'utf8')
          .trimEnd()
          .split('\n'),
      ).toHaveLength(2);
    const again = await run(['backup', 'download', backup.id, '--dir', 'elsewhere']);
    expect(again.status).toBe(0);
    expect(
      readFileSync(join(root, 'elsewhere', 'erasures.jsonl'), 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(2);
  } finally {
    await dropDatabase(name);
  }
  const [key = ''] = keys();
  const object = s3.objects.get(key);
  s3.objects.set(key, { ...(object as NonNullable<typeof object>), data: Buffer.from('{}') });
  const refused = await run(['restore', '--remote', '--to', name, '--dir', 'third']);
  expect([refused.status, refused.stderr]).toEqual([
    6,
    expect.stringMatching(/ERASURE_LIST[\s\S]*is not what was written there/),
  ]);
});

test('create --upload, and what it says when only the upload fails', async () => {
  const done = await run(['backup', 'create', '--upload', '--dir', 'own', '--json']);
  expect([done.status, json(done).data.uploaded]).toEqual([0, true]);
  expect(s3.objects.has(`shop/${json(done).data.id}/manifest.json`)).toBe(true);
  s3.fault = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
  const failed = await run(['backup', 'create', '--upload', '--dir', 'own']);
  expect([failed.status, failed.stderr]).toEqual([3, expect.stringMatching(/itself is whole/)]);
  expect(readdirSync(join(root, 'own')).filter((name) => /-[0-9a-f]{8}$/.test(name)).length).toBe(2);
  const keyless = await run(['backup', 'create', '--upload', '--dir', 'third'], { env: { AWS_ACCESS_KEY_ID: '' } });
  expect([keyless.status, existsSync(join(root, 'third'))]).toEqual([2, false]);
});

describe('errors', () => {
  test('everything that is missing, at once', async () => {
    writeFileSync(join(root, 'strata.config.json'), '{}');
    const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const ran = await run(['backup', 'upload'], { env });
    expect(ran.status).toBe(2);
    for (const name of ['backup.remote.bucket', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      expect(ran.stderr).toContain(`${name} is not set`);
    }
  });

  test.each([
    [
      '503 for ever',
      { kind: 'status', status: 503, code: 'SlowDown' },
      3,
      /503 SlowDown/,
      /later: what was transferred whole is kept/,
    ],
    ['403', { kind: 'status', status: 403, code: 'AccessDenied' }, 3, /refused the credentials/, /s3:PutObject/],
    [
      'no such bucket',
      { kind: 'status', status: 404, code: 'NoSuchBucket' },
      2,
      /there is no bucket "backups"/,
      /makes no buckets/,
    ],
  ] as const)('%s', async (_, fault, status, message, hint) => {
    s3.fault = () => fault;
    for (const args of [
      ['backup', 'upload'],
      ['backup', 'list', '--remote'],
      ['backup', 'download'],
    ]) {
      const ran = await run(args);
      expect([ran.status, ran.stderr]).toEqual([status, expect.stringMatching(message)]);
      expect(ran.stderr).toMatch(hint);
    }
  });

  test('a copy with a flipped bit: verify finds it, download refuses it, the list knows it, an upload mends it', async () => {
    await run(['backup', 'upload']);
    const key = `shop/${backup.id}/database.dump`;
    const object = s3.objects.get(key);
    if (!object) throw new Error('nothing there');
    const data = Buffer.from(object.data);
    data[99] = (data[99] ?? 0) ^ 1;
    s3.objects.set(key, { ...object, data });
    const download = await run(['backup', 'download', backup.id, '--dir', 'elsewhere']);
    expect([download.status, download.stderr]).toEqual([5, expect.stringMatching(/bytes in the bucket are not those/)]);
    const verify = await run(['backup', 'verify', '--remote']);
    expect([verify.status, verify.stdout]).toEqual([1, expect.stringMatching(/not those that were uploaded/)]);
    expect((await run(['backup', 'list', '--remote'])).status).toBe(1);
    // The checksum that the endpoint keeps is still ours: once found damaged, it is not believed.
    expect((await run(['backup', 'upload', backup.id])).status).toBe(0);
    expect((await run(['backup', 'list', '--remote'])).status).toBe(0);
    expect((await run(['backup', 'verify', '--remote'])).status).toBe(0);
  });
});

describe('kill -9, then the same command again', () => {
  test('upload: the parts that are there are not sent again', async () => {
    let parts = 0;
    let kill = (): void => undefined;
    s3.fault = ({ method, query }) => {
      if (method === 'PUT' && query.has('partNumber') && ++parts === 3) {
        kill();
        return { kind: 'hang' };
      }
      return undefined;
    };
    const onSpawn: RunOptions['onSpawn'] = (child) => {
      kill = () => void child.kill('SIGKILL');
    };
    const killed = await run(['backup', 'upload'], { onSpawn });
    expect([killed.signal, [...s3.objects.keys()].filter((key) => key.endsWith('manifest.json'))]).toEqual([
      'SIGKILL',
      [],
    ]);
    const list = await run(['backup', 'list', '--remote']);
    expect([list.status, list.stdout]).toEqual([0, expect.stringMatching(/no backups in s3:/)]);
    const [pending] = [...(s3.buckets.get('backups')?.uploads.values() ?? [])];
    const there = pending?.parts.size ?? 0;
    s3.fault = () => undefined;
    s3.seen.length = 0;
    expect((await run(['backup', 'upload'])).status).toBe(0);
    expect(s3.seen.filter(({ query }) => query.has('partNumber')).length).toBe(3 - there);
    expect((await run(['backup', 'verify', '--remote'])).status).toBe(0);
    expect(s3.buckets.get('backups')?.uploads.size).toBe(0);
  });

  test('download: nothing is listed meanwhile, and it goes on', async () => {
    await run(['backup', 'upload']);
    let ranges = 0;
    let kill = (): void => undefined;
    s3.fault = ({ method, headers }) => {
      if (method === 'GET' && headers.range && ++ranges === 4) {
        setTimeout(() => kill(), 300);
        return { kind: 'hang' };
      }
      return undefined;
    };
    const onSpawn: RunOptions['onSpawn'] = (child) => {
      kill = () => void child.kill('SIGKILL');
    };
    const there = ['--dir', 'elsewhere'];
    const killed = await run(['backup', 'download', backup.id, ...there], { onSpawn });
    expect(killed.signal).toBe('SIGKILL');
    const partial = join(root, 'elsewhere', `${backup.id}.download.partial`);
    expect(existsSync(partial)).toBe(true);
    expect((await run(['backup', 'list', ...there])).stdout).toMatch(/no backups/);
    s3.fault = () => undefined;
    expect((await run(['backup', 'download', backup.id, ...there])).status).toBe(0);
    expect(
      readFileSync(join(root, 'elsewhere', backup.id, 'database.dump')).equals(
        readFileSync(join(root, 'backups', backup.id, 'database.dump')),
      ),
    ).toBe(true);
    expect(readdirSync(join(root, 'elsewhere', backup.id))).not.toContain('.lock');
    rmSync(join(root, 'elsewhere'), { recursive: true });
  });
});
