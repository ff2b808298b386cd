/** What an endpoint refuses: one attempt where no other can help, and an error that says what to do. */
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { headObject, listObjects, readObject } from '../../src/remote/objects.ts';
import { listParts, listUploads } from '../../src/remote/parts.ts';
import { parseXml, textOf } from '../../src/remote/xml.ts';
import { begin } from '../support/s3/bucket.ts';
import { type Fault, IDENTITY } from '../support/s3/server.ts';
import { type Using, useDouble, using } from './support.ts';

const TEMPORARY = { accessKeyId: 'ASIATEMP', secretAccessKey: 'x', sessionToken: 't' };
const s3 = useDouble({
  identities: [IDENTITY, TEMPORARY, { ...TEMPORARY, accessKeyId: 'ASIAOVER', expired: true }],
  pageSize: 2,
});

async function refused(more: Using, fault?: Fault): Promise<ToolError> {
  const double = s3.fresh();
  if (fault) double.fault = () => fault;
  const thrown = await using(double, (remote) => readObject(remote, 'key'), more).catch((error: unknown) => error);
  if (!(thrown instanceof ToolError)) throw new Error(`expected a ToolError, got ${String(thrown)}`);
  if (!['REMOTE_UNREACHABLE'].includes(thrown.code)) expect(double.seen.length).toBe(1);
  expect(JSON.stringify([thrown.message, thrown.more.detail, thrown.more.hint])).not.toContain(
    IDENTITY.secretAccessKey,
  );
  return thrown;
}

const as = (credentials: object): Using => ({ bucket: { credentials: { ...IDENTITY, ...credentials } } });
const clock = (minutes: number): Using => ({ runtime: { now: () => new Date(Date.now() + minutes * 60_000) } });

