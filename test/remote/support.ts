/** A remote on the double (or another endpoint), with short pauses, and files to send. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { sha256 } from '../../src/base/canonical.ts';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Bucket, Remote, Tuning } from '../../src/remote/model.ts';
import { withRemote } from '../../src/remote/request.ts';
import type { FileUpload } from '../../src/remote/upload.ts';
import { project } from '../support/project.ts';
import { type Double, type DoubleOptions, IDENTITY, startDouble } from '../support/s3/server.ts';

export const MIB = 1024 * 1024;

export function bucketAt(double: Double, more: Partial<Bucket> = {}): Bucket {
  return {
    endpoint: double.url,
    name: 'backups',
    region: 'us-east-1',
    pathStyle: true,
    credentials: IDENTITY,
    ...more,
  };
}

export const TUNING: Tuning = { timeout: 2_000, retries: 4, parallel: 3, partSize: 64 * 1024 };

export interface Using {
  readonly bucket?: Partial<Bucket>;
  readonly tuning?: Partial<Tuning>;
  readonly runtime?: Partial<Remote['runtime']>;
}

export function using<T>(double: Double, work: (remote: Remote) => Promise<T>, more: Using = {}): Promise<T> {
  const options = { runtime: realRuntime(more.runtime), tuning: { ...TUNING, ...more.tuning }, pause: 2 };
  return withRemote(bucketAt(double, more.bucket), options, work);
}

/** A double for a test file; `fresh` forgets everything between tests. */
export function useDouble(options: DoubleOptions = {}): { readonly get: () => Double; readonly fresh: () => Double } {
  let double: Double | undefined;
  const get = (): Double => {
    if (!double) throw new Error('the double has not been started');
    return double;
  };
  beforeAll(async () => {
    double = await startDouble({ smallestPart: 1, ...options });
  });
  afterAll(async () => await double?.close());
  const fresh = (): Double => {
    const one = get();
    for (const bucket of one.buckets.values()) {
      bucket.objects.clear();
      bucket.uploads.clear();
    }
    one.seen.length = 0;
    one.fault = () => undefined;
    one.staleList = null;
    return one;
  };
  return { get, fresh };
}

/** A file of random bytes, as something to upload. */
export function fileOf(size: number, more: Partial<FileUpload> = {}): FileUpload & { readonly data: Buffer } {
  const path = join(project(), 'file.bin');
  writeFileSync(path, randomBytes(size));
  const data = readFileSync(path);
  return { key: 'dir/file.bin', path, size, sha256: sha256(data), onBytes: () => undefined, data, ...more };
}
