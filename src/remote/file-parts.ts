/** A file on the disk in the parts that it is sent in, each with its hashes. One buffer, whatever the size. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface HashedPart {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly size: number;
  /** Hex, of this part. */
  readonly sha256: string;
  /** Hex; null: was not asked for. */
  readonly md5: string | null;
  /** Hex, of the file from its beginning to the end of this part: of the last part, that of the file. */
  readonly before: string;
}

/** S3 takes 10,000 parts of an upload. */
const MOST_PARTS = 10_000;
const MIB = 1024 * 1024;

/** The size that was asked for, or as much more in whole MiB as a large file needs. */
export function partSizeFor(size: number, wanted: number): number {
  return size <= wanted * MOST_PARTS ? wanted : Math.ceil(size / MOST_PARTS / MIB) * MIB;
}

/** In order. A file that is shorter than `size` ends early; what comes behind `size` is read once, so that `before` shows it. */
export async function* hashedParts(
  path: string,
  size: number,
  partSize: number,
  { md5 }: { readonly md5: boolean },
): AsyncGenerator<HashedPart> {
  const buffer = Buffer.allocUnsafe(MIB);
  const whole = createHash('sha256');
  // The only part is the file: one hash is that of both.
  const alone = size <= partSize;
  const file = await open(path, 'r');
  try {
    for (let number = 1, start = 0; start < size || number === 1; number += 1, start += partSize) {
      const length = Math.min(partSize, size - start);
      const [part, other] = [alone ? null : createHash('sha256'), md5 ? createHash('md5') : null];
      let read = 0;
      while (read < length) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(MIB, length - read), start + read);
        if (bytesRead === 0) return;
        const bytes = buffer.subarray(0, bytesRead);
        for (const hash of [whole, part, other]) hash?.update(bytes);
        read += bytesRead;
      }
      const sha256 = (part ?? whole.copy()).digest('hex');
      if (start + length >= size && (await file.read(buffer, 0, 1, size)).bytesRead > 0) whole.update('longer');
      const before = whole.copy().digest('hex');
      yield { number, start, size: length, sha256, md5: other?.digest('hex') ?? null, before };
    }
  } finally {
    await file.close();
  }
}

/** The checksum that S3 gives an object of parts: that of the parts' checksums, and how many they are. */
export function compositeOf(parts: readonly HashedPart[]): string {
  const all = createHash('sha256');
  for (const { sha256 } of parts) all.update(Buffer.from(sha256, 'hex'));
  return `${all.digest('base64')}-${parts.length}`;
}
