/**
 * Checks Signature Version 4 from the specification, without the code that signs: what arrived over the wire is decoded,
 * encoded again and signed anew. test/remote/sign.test.ts holds it, and the signer, against the vectors that AWS publishes.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Received {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Temporary credentials that are over. */
  readonly expired?: boolean;
}

export interface Verdict {
  readonly status: number;
  readonly code: string;
}

const SKEW = 15 * 60_000;

/** Null: the signature is right. `payload` is what the signature says of the body, in hex or UNSIGNED-PAYLOAD. */
export function checkSignature(
  received: Received,
  identities: readonly Identity[],
  region: string,
  now: Date,
): Verdict | null {
  const query = parseQuery(received.url);
  const presigned = query.some(([name]) => name === 'X-Amz-Signature');
  const claim = presigned ? fromQuery(new Map(query)) : fromHeader(received.headers);
  if (claim === null) return { status: 403, code: 'AccessDenied' };
  const [accessKeyId = '', day, claimedRegion, service, end] = claim.credential.split('/');
  if (service !== 's3' || end !== 'aws4_request' || day !== claim.date.slice(0, 8)) {
    return { status: 400, code: 'AuthorizationHeaderMalformed' };
  }
  if (claimedRegion !== region) return { status: 400, code: 'AuthorizationHeaderMalformed' };
  const identity = identities.find((one) => one.accessKeyId === accessKeyId);
  if (!identity) return { status: 403, code: 'InvalidAccessKeyId' };
  const time = Date.parse(claim.date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const late = timeVerdict(claim, time, now.getTime());
  if (late) return late;
  if ((identity.sessionToken ?? '') !== claim.token) return { status: 400, code: 'InvalidToken' };
  if (identity.expired) return { status: 400, code: 'ExpiredToken' };
  if (!claim.signedHeaders.includes('host')) return { status: 403, code: 'SignatureDoesNotMatch' };
  const scope = `${day}/${region}/s3/aws4_request`;
  const canonical = canonicalRequest(received, query, claim);
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, hex(canonical)].join('\n');
  const key = [day ?? '', region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${identity.secretAccessKey}`,
  );
  const right = createHmac('sha256', key).update(toSign).digest('hex');
  const same =
    right.length === claim.signature.length && timingSafeEqual(Buffer.from(right), Buffer.from(claim.signature));
  return same ? null : { status: 403, code: 'SignatureDoesNotMatch' };
}

interface Claim {
  readonly credential: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string;
  readonly payload: string;
  /** Seconds; null: signed in a header, which holds for a quarter of an hour. */
  readonly expires: number | null;
}

function fromQuery(query: ReadonlyMap<string, string>): Claim | null {
  const at = (name: string): string => query.get(name) ?? '';
  if (at('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return null;
  return {
    credential: at('X-Amz-Credential'),
    date: at('X-Amz-Date'),
    signedHeaders: at('X-Amz-SignedHeaders').split(';'),
    signature: at('X-Amz-Signature'),
    token: at('X-Amz-Security-Token'),
    payload: 'UNSIGNED-PAYLOAD',
    expires: Number(at('X-Amz-Expires')),
  };
}

function fromHeader(headers: IncomingHttpHeaders): Claim | null {
  const form = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, credential, names, signature] = form.exec(headers.authorization ?? '') ?? [];
  if (credential === undefined || names === undefined || signature === undefined) return null;
  return {
    ...{ credential, signature, signedHeaders: names.split(';'), expires: null },
    date: String(headers['x-amz-date'] ?? ''),
    token: String(headers['x-amz-security-token'] ?? ''),
    payload: String(headers['x-amz-content-sha256'] ?? ''),
  };
}

function timeVerdict({ expires }: Claim, time: number, now: number): Verdict | null {
  if (Number.isNaN(time)) return { status: 403, code: 'AccessDenied' };
  if (expires === null) return Math.abs(now - time) > SKEW ? { status: 403, code: 'RequestTimeTooSkewed' } : null;
  if (!(expires >= 1 && expires <= 604_800)) return { status: 400, code: 'AuthorizationQueryParametersError' };
  // Of a time to come, or over.
  return time - now > SKEW || now > time + expires * 1000 ? { status: 403, code: 'AccessDenied' } : null;
}

function canonicalRequest({ method, url, headers }: Received, query: readonly Pair[], claim: Claim): string {
  const path = (url.split('?')[0] ?? '').split('/').map((part) => encode(decodeURIComponent(part)));
  const pairs = query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1));
  const lines = claim.signedHeaders.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  return [
    method,
    path.join('/'),
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
    lines.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

type Pair = readonly [string, string];

export function parseQuery(url: string): readonly Pair[] {
  const at = url.indexOf('?');
  if (at < 0) return [];
  return url
    .slice(at + 1)
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [decodeURIComponent(name), decodeURIComponent(value.join('='))] as const;
    });
}

/** RFC 3986, byte by byte. */
function encode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
