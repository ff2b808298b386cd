/** The requests that the double understands. */
import {
  assemble,
  type Bucket,
  base64Sha256,
  begin,
  md5,
  type Part,
  type Pending,
  type Stored,
  sortedObjects,
  store,
} from './bucket.ts';
import type { Double, Seen } from './server.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Work {
  readonly seen: Seen;
  readonly body: Buffer;
}

const OK: Reply = { status: 200, headers: {}, body: Buffer.alloc(0) };

export function answerRequest(double: Double, bucket: Bucket, work: Work): Reply {
  const { method, key, query } = work.seen;
  if (key === '') {
    if (method !== 'GET') return refusal(405, 'MethodNotAllowed');
    return query.has('uploads') ? listUploads(double, bucket, query) : listObjects(double, bucket, query);
  }
  const id = query.get('uploadId');
  if (method === 'POST' && query.has('uploads')) return initiate(double, bucket, work);
  if (id !== undefined) return partRequest(double, bucket, work, id);
  switch (method) {
    case 'HEAD':
    case 'GET':
      return read(bucket, work.seen);
    case 'PUT':
      return put(double, bucket, work);
    case 'DELETE':
      bucket.objects.delete(key);
      return { ...OK, status: 204 };
    default:
      return refusal(405, 'MethodNotAllowed');
  }
}

export function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>the double says ${code}</Message></Error>`;
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body: Buffer.from(text) };
}

function kept(headers: Seen['headers']): Record<string, string> {
  const names = Object.keys(headers).filter((name) => name === 'content-type' || name.startsWith('x-amz-meta-'));
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

/** Null: the condition holds, or is not looked at. */
function condition({ options }: Double, bucket: Bucket, { key, headers }: Seen): Reply | null {
  if (headers['if-none-match'] === undefined || options.conditions === 'ignored') return null;
  if (options.conditions === 'refused') return refusal(501, 'NotImplemented');
  return bucket.objects.has(key) ? refusal(412, 'PreconditionFailed') : null;
}

function put(double: Double, bucket: Bucket, { seen, body }: Work): Reply {
  const refused = condition(double, bucket, seen);
  if (refused) return refused;
  const told = double.options.checksums && seen.headers['x-amz-checksum-sha256'] !== undefined;
  const checksum = told ? base64Sha256(body) : null;
  const more = { checksum, headers: kept(seen.headers), lastModified: double.options.now() };
  const { etag } = store(bucket, seen.key, body, more);
  return { ...OK, headers: { etag, ...(checksum ? { 'x-amz-checksum-sha256': checksum } : {}) } };
}

function read(bucket: Bucket, seen: Seen): Reply {
  const object = bucket.objects.get(seen.key);
  if (!object) return refusal(404, 'NoSuchKey');
  const match = seen.headers['if-match'];
  if (match !== undefined && match !== object.etag) return refusal(412, 'PreconditionFailed');
  const told = seen.headers['x-amz-checksum-mode'] === 'ENABLED' && object.checksum !== null;
  const headers = {
    ...object.headers,
    ...{ etag: object.etag, 'accept-ranges': 'bytes', 'last-modified': object.lastModified.toUTCString() },
    ...(told ? { 'x-amz-checksum-sha256': object.checksum ?? '' } : {}),
  };
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(seen.headers.range ?? '') ?? [];
  if (from === undefined || to === undefined) return { status: 200, headers, body: object.data };
  if (Number(from) >= object.data.length) return refusal(416, 'InvalidRange');
  const end = Math.min(Number(to), object.data.length - 1);
  const range = { 'content-range': `bytes ${from}-${end}/${object.data.length}` };
  return { status: 206, headers: { ...headers, ...range }, body: object.data.subarray(Number(from), end + 1) };
}

function initiate({ options }: Double, bucket: Bucket, { seen }: Work): Reply {
  const { id } = begin(bucket, seen.key, kept(seen.headers), options.now());
  return xml(
    `<InitiateMultipartUploadResult><Key>${text(seen.key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
}

function partRequest(double: Double, bucket: Bucket, work: Work, id: string): Reply {
  const pending = bucket.uploads.get(id);
  if (!pending || pending.key !== work.seen.key) return refusal(404, 'NoSuchUpload');
  switch (work.seen.method) {
    case 'PUT':
      return putPart(double, pending, work);
    case 'GET':
      return listParts(double, pending, work.seen.query);
    case 'POST':
      return complete(double, bucket, pending, work);
    case 'DELETE':
      bucket.uploads.delete(id);
      return { ...OK, status: 204 };
    default:
      return refusal(405, 'MethodNotAllowed');
  }
}

function putPart({ options }: Double, pending: Pending, { seen, body }: Work): Reply {
  const number = Number(seen.query.get('partNumber'));
  if (!(number >= 1 && number <= 10_000)) return refusal(400, 'InvalidArgument');
  const told = options.checksums && seen.headers['x-amz-checksum-sha256'] !== undefined;
  const part: Part = { number, data: body, etag: `"${md5(body)}"`, checksum: told ? base64Sha256(body) : null };
  pending.parts.set(number, part);
  return { ...OK, headers: { etag: part.etag, ...(part.checksum ? { 'x-amz-checksum-sha256': part.checksum } : {}) } };
}

function complete(double: Double, bucket: Bucket, pending: Pending, { seen, body }: Work): Reply {
  const refused = condition(double, bucket, seen);
  if (refused) return refused;
  const wanted = [...body.toString().matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/g)];
  const parts = wanted.map(([, number, etag = '']) => ({
    number: Number(number),
    etag: etag.replaceAll('&quot;', '"'),
  }));
  const whole = assemble(pending, parts, double.options.smallestPart);
  if (!whole) return refusal(400, 'InvalidPart');
  const { data, ...rest } = whole;
  store(bucket, pending.key, data, { ...rest, headers: pending.headers, lastModified: double.options.now() });
  bucket.uploads.delete(pending.id);
  return xml(`<CompleteMultipartUploadResult><ETag>${text(rest.etag)}</ETag></CompleteMultipartUploadResult>`);
}

