/**
 * One file into one object. Small ones in one request, others in parts, several at once, each read from the disk as it is
 * sent: memory does not grow with the file. Every request names the SHA-256 of its bytes, in the signature and as
 * x-amz-checksum-sha256, so the endpoint refuses what was damaged on its way. What lies there from an earlier run is
 * kept when its checksum is that of our bytes, and only then.
 *
 * An object counts as stored when the endpoint's checksum for it is ours, or, where it keeps none, when it was read back.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { compositeOf, type HashedPart, hashedParts, partSizeFor } from './file-parts.ts';
import type { ObjectHead, Remote } from './model.ts';
import { EXISTS, headObject, IF_NEW } from './objects.ts';
import { inParallel } from './parallel.ts';
import {
  abortUpload,
  beginUpload,
  finishUpload,
  listParts,
  listUploads,
  type StoredPart,
  type Upload,
} from './parts.ts';
import { hashObject } from './ranges.ts';
import { ask, type Body } from './request.ts';

export interface FileUpload {
  readonly key: string;
  readonly path: string;
  /** What the file must be: another size or hash, and nothing of it becomes an object. */
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
  /** True: what lies there was found damaged. Its checksum is not believed: it is read back. */
  readonly suspect?: boolean;
  /** False: what lies there with other bytes stays, and the answer is `differs`. Default true. */
  readonly replaces?: boolean;
  /** Hears of bytes as they are done. */
  readonly onBytes: (bytes: number) => void;
}

export type Uploaded =
  /** `kept`: it was there. `proof`: how its bytes were compared with ours. */
  | { readonly kind: 'stored'; readonly kept: boolean; readonly etag: string; readonly proof: 'checksum' | 'read back' }
  /** The file on the disk is not what it should be. */
  | { readonly kind: 'source-changed' }
  /** The object that lies there now has other bytes. */
  | { readonly kind: 'differs' };

export async function uploadFile(remote: Remote, file: FileUpload): Promise<Uploaded> {
  const { key, size, onBytes } = file;
  const partSize = partSizeFor(size, remote.tuning.partSize);
  const before = await headObject(remote, key);
  if (before?.size === size) {
    const parts = await readParts(file, partSize);
    if (parts === null) return { kind: 'source-changed' };
    const told = file.suspect ? { ...before, checksum: null } : before;
    const proof = await proofOf(remote, file, told, parts);
    if (proof !== null) {
      onBytes(size);
      return { kind: 'stored', kept: true, etag: before.etag, proof };
    }
  }
  if (before !== null && file.replaces === false) return { kind: 'differs' };
  // What lies there with other bytes belongs to no backup: only a manifest makes one, and that comes last.
  const parts =
    size <= partSize ? await sendWhole(remote, file, before) : await sendParts(remote, file, before, partSize);
  if (parts === null) return { kind: 'source-changed' };
  const after = await headObject(remote, key);
  const proof = after && (await proofOf(remote, file, after, parts));
  return after && proof ? { kind: 'stored', kept: false, etag: after.etag, proof } : { kind: 'differs' };
}

/** Null: the file is not what it should be. */
async function readParts(file: FileUpload, partSize: number): Promise<readonly HashedPart[] | null> {
  const parts: HashedPart[] = [];
  for await (const part of hashedParts(file.path, file.size, partSize, { md5: false })) parts.push(part);
  return parts.at(-1)?.before === file.sha256 ? parts : null;
}

/** Null: it is another object. */
async function proofOf(
  remote: Remote,
  file: FileUpload,
  head: ObjectHead,
  parts: readonly HashedPart[],
): Promise<'checksum' | 'read back' | null> {
  if (head.size !== file.size) return null;
  const whole = Buffer.from(file.sha256, 'hex').toString('base64');
  if (head.checksum !== null) {
    if (head.checksum === whole || head.checksum === compositeOf(parts)) return 'checksum';
    // A checksum over parts of another size says nothing about ours.
    const count = /-(\d+)$/.exec(head.checksum)?.[1];
    if (count === undefined || Number(count) === parts.length) return null;
  }
  const sha256 = await hashObject(remote, { key: file.key, size: file.size, etag: head.etag });
  return sha256 === file.sha256 ? 'read back' : null;
}