test.each<[string, string, RegExp, Using]>([
  ['an unknown key', 'REMOTE_DENIED', /does not know AWS_ACCESS_KEY_ID/, as({ accessKeyId: 'AKNOBODY' })],
  ['a wrong secret', 'REMOTE_DENIED', /does not belong to AWS_ACCESS_KEY_ID/, as({ secretAccessKey: 'wrong' })],
  ['a token too many', 'REMOTE_DENIED', /unset it when the key is a permanent one/, as({ sessionToken: 'x' })],
  ['expired credentials', 'REMOTE_DENIED', /have expired/, as({ ...TEMPORARY, accessKeyId: 'ASIAOVER' })],
  ['a clock that is ahead', 'REMOTE_DENIED', /182 min ahead of the endpoint's/, clock(182)],
  ['a clock that is behind', 'REMOTE_DENIED', /60 min behind the endpoint's/, clock(-60)],
  ['another region', 'REMOTE_BUCKET', /Set the region to us-east-1/, { bucket: { region: 'eu-west-1' } }],
  ['a bucket that is not there', 'REMOTE_BUCKET', /Create it, or correct its name/, { bucket: { name: 'other' } }],
])('%s', async (_, code, hint, more) => {
  const thrown = await refused(more);
  expect([thrown.code, thrown.more.hint]).toEqual([code, expect.stringMatching(hint)]);
});

test('temporary credentials work', async () => {
  expect(
    await using(s3.fresh(), (remote) => headObject(remote, 'key'), { bucket: { credentials: TEMPORARY } }),
  ).toBeNull();
});

test.each<[string, string, Fault]>([
  ['no right', 'REMOTE_DENIED', { kind: 'status', status: 403, code: 'AccessDenied' }],
  ['a redirect to another region', 'REMOTE_BUCKET', { kind: 'status', status: 301, code: 'PermanentRedirect' }],
  ['what nobody expects', 'REMOTE_FAILED', { kind: 'status', status: 400, code: 'InvalidRequest' }],
  ['503 for ever', 'REMOTE_UNREACHABLE', { kind: 'status', status: 503, code: 'SlowDown' }],
  ['half a body for ever', 'REMOTE_UNREACHABLE', { kind: 'cut-answer', after: 20 }],
  ['silence', 'REMOTE_UNREACHABLE', { kind: 'hang' }],
])('%s', async (_, code, fault) => {
  const thrown = await refused({ tuning: { timeout: 150, retries: 2 } }, fault);
  expect([thrown.code, thrown.more.detail]).toEqual([
    code,
    expect.stringMatching(/^bucket backups at http:.*\nGET key: /),
  ]);
  if (code === 'REMOTE_UNREACHABLE') expect(thrown.message).toMatch(/in 3 attempts/);
});

test('nobody listens there', async () => {
  const server = createServer();
  const port = await new Promise<number>((ready) => {
    server.listen(0, '127.0.0.1', () => ready((server.address() as { port: number }).port));
  });
  await new Promise((closed) => server.close(closed));
  const thrown = await refused({ bucket: { endpoint: `http://127.0.0.1:${port}` } });
  expect([thrown.code, thrown.more.hint]).toEqual([
    'REMOTE_UNREACHABLE',
    expect.stringMatching(/Check backup\.remote\.endpoint/),
  ]);
});

test('Ctrl-C ends a request, and the pause before the next one', async () => {
  for (const fault of [{ kind: 'hang' }, { kind: 'status', status: 503, code: 'SlowDown' }] as const) {
    const controller = new AbortController();
    const double = s3.fresh();
    double.fault = () => {
      controller.abort();
      return fault;
    };
    const work = using(double, (remote) => readObject(remote, 'key'), { runtime: { signal: controller.signal } });
    await expect(work).rejects.toMatchObject({ code: 'REMOTE_INTERRUPTED', exit: 5 });
  }
});

test('Retry-After is waited for, and every attempt is signed anew', async () => {
  const double = s3.fresh();
  let left = 1;
  double.fault = () =>
    left-- > 0 ? { kind: 'status', status: 503, code: 'SlowDown', headers: { 'retry-after': '1' } } : undefined;
  const started = performance.now();
  expect(await using(double, (remote) => readObject(remote, 'key'))).toBeNull();
  expect(performance.now() - started).toBeGreaterThan(990);
  expect(double.seen.length).toBe(2);
});

test('unfinished uploads and parts are listed over pages', async () => {
  const double = s3.fresh();
  const bucket = double.buckets.get('backups');
  if (!bucket) throw new Error('no bucket');
  const times = [3, 1, 2, 5, 4];
  for (const time of times) {
    const pending = begin(bucket, `u/${time % 2}`, {}, new Date(time * 1000));
    for (let number = 1; number <= 5; number += 1) {
      pending.parts.set(number, { number, data: Buffer.alloc(number), etag: `"${number}"`, checksum: null });
    }
  }
  await using(double, async (remote) => {
    const uploads = await listUploads(remote, 'u/');
    expect(uploads.map(({ initiated }) => initiated.getTime() / 1000)).toEqual([1, 2, 3, 4, 5]);
    const [first] = uploads;
    const parts = first && (await listParts(remote, first));
    expect([...(parts?.values() ?? [])].map(({ size }) => size)).toEqual([1, 2, 3, 4, 5]);
    expect(await listParts(remote, { key: 'u/1', id: 'gone', initiated: new Date() })).toBeNull();
  });
});

test('a list that goes in circles is a fault, not a loop', async () => {
  const double = s3.fresh();
  const { createServer: http } = await import('node:http');
  const page =
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>';
  const server = http((_, response) => response.end(page));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()));
  const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const walk = using(
    double,
    async (remote) => {
      for await (const entry of listObjects(remote, '')) expect(entry).toBeUndefined();
    },
    { bucket: { endpoint } },
  );
  await expect(walk).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
  server.closeAllConnections();
  server.close();
});

describe('XML', () => {
  test('elements, text, entities, and what stands around them', () => {
    const root = parseXml(
      '<?xml version="1.0"?>\n<!-- c --><A xmlns="x"><B>a&amp;b&#x41;&#66;&lt;</B><C/><B>2</B>\n</A>\n',
    );
    expect(root).toMatchObject({ name: 'A', children: [{ name: 'B', text: 'a&bAB<' }, { name: 'C' }, { text: '2' }] });
    expect([textOf(root, 'B'), textOf(root, 'C'), textOf(root, 'D')]).toEqual(['a&bAB<', '', null]);
  });

  test('every beginning of a document is refused', () => {
    const whole = '<?xml version="1.0" encoding="UTF-8"?>\n<L><T>false</T><C><Key>a</Key><Size>1</Size></C></L>';
    for (let end = 0; end < whole.length; end += 1) expect(() => parseXml(whole.slice(0, end))).toThrow();
    expect(parseXml(whole).name).toBe('L');
  });

  test.each(['', 'text', '<a></b>', '<a/><b/>', '</a>', '<a>x</a>y', '<!DOCTYPE x [<!ENTITY y "z">]><a>&y;</a>'])(
    '%j is refused',
    (text) => {
      expect(() => parseXml(text)).toThrow();
    },
  );
});
