/** Where the object storage is, and who we are there: every fault at once, and no secret in any of them. */
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { loadConfig } from '../../src/config/load.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { bucketOf } from '../../src/remote/settings.ts';
import { project } from '../support/project.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
const { remote } = DEFAULTS.backup;

function faults(settings: object, name: string, env: Record<string, string>): readonly string[] {
  try {
    bucketOf({ ...remote, ...settings }, name, env, 'backup.remote');
  } catch (thrown) {
    if (!(thrown instanceof ToolError) || thrown.code !== 'CONFIG_INVALID') throw thrown;
    return (thrown.more.findings ?? []).map((one) => `${one.subject}: ${one.message}`);
  }
  return [];
}

test("Amazon's own endpoint of the region by default; the variables of its tools; the configuration before them", () => {
  expect(bucketOf(remote, 'b', KEYS, 'backup.remote')).toEqual({
    endpoint: 'https://s3.us-east-1.amazonaws.com',
    name: 'b',
    region: 'us-east-1',
    pathStyle: true,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  const env = { ...KEYS, AWS_REGION: 'eu-north-1', AWS_ENDPOINT_URL_S3: 'http://h:1/', AWS_SESSION_TOKEN: 't' };
  expect(bucketOf(remote, 'b', env, 'backup.remote')).toMatchObject({
    endpoint: 'http://h:1',
    region: 'eu-north-1',
    credentials: { sessionToken: 't' },
  });
  const own = { ...remote, endpoint: 'https://own', region: 'auto' };
  expect(bucketOf(own, 'b', env, 'backup.remote')).toMatchObject({ endpoint: 'https://own', region: 'auto' });
});

test('our own variables go before those of Amazon, and two sets are never mixed', () => {
  const own = { STRATA_S3_ACCESS_KEY_ID: 'own', STRATA_S3_SECRET_ACCESS_KEY: 'key' };
  expect(bucketOf(remote, 'b', { ...KEYS, AWS_SESSION_TOKEN: 't', ...own }, 'x').credentials).toEqual({
    accessKeyId: 'own',
    secretAccessKey: 'key',
  });
  expect(faults({}, 'b', { ...KEYS, STRATA_S3_ACCESS_KEY_ID: 'own' })).toEqual([
    'STRATA_S3_SECRET_ACCESS_KEY: STRATA_S3_SECRET_ACCESS_KEY is not set',
  ]);
});

describe('faults', () => {
  test('all at once', () => {
    expect(faults({}, '', { AWS_ENDPOINT_URL: 'ftp://h', AWS_SECRET_ACCESS_KEY: ' ' })).toEqual([
      'backup.remote.bucket: backup.remote.bucket is not set',
      'AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID is not set',
      'AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY is not set',
      'backup.remote.endpoint: the endpoint is not an http or https URL of a host alone',
    ]);
  });

  test.each(['http://h/path', 'http://u:p@h', 'h:9000', 'http://h?x', ''])(
    'endpoint %j from the environment',
    (url) => {
      expect(faults({}, 'b', { ...KEYS, AWS_ENDPOINT_URL: url }).length).toBe(url === '' ? 0 : 1);
    },
  );

  test('a bucket before an address', () => {
    expect(faults({ pathStyle: false, endpoint: 'http://127.0.0.1:9000' }, 'b', KEYS)).toEqual([
      'backup.remote.pathStyle: the endpoint is an address, and a bucket cannot stand before it',
    ]);
  });

  test('of the file, with their places', async () => {
    const body = JSON.stringify({
      backup: {
        remote: {
          ...{ endpoint: 'http://h/x', bucket: 'No', prefix: '/a', partSize: 4, parallel: 0, pathStyle: 'yes' },
          ...{ secretAccessKey: 'top' },
        },
      },
    });
    const thrown = await loadConfig({ root: project({ 'strata.config.json': body }), env: {} }).catch((error) => error);
    const findings = (thrown as ToolError).more.findings ?? [];
    expect(findings.map(({ subject }) => subject.replace('strata.config.json#/backup/remote/', '')).sort()).toEqual(
      ['bucket', 'endpoint', 'parallel', 'partSize', 'pathStyle', 'prefix', 'secretAccessKey'].sort(),
    );
    expect(JSON.stringify(thrown)).not.toContain('top');
  });

  test.each(['', 'a', 'a/b', 'a b/ü', '.hidden/x'])('prefix %j is one', async (prefix) => {
    const env = { STRATA_BACKUP_REMOTE_PREFIX: prefix };
    expect((await loadConfig({ root: project(), env })).config.backup.remote.prefix).toBe(prefix);
  });

  test.each(['/a', 'a/', 'a//b', '.', 'a/../b', 'a/.', '..'])('prefix %j is none', async (prefix) => {
    const env = { STRATA_BACKUP_REMOTE_PREFIX: prefix };
    await expect(loadConfig({ root: project(), env })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