async function sendWhole(
  remote: Remote,
  file: FileUpload,
  before: ObjectHead | null,
): Promise<readonly HashedPart[] | null> {
  const parts = await readParts(file, Math.max(1, file.size));
  const [only] = parts ?? [];
  if (parts === null || only === undefined) return null;
  await ask(remote, {
    ...{ method: 'PUT', key: file.key, headers: metadataOf(file), body: bodyOf(file.path, only) },
    wishes: { 'x-amz-checksum-sha256': base64(only.sha256), ...(before === null ? IF_NEW : {}) },
    expected: EXISTS,
  });
  file.onBytes(file.size);
  return parts;
}

async function sendParts(
  remote: Remote,
  file: FileUpload,
  before: ObjectHead | null,
  partSize: number,
): Promise<readonly HashedPart[] | null> {
  const { upload, stored } = await resume(remote, file);
  // An endpoint without checksums tells the MD5 of a part by its ETag, unless it encrypts.
  const md5 = [...stored.values()].some((part) => part.checksum === null);
  const parts: HashedPart[] = [];
  const done: StoredPart[] = [];
  const source = hashedParts(file.path, file.size, partSize, { md5 });
  await inParallel(source, remote.tuning.parallel, async (part) => {
    parts.push(part);
    const there = stored.get(part.number);
    done.push(there && isSame(there, part) ? there : await sendPart(remote, file, upload, part));
    file.onBytes(part.size);
  });
  parts.sort((a, b) => a.number - b.number);
  if (parts.at(-1)?.before !== file.sha256) {
    await abortUpload(remote, upload);
    return null;
  }
  done.sort((a, b) => a.number - b.number);
  // `exists` and `gone` may mean that our own answer was lost: the object itself is looked at next.
  const finished = await finishUpload(remote, upload, done, before === null);
  if (finished === 'exists') await abortUpload(remote, upload);
  return parts;
}

/** The newest unfinished upload of this key, else a new one. Older ones are given up: nobody would ever finish them. */
async function resume(
  remote: Remote,
  file: FileUpload,
): Promise<{ readonly upload: Upload; readonly stored: ReadonlyMap<number, StoredPart> }> {
  const uploads = (await listUploads(remote, file.key)).filter((one) => one.key === file.key);
  for (const upload of uploads.reverse()) {
    const stored = await listParts(remote, upload);
    if (stored !== null) return { upload, stored };
  }
  return { upload: await beginUpload(remote, file.key, metadataOf(file)), stored: new Map() };
}

function isSame(there: StoredPart, part: HashedPart): boolean {
  if (there.size !== part.size) return false;
  if (there.checksum !== null) return there.checksum === base64(part.sha256);
  return part.md5 !== null && there.etag.replaceAll('"', '') === part.md5;
}

async function sendPart(remote: Remote, file: FileUpload, upload: Upload, part: HashedPart): Promise<StoredPart> {
  const checksum = base64(part.sha256);
  const answer = await ask(remote, {
    ...{ method: 'PUT', key: file.key, query: { partNumber: String(part.number), uploadId: upload.id } },
    body: bodyOf(file.path, part),
    wishes: { 'x-amz-checksum-sha256': checksum },
  });
  const kept = answer.headers['x-amz-checksum-sha256'] === undefined ? null : checksum;
  return { number: part.number, size: part.size, etag: answer.headers.etag ?? '', checksum: kept };
}

/** In hex, for people and other tools: sha256sum of a download gives the same. */
function metadataOf({ sha256 }: FileUpload): Readonly<Record<string, string>> {
  return { 'content-type': 'application/octet-stream', 'x-amz-meta-sha256': sha256 };
}

const CHUNK = 256 * 1024;

function bodyOf(path: string, { start, size, sha256 }: HashedPart): Body {
  const open = (): Readable => createReadStream(path, { start, end: start + size - 1, highWaterMark: CHUNK });
  // An empty file has no last byte to read up to.
  return { open: size === 0 ? () => Readable.from([]) : open, size, sha256 };
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
