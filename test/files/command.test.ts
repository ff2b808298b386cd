/** `files url` and `files orphans` against the table of files of the marketplace's shape. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ident, literal } from '../../src/base/ident.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { project, type Ran, type RunOptions, strata } from '../support/project.ts';
import { emptyBucket, store } from '../support/s3/bucket.ts';
import { type Double, IDENTITY, startDouble } from '../support/s3/server.ts';

const db = useDatabase();
const KEYS = { AWS_ACCESS_KEY_ID: IDENTITY.accessKeyId, AWS_SECRET_ACCESS_KEY: IDENTITY.secretAccessKey };
const old = new Date(Date.now() - 2 * 86_400_000);
let s3: Double;
let root: string;

beforeAll(async () => {
  s3 = await startDouble({ pageSize: 5 });
  await db.session((s) =>
    s.batch(`CREATE TABLE stored_files (bucket_name text, object_key text, size_bytes integer NOT NULL,
      object_deleted_at timestamptz, created_at timestamptz DEFAULT now() - interval '2 days', UNIQUE (bucket_name, object_key))`),
  );
});
afterAll(() => s3.close());
beforeEach(async () => {
  for (const name of ['avatars', 'assets']) s3.buckets.set(name, emptyBucket());
  root = project({ 'strata.config.json': JSON.stringify({ files: { endpoint: s3.url, retries: 0 } }) });
  await db.session((s) =>
    s.batch(`TRUNCATE stored_files;
      INSERT INTO stored_files SELECT 'avatars', i || '/avatar.png', 1 FROM generate_series(1, 30) i;
      INSERT INTO stored_files VALUES ('assets', 'a', 7)`),
  );
  for (let i = 1; i <= 30; i += 1) put('avatars', `${i}/avatar.png`, 1);
  put('assets', 'a', 7);
});

function put(name: string, key: string, size: number): void {
  const bucket = s3.buckets.get(name);
  if (bucket) store(bucket, key, Buffer.alloc(size), { lastModified: old });
}

const run = (args: readonly string[], more: RunOptions = {}): Promise<Ran> =>
  strata(args, { target: db.target(), cwd: root, ...more, env: { ...KEYS, ...more.env } });

test('nothing is lost: exit status 0, and every bucket was looked at', async () => {
  const ran = await run(['files', 'orphans', '--json']);
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  expect(JSON.parse(ran.stdout).data.buckets).toMatchObject([
    { bucket: 'assets', rows: 1, orphans: [] },
    { bucket: 'avatars', rows: 30, orphans: [] },
  ]);
});

test('what is lost is told by bucket and key, and nothing is deleted', async () => {
  put('avatars', '31/avatar.png', 9);
  put('avatars', '2/avatar.png', 5);
  s3.buckets.get('avatars')?.objects.delete('3/avatar.png');
  await db.session((s) =>
    s.query("UPDATE stored_files SET object_deleted_at = now() WHERE object_key = '4/avatar.png'"),
  );
  const ran = await run(['files', 'orphans', '--json']);
  expect(ran.status).toBe(1);
  const { findings, data } = JSON.parse(ran.stdout);
  expect(findings.map((one: { code: string; subject: string }) => `${one.code} ${one.subject}`)).toEqual([
    'files/size-differs avatars/2/avatar.png',
    'files/row-without-object avatars/3/avatar.png',
    'files/object-without-row avatars/31/avatar.png',
    'files/object-not-deleted avatars/4/avatar.png',
  ]);
  expect(data.buckets[1].counts).toEqual({
    'object-without-row': 1,
    'row-without-object': 1,
    'object-not-deleted': 1,
    'size-differs': 1,
  });
  expect(s3.buckets.get('avatars')?.objects.size).toBe(30);
  const one = await run(['files', 'orphans', 'assets']);
  expect([one.status, one.stdout]).toEqual([0, expect.stringMatching(/assets +1 +0/)]);
});

test('a role that does not see every row is refused', async () => {
  const { database } = db.target();
  const role = `${database}_app`;
  await db.session((s) =>
    s.batch(`CREATE ROLE ${ident(role)} LOGIN PASSWORD ${literal(db.target().password ?? '')}; GRANT SELECT ON stored_files TO ${ident(role)};
      ALTER TABLE stored_files ENABLE ROW LEVEL SECURITY`),
  );
  try {
    const ran = await run(['files', 'orphans'], { target: { ...db.target(), user: role } });
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringMatching(/BYPASSRLS/)]);
  } finally {
    await db.session((s) =>
      s.batch('ALTER TABLE stored_files DISABLE ROW LEVEL SECURITY; REVOKE ALL ON stored_files FROM PUBLIC'),
    );
    await db.session((s) => s.batch(`DROP OWNED BY ${ident(role)}`));
    await withSession(serverTarget(), (s) => s.query(`DROP ROLE ${ident(role)}`));
  }
});

test('another table, and one that is not there', async () => {
  const env = { STRATA_FILES_TABLE: 'public.uploads' };
  const missing = await run(['files', 'orphans', 'assets'], { env });
  expect([missing.status, missing.stderr]).toEqual([
    2,
    expect.stringMatching(/FILES_TABLE[\s\S]*files\.table, files\.columns/),
  ]);
  await db.session((s) =>
    s.batch("CREATE TABLE uploads (b text, k text); INSERT INTO uploads VALUES ('pictures', 'a')"),
  );
  const columns = { bucket: 'b', key: 'k', size: '', gone: '', created: '' };
  const at = project({
    'strata.config.json': JSON.stringify({
      files: { endpoint: s3.url, table: 'uploads', columns, buckets: { pictures: 'assets' } },
    }),
  });
  const ran = await run(['files', 'orphans', '--json'], { cwd: at });
  expect([ran.status, JSON.parse(ran.stdout).data.buckets]).toEqual([
    0,
    [expect.objectContaining({ bucket: 'pictures', rows: 1 })],
  ]);
});

test('a URL to read, and one to write exactly one file', async () => {
  const read = await run(['files', 'url', 'assets', 'a']);
  expect([read.status, (await fetch(read.stdout.trim())).status]).toEqual([0, 200]);
  expect(read.stdout).toContain('X-Amz-Expires=300');
  const write = await run([
    'files',
    'url',
    'assets',
    'new key',
    '--put',
    '--type',
    'image/png',
    '--size',
    '3',
    '--expires',
    '9',
    '--json',
  ]);
  const { url, headers } = JSON.parse(write.stdout).data;
  expect(headers).toEqual({ 'content-type': 'image/png', 'content-length': '3' });
  expect((await fetch(url, { method: 'PUT', body: 'abc', headers: { 'content-type': 'image/png' } })).status).toBe(200);
  expect(s3.buckets.get('assets')?.objects.has('new key')).toBe(true);
  for (const wrong of [['--put'], ['--type', 'image/png'], ['--expires', '604801']]) {
    expect((await run(['files', 'url', 'assets', 'a', ...wrong])).status).toBe(2);
  }
  const keyless = await run(['files', 'url', 'assets', 'a'], { env: { AWS_ACCESS_KEY_ID: '' } });
  expect([keyless.status, keyless.stderr]).toEqual([2, expect.stringMatching(/AWS_ACCESS_KEY_ID is not set/)]);
});
