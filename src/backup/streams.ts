/** Bytes on their way: hashed and counted while they pass. */
import { createHash, type Hash } from 'node:crypto';
import { PassThrough, Transform, type TransformCallback } from 'node:stream';

/** Large chunks: with Node's 16 to 64 KiB, waking up costs more than the hash. */
const CHUNK = 1024 * 1024;

/** Passes bytes on, and hashes and counts them. */
export class Meter extends Transform {
  bytes = 0;
  private readonly hash: Hash = createHash('sha256');
  private readonly onBytes: (bytes: number) => void;

  constructor(onBytes: (bytes: number) => void = () => undefined) {
    super({ highWaterMark: CHUNK });
    this.onBytes = onBytes;
  }

  sha256(): string {
    return this.hash.digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.onBytes(this.bytes);
    done(null, chunk);
  }
}

/** pg_dump writes 4 KiB at a time: to pass each on would cost more than to hash and write them all. */
const GATHERED = 256 * 1024;

/**
 * Passes bytes on, gathered; `copy` is the same bytes once more, for a reader that may stop early. While it reads, it slows
 * the stream down to its pace, so memory stays flat.
 */
export class Tee extends Transform {
  readonly copy = new PassThrough({ highWaterMark: CHUNK });
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor() {
    super({ highWaterMark: CHUNK });
    // Its reader went away: that reader's own failure tells why.
    this.copy.on('error', () => undefined);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes < GATHERED) done();
    else this.passOn(done);
  }

  override _flush(done: TransformCallback): void {
    this.passOn(() => {
      this.copy.end();
      done();
    });
  }

  private passOn(done: TransformCallback): void {
    const gathered = Buffer.concat(this.held);
    this.held = [];
    this.heldBytes = 0;
    this.push(gathered);
    if (this.copy.destroyed || this.copy.write(gathered)) {
      done();
      return;
    }
    const go = (): void => {
      this.copy.off('drain', go).off('close', go);
      done();
    };
    this.copy.once('drain', go).once('close', go);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error) this.copy.destroy(error);
    done(error);
  }
}

/**
 * Runs the works side by side; when one fails, the others are told by their signal, and all are waited for before the
 * first failure is thrown: nothing runs on behind a closed door.
 */
export async function together<T extends readonly unknown[]>(
  signal: AbortSignal,
  works: { readonly [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> },
): Promise<T> {
  const scope = new AbortController();
  const joint = AbortSignal.any([signal, scope.signal]);
  const failures: unknown[] = [];
  const results = await Promise.all(
    works.map((work) =>
      work(joint).catch((thrown: unknown) => {
        failures.push(thrown);
        scope.abort();
      }),
    ),
  );
  if (failures.length > 0) throw failures.find(isSystemError) ?? failures[0];
  return results as unknown as T;
}

/** ENOSPC and its kin explain the failures that they cause elsewhere. */
function isSystemError(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException | null)?.code ?? '';
  return thrown instanceof Error && 'errno' in thrown && code !== 'EPIPE';
}
