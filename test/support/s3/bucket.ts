/** What the double keeps: objects, unfinished uploads, and old states of the list for an endpoint that is behind. */
import { createHash, randomBytes } from 'node:crypto';

export interface Stored {
  readonly key: string;
  readonly data: Buffer;
  readonly etag: string;
  /** As x-amz-checksum-sha256 tells it; null: the endpoint keeps none. */
  readonly checksum: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly lastModified: Date;
}

export interface Part {
  readonly number: number;
  readonly data: Buffer;
  readonly etag: string;
  readonly checksum: string | null;
}

export interface Pending {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Part>;
}

export interface Bucket {
  readonly objects: Map<string, Stored>;
  readonly uploads: Map<string, Pending>;
}

export function emptyBucket(): Bucket {
  return { objects: new Map(), uploads: new Map() };
}

export function store(bucket: Bucket, key: string, data: Buffer, more: Partial<Stored> = {}): Stored {
  const stored: Stored = {
    ...{ key, data, etag: `"${md5(data)}"`, checksum: base64Sha256(data), headers: {}, lastModified: new Date() },
    ...more,
  };
  bucket.objects.set(key, stored);
  return stored;
}

export function begin(
  bucket: Bucket,
  key: string,
  headers: Readonly<Record<string, string>>,
  initiated: Date,
): Pending {
  const pending = { id: randomBytes(8).toString('hex'), key, initiated, headers, parts: new Map<number, Part>() };
  bucket.uploads.set(pending.id, pending);
  return pending;
}

/** The object of the parts in this order; null: one is missing, out of order, another, or too small. */
export function assemble(
  pending: Pending,
  wanted: readonly { readonly number: number; readonly etag: string }[],
  smallest: number,
): Pick<Stored, 'data' | 'etag' | 'checksum'> | null {
  const parts = wanted.map(({ number }) => pending.parts.get(number));
  const right = parts.every(
    (part, i) =>
      part !== undefined &&
      part.etag === wanted[i]?.etag &&
      (i === 0 || part.number > (parts[i - 1]?.number ?? 0)) &&
      (i === parts.length - 1 || part.data.length >= smallest),
  );
  if (!right || parts.length === 0) return null;
  const all = parts as readonly Part[];
  const digests = Buffer.concat(all.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex')));
  const sums = all.map((part) => part.checksum);
  const checksum = sums.some((sum) => sum === null)
    ? null
    : `${base64Sha256(Buffer.concat(sums.map((sum) => Buffer.from(sum ?? '', 'base64'))))}-${all.length}`;
  return { data: Buffer.concat(all.map((part) => part.data)), etag: `"${md5(digests)}-${all.length}"`, checksum };
}

/** In the order of their bytes in UTF-8, as S3 lists them. */
export function sortedObjects(objects: Iterable<Stored>): readonly Stored[] {
  return [...objects].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

export function md5(data: Uint8Array): string {
  return createHash('md5').update(data).digest('hex');
}

export function base64Sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('base64');
}