type Query = ReadonlyMap<string, string>;

function listObjects({ options, staleList }: Double, bucket: Bucket, query: Query): Reply {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const encode = query.get('encoding-type') === 'url';
  const all = sortedObjects(staleList ?? bucket.objects.values()).filter(({ key }) => key.startsWith(prefix));
  const rest = all.filter(
    ({ key }) => after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after, 'base64url')) > 0,
  );
  const page = rest.slice(0, options.pageSize);
  const items = page.map((one) => contents(one, encode)).join('');
  return xml(
    `<ListBucketResult><Prefix>${text(prefix)}</Prefix>${encode ? '<EncodingType>url</EncodingType>' : ''}` +
      `<IsTruncated>${rest.length > page.length}</IsTruncated>${next(rest, page)}${items}</ListBucketResult>`,
  );
}

function next(rest: readonly Stored[], page: readonly Stored[]): string {
  const last = page.at(-1);
  if (!last || rest.length === page.length) return '';
  return `<NextContinuationToken>${Buffer.from(last.key).toString('base64url')}</NextContinuationToken>`;
}

function contents({ key, data, etag, lastModified }: Stored, encode: boolean): string {
  // As Amazon does: a space is a plus sign.
  const name = encode ? encodeURIComponent(key).replaceAll('%20', '+') : text(key);
  return (
    `<Contents><Key>${name}</Key><LastModified>${lastModified.toISOString()}</LastModified>` +
    `<ETag>${text(etag)}</ETag><Size>${data.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`
  );
}

function listUploads({ options }: Double, bucket: Bucket, query: Query): Reply {
  const prefix = query.get('prefix') ?? '';
  const order = (one: Pending): string => `${one.key}\0${one.id}`;
  const after = query.has('key-marker') ? `${query.get('key-marker')}\0${query.get('upload-id-marker')}` : '';
  const all = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const rest = all.filter((one) => order(one) > after);
  const page = rest.slice(0, options.pageSize);
  const last = page.at(-1);
  const more = rest.length > page.length && last;
  const marks = more
    ? `<NextKeyMarker>${text(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`
    : '';
  const items = page.map(
    ({ key, id, initiated }) =>
      `<Upload><Key>${text(key)}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
  );
  return xml(
    `<ListMultipartUploadsResult><IsTruncated>${more !== false && more !== undefined}</IsTruncated>${marks}${items.join('')}</ListMultipartUploadsResult>`,
  );
}

function listParts({ options }: Double, pending: Pending, query: Query): Reply {
  const after = Number(query.get('part-number-marker') ?? 0);
  const rest = [...pending.parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const page = rest.slice(0, options.pageSize);
  const more = rest.length > page.length;
  const items = page.map(
    ({ number, data, etag, checksum }) =>
      `<Part><PartNumber>${number}</PartNumber><Size>${data.length}</Size><ETag>${text(etag)}</ETag>` +
      `${checksum ? `<ChecksumSHA256>${checksum}</ChecksumSHA256>` : ''}</Part>`,
  );
  const mark = more ? `<NextPartNumberMarker>${page.at(-1)?.number}</NextPartNumberMarker>` : '';
  return xml(`<ListPartsResult><IsTruncated>${more}</IsTruncated>${mark}${items.join('')}</ListPartsResult>`);
}

function xml(body: string): Reply {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) };
}

function text(raw: string): string {
  return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
