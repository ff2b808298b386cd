/**
 * Reads an object in ranges, several on their way at once, handed out in order. Each range is asked for again by itself
 * when it breaks off, and `If-Match` sees to it that all are of the same object.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ToolError } from '../base/errors.ts';
import type { Remote } from './model.ts';
import { ask } from './request.ts';

export interface ObjectRead {
  readonly key: string;
  readonly size: number;
  /** With its quotes, as HEAD gives it. */
  readonly etag: string;
  readonly onBytes?: (bytes: number) => void;
}

/** Bytes of one range: four on their way are 16 MiB. */
const RANGE = 4 * 1024 * 1024;

/** From byte `from` to the end. Throws REMOTE_FAILED when the object is replaced meanwhile. */
export async function* readRanges(remote: Remote, read: ObjectRead, from = 0): AsyncGenerator<Buffer> {
  const waiting: Promise<Buffer>[] = [];
  let next = from;
  const begin = (): void => {
    const range = readRange(remote, read, next, Math.min(read.size, next + RANGE));
    // Its failure is thrown when its turn comes; until then nobody listens.
    range.catch(() => undefined);
    waiting.push(range);
    next += RANGE;
  };
  try {
    while (next < read.size || waiting.length > 0) {
      while (next < read.size && waiting.length < remote.tuning.parallel) begin();
      const bytes = await waiting.shift();
      if (bytes === undefined) return;
      read.onBytes?.(bytes.length);
      yield bytes;
    }
  } finally {
    await Promise.allSettled(waiting);
  }
}

async function readRange(remote: Remote, read: ObjectRead, from: number, to: number): Promise<Buffer> {
  const { key, etag, size } = read;
  const headers = { range: `bytes=${from}-${to - 1}`, ...(etag === '' ? {} : { 'if-match': etag }) };
  const answer = await ask(remote, { method: 'GET', key, headers, expected: ['412', 'NoSuchKey'], limit: RANGE });
  const whole = answer.status === 200 && from === 0 && to === size;
  const right = answer.headers['content-range'] === `bytes ${from}-${to - 1}/${size}` && answer.status === 206;
  if ((whole || right) && answer.body.length === to - from) return answer.body;
  const fault = answer.refusal
    ? 'the object was replaced or deleted while it was read'
    : 'the endpoint sent another range';
  throw new ToolError('REMOTE_FAILED', fault, {
    detail: `${key}, bytes ${from} to ${to - 1} of ${size}: ${answer.status} ${answer.headers['content-range'] ?? ''}`,
    hint: 'Run the same command again.',
  });
}

/** SHA-256 of all its bytes, in hex. */
export async function hashObject(remote: Remote, read: ObjectRead): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of readRanges(remote, read)) hash.update(bytes);
  return hash.digest('hex');
}

/**
 * Into a file, going on behind the bytes that are there. Gives the SHA-256 of the file as a whole, which is on the disk
 * then; who compares it and finds another truncates the file and calls again.
 */
export async function downloadFile(remote: Remote, read: ObjectRead, path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'a+', 0o600);
  try {
    let { size: at } = await file.stat();
    if (at > read.size) {
      await file.truncate(0);
      at = 0;
    }
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (let seen = 0; seen < at; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, at - seen), seen);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
      hash.update(buffer.subarray(0, bytesRead));
      seen += bytesRead;
    }
    read.onBytes?.(at);
    for await (const bytes of readRanges(remote, read, at)) {
      hash.update(bytes);
      await file.appendFile(bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
