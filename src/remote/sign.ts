/**
 * Signature Version 4, by `aws4` (the only importer): in headers for our own requests, in the query for addresses that
 * are given away. Paths and queries are encoded here, once, byte by byte as RFC 3986 has it: the URL class would resolve
 * `..` and `//` inside a key, and a key may hold anything.
 */
import aws4 from 'aws4';
import { ToolError } from '../base/errors.ts';
import type { Bucket } from './model.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Signed {
  readonly host: string;
  /** Path and query as they go over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** SHA-256 of nothing: of requests without a body. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The longest life of a signed address, in seconds: a limit of Signature Version 4. */
export const LONGEST = 604_800;

/** The request with its Authorization header. `sha256` is that of the body, in hex: the endpoint refuses any other body. */
export function signRequest(bucket: Bucket, request: Request, sha256: string, now: Date): Signed {
  const { host, path } = placeOf(bucket, request);
  const headers = { ...request.headers, 'x-amz-content-sha256': sha256, 'x-amz-date': stamp(now) };
  const signed = aws4.sign(
    // A Range is signed as well, like every header that says what is asked for.
    { ...scopeOf(bucket, host), method: request.method, path, headers, extraHeadersToInclude: { range: true } } as Ours,
    bucket.credentials,
  );
  return { host, path: signed.path ?? path, headers: signed.headers as Record<string, string> };
}

/**
 * An address that works for `expires` seconds without credentials. The headers are signed too: whoever uses it must send
 * exactly them. Throws USAGE for a life that no endpoint takes, and for a key that every URL library would change.
 */
export function signUrl(bucket: Bucket, request: Request & { readonly expires: number }, now: Date): string {
  const { key, expires } = request;
  if (!Number.isInteger(expires) || expires < 1 || expires > LONGEST) {
    throw new ToolError('USAGE', `a signed URL cannot live ${expires} seconds`, {
      hint: `Choose a whole number from 1 to ${LONGEST} (seven days).`,
    });
  }
  if (key === '' || key.split('/').some((part) => part === '.' || part === '..')) {
    throw new ToolError('USAGE', `the key "${key}" cannot stand in a URL`, {
      detail: 'browsers and libraries resolve "." and ".." between slashes, and the signature no longer fits',
    });
  }
  const query = { ...request.query, 'X-Amz-Expires': String(expires), 'X-Amz-Date': stamp(now) };
  const { host, path } = placeOf(bucket, { ...request, query });
  const headers = { ...request.headers };
  const signed = aws4.sign(
    { ...scopeOf(bucket, host), method: request.method, path, headers, signQuery: true } as Ours,
    bucket.credentials,
  );
  return `${new URL(bucket.endpoint).protocol}//${host}${signed.path}`;
}

/** aws4 takes more than its types say. */
type Ours = Parameters<typeof aws4.sign>[0];

function scopeOf({ region }: Bucket, host: string): object {
  return { service: 's3', region, host };
}

/** `20261122T034500Z`. */
function stamp(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '');
}

function placeOf(bucket: Bucket, { key, query = {} }: Request): { readonly host: string; readonly path: string } {
  const { host } = new URL(bucket.endpoint);
  const below = key.split('/').map(encoded).join('/');
  const pairs = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const search = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  return bucket.pathStyle
    ? { host, path: `/${bucket.name}${key === '' ? '' : `/${below}`}${search}` }
    : { host: `${bucket.name}.${host}`, path: `/${below}${search}` };
}

/** Everything but the unreserved characters of RFC 3986. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
