/** Signed URLs, by the rules of a bucket. What is not let in gets none: the endpoint knows no rules but type and size. */
import { ToolError } from '../base/errors.ts';
import type { Bucket } from '../remote/model.ts';
import { signUrl } from '../remote/sign.ts';
import type { BucketRules, SignedPut, SignGet, SignPut } from './model.ts';

/** Seconds that a signed URL lives where nobody says otherwise. */
export const EXPIRES = 300;

export function signGet(bucket: Bucket, rules: BucketRules, key: string, options: SignGet, now: Date): string {
  const { expires = rules.expires ?? EXPIRES, downloadAs } = options;
  const query = downloadAs === undefined ? {} : { 'response-content-disposition': attachment(downloadAs) };
  return signUrl(bucket, { method: 'GET', key, query, expires }, now);
}

export function signPut(bucket: Bucket, rules: BucketRules, key: string, options: SignPut, now: Date): SignedPut {
  const { contentType, size, sha256, expires = rules.expires ?? EXPIRES } = options;
  checkRules(bucket.name, rules, key, options);
  const checksum =
    sha256 === undefined ? {} : { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') };
  const headers = { 'content-type': contentType, 'content-length': String(size), ...checksum };
  return { url: signUrl(bucket, { method: 'PUT', key, headers, expires }, now), method: 'PUT', headers };
}

/** All that is wrong, at once. */
function checkRules(name: string, rules: BucketRules, key: string, { contentType, size, sha256 }: SignPut): void {
  const { maxSize = Number.POSITIVE_INFINITY, contentTypes, keyPattern } = rules;
  const faults: string[] = [];
  if (!Number.isSafeInteger(size) || size < 0) faults.push(`size ${size} is not a number of bytes`);
  else if (size > maxSize) faults.push(`${size} bytes are more than ${maxSize}`);
  if (contentTypes && !contentTypes.includes(contentType))
    faults.push(`${contentType} is none of ${contentTypes.join(', ')}`);
  if (/[\r\n]/.test(contentType)) faults.push('the content type has a line break in it');
  if (keyPattern !== undefined && !new RegExp(keyPattern).test(key))
    faults.push(`the key "${key}" does not match ${keyPattern}`);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) faults.push('the SHA-256 is not 64 hex digits');
  if (faults.length === 0) return;
  throw new ToolError('FILE_REFUSED', `bucket "${name}" does not take this file`, { detail: faults.join('\n') });
}

/** RFC 6266: in ASCII for old programs, and as it is. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
