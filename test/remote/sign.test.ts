/** Signatures: those that AWS publishes for S3, and the double's own reading of the specification against the signer. */
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import type { Bucket } from '../../src/remote/model.ts';
import { EMPTY_SHA256, type Request, signRequest, signUrl } from '../../src/remote/sign.ts';
import { checkSignature } from '../support/s3/signature.ts';

/** The example of "Signature Calculations for the Authorization Header" in the S3 API reference. */
const EXAMPLE: Bucket = {
  endpoint: 'https://s3.amazonaws.com',
  name: 'examplebucket',
  region: 'us-east-1',
  pathStyle: false,
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
};
const THEN = new Date('2013-05-24T00:00:00Z');

describe('the published signatures', () => {
  test.each<[string, Request, string, string]>([
    [
      'GET with a range',
      { method: 'GET', key: 'test.txt', headers: { Range: 'bytes=0-9' } },
      EMPTY_SHA256,
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT',
      {
        method: 'PUT',
        key: 'test$file.text',
        headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      },
      '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'GET of a property of the bucket',
      { method: 'GET', key: '', query: { lifecycle: '' } },
      EMPTY_SHA256,
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'a list',
      { method: 'GET', key: '', query: { 'max-keys': '2', prefix: 'J' } },
      EMPTY_SHA256,
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('%s', (_, request, sha256, expected) => {
    const { headers } = signRequest(EXAMPLE, request, sha256, THEN);
    expect(headers.Authorization).toMatch(new RegExp(`Signature=${expected}$`));
    expect(received(request, signRequest(EXAMPLE, request, sha256, THEN), EXAMPLE)).toBeNull();
  });

  test('a URL for a day', () => {
    const url = signUrl(EXAMPLE, { method: 'GET', key: 'test.txt', expires: 86_400 }, THEN);
    expect(url).toMatch(/^https:\/\/examplebucket\.s3\.amazonaws\.com\/test\.txt\?/);
    expect(url).toMatch(/X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404$/);
  });
});

/** What the double says of a request as it would arrive. */
function received(
  { method }: Request,
  { host, path, headers }: ReturnType<typeof signRequest>,
  bucket: Bucket,
  now = THEN,
): unknown {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return checkSignature({ method, url: path, headers: { host, ...lower } }, [bucket.credentials], bucket.region, now);
}

const OWN: Bucket = {
  endpoint: 'http://s3.test:9000',
  name: 'files',
  region: 'eu-central-1',
  pathStyle: true,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'to/ken+=' },
};

const KEYS = [
  'plain.txt',
  'with space.txt',
  'plus+and%20percent',
  'a//b///c',
  'ünïcödé/日本/🎈.pdf',
  "quote's(1)*!.txt",
  'q?mark&amp=1#hash',
  '/begins with a slash',
  'ends/',
  'a/./b/../c',
  '~-_.',
  '\u0001control',
];

describe.each([true, false])('pathStyle %s', (pathStyle) => {
  const bucket = { ...OWN, pathStyle };

  test.each(KEYS)('the key %j is signed as it arrives', (key) => {
    const request = { method: 'PUT', key, query: { partNumber: '3', uploadId: "x+/='()*&" } } as const;
    const signed = signRequest(bucket, request, EMPTY_SHA256, THEN);
    const path = (signed.path.split('?')[0] ?? '').split('/').map(decodeURIComponent).join('/');
    expect(path).toBe(pathStyle ? `/files/${key}` : `/${key}`);
    expect(received(request, signed, bucket)).toBeNull();
    const other = { ...signed, path: signed.path.replace('partNumber=3', 'partNumber=4') };
    expect(received(request, other, bucket)).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  test.each(KEYS.filter((key) => !key.includes('..')))('a URL of %j', (key) => {
    const headers = { 'content-type': 'image/png', 'content-length': '12' };
    const url = new URL(signUrl(bucket, { method: 'PUT', key, headers, expires: 300 }, THEN));
    const arrived = { method: 'PUT', url: url.pathname + url.search, headers: { host: url.host, ...headers } };
    const check = (more: object, now = THEN): unknown =>
      checkSignature({ ...arrived, ...more }, [bucket.credentials], bucket.region, now);
    expect(check({})).toBeNull();
    expect(check({ headers: { ...arrived.headers, 'content-length': '13' } })).toMatchObject({ status: 403 });
    expect(check({ headers: { ...arrived.headers, 'content-type': 'text/html' } })).toMatchObject({ status: 403 });
    expect(check({ method: 'GET' })).toMatchObject({ status: 403 });
    expect(check({}, new Date(THEN.getTime() + 300_000))).toBeNull();
    expect(check({}, new Date(THEN.getTime() + 301_000))).toMatchObject({ code: 'AccessDenied' });
  });
});

test.each([0, -1, 1.5, 604_801, Number.NaN])('a URL does not live %s seconds', (expires) => {
  expect(() => signUrl(OWN, { method: 'GET', key: 'a', expires }, THEN)).toThrow(ToolError);
});

test.each(['', '..', 'a/../b', './a', 'a/.'])('a URL cannot name the key %j', (key) => {
  expect(() => signUrl(OWN, { method: 'GET', key, expires: 300 }, THEN)).toThrow(/cannot stand in a URL/);
});
