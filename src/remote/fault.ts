/** What an endpoint refused, in words, with what to do about it. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Code, messageOf, ToolError } from '../base/errors.ts';
import type { Bucket } from './model.ts';
import { parseXml, textOf } from './xml.ts';

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  /** S3's word: `NoSuchKey`, `SlowDown`; empty when the answer had no body that says one, as those to HEAD. */
  readonly code: string;
  readonly message: string;
  readonly headers: IncomingHttpHeaders;
}

/** Never throws: a proxy may answer with a page of its own. */
export function readRefusal(status: number, headers: IncomingHttpHeaders, body: string): Refusal {
  try {
    const root = parseXml(body);
    return { status, code: textOf(root, 'Code') ?? '', message: textOf(root, 'Message') ?? '', headers };
  } catch {
    return { status, code: '', message: '', headers };
  }
}

const PASSING = new Set([
  ...['SlowDown', 'InternalError', 'ServiceUnavailable', 'RequestTimeout', 'OperationAborted', 'Throttling'],
  // The bytes were damaged on their way: they are read and sent again.
  ...['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'IncompleteBody'],
]);

/** True: the same request may well be answered next time. */
export function isPassing({ status, code }: Refusal): boolean {
  return PASSING.has(code) || [408, 429, 500, 502, 503, 504].includes(status);
}

/** `503 SlowDown: Please reduce your request rate` */
export function refusalText({ status, code, message }: Refusal): string {
  return [[status, code].filter(Boolean).join(' '), message].filter(Boolean).join(': ');
}

interface Words {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

/** The error for a refusal that no further attempt changes. `what` is the request: `PUT backups/x/manifest.json`. */
export function refusalFault(bucket: Bucket, refusal: Refusal, what: string, now: Date): ToolError {
  const { code, message, hint } = wordsOf(bucket, refusal, now);
  return new ToolError(code, message, { detail: `${placeText(bucket)}\n${what}: ${refusalText(refusal)}`, hint });
}

/** For requests that failed again and again, the last time with `last`. */
export function exhausted(bucket: Bucket, last: unknown, what: string, attempts: number): ToolError {
  const text = messageOf(last);
  return new ToolError('REMOTE_UNREACHABLE', `the object storage did not answer properly in ${attempts} attempts`, {
    detail: `${placeText(bucket)}\n${what}: ${text}`,
    hint: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|certificate/.test(text)
      ? 'Check backup.remote.endpoint or files.endpoint in the configuration, and the network.'
      : 'Run the same command again later: what was transferred whole is kept.',
    cause: last,
  });
}

export function placeText({ endpoint, name, region }: Bucket): string {
  return `bucket ${name} at ${endpoint}, region ${region}`;
}

function wordsOf(bucket: Bucket, refusal: Refusal, now: Date): Words {
  const { status, code } = refusal;
  if (code === 'NoSuchBucket') {
    return {
      code: 'REMOTE_BUCKET',
      message: `there is no bucket "${bucket.name}"`,
      hint: 'Create it, or correct its name in the configuration; strata makes no buckets.',
    };
  }
  const region = refusal.headers['x-amz-bucket-region'];
  if (
    code === 'PermanentRedirect' ||
    code === 'AuthorizationHeaderMalformed' ||
    code === 'IllegalLocationConstraintException' ||
    status === 301 ||
    status === 307
  ) {
    const where = typeof region === 'string' ? region : 'the one that the endpoint names';
    return {
      code: 'REMOTE_BUCKET',
      message: `bucket "${bucket.name}" is not in region ${bucket.region}`,
      hint: `Set the region to ${where}, and the endpoint to that region's.`,
    };
  }
  if (DENIED[code] !== undefined || status === 401 || status === 403) {
    return {
      code: 'REMOTE_DENIED',
      message: 'the object storage refused the credentials',
      hint: deniedHint(refusal, now),
    };
  }
  return {
    code: 'REMOTE_FAILED',
    message: `the object storage refused a request${code === '' ? '' : ` with ${code}`}`,
    hint: 'Check that the endpoint is one of S3, and that the bucket is not locked or full.',
  };
}

const DENIED: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'The endpoint does not know AWS_ACCESS_KEY_ID: check that it is the one of this endpoint.',
  SignatureDoesNotMatch: 'AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or the region is another.',
  ExpiredToken: 'The temporary credentials have expired: get new ones, and run the same command again.',
  TokenRefreshRequired: 'The temporary credentials have expired: get new ones, and run the same command again.',
  InvalidToken: 'AWS_SESSION_TOKEN does not belong to AWS_ACCESS_KEY_ID; unset it when the key is a permanent one.',
  AccessDenied:
    'The credentials need s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket there.',
  RequestTimeTooSkewed: 'Set the clock of this machine.',
};

/** A clock that is wrong looks like wrong credentials: the endpoint's own time tells. */
function deniedHint({ code, headers }: Refusal, now: Date): string {
  const ahead = now.getTime() - Date.parse(headers.date ?? '');
  if (code === 'RequestTimeTooSkewed' || Math.abs(ahead) > SKEW) {
    const minutes = Math.round(Math.abs(ahead) / 60_000);
    const by = Number.isNaN(ahead) ? '' : `: it is ${minutes} min ${ahead > 0 ? 'ahead of' : 'behind'} the endpoint's`;
    return `Set the clock of this machine${by}, and signatures are good for 15 minutes only.`;
  }
  return DENIED[code] ?? DENIED.AccessDenied ?? '';
}

/** Endpoints take signatures that are up to this old. */
const SKEW = 15 * 60_000;
