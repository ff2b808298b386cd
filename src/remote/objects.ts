/** Single objects, and lists of them. */
import { createHash } from 'node:crypto';
import { ToolError } from '../base/errors.ts';
import type { ObjectEntry, ObjectHead, Remote } from './model.ts';
import { ask } from './request.ts';
import { allOf, type Element, textOf } from './xml.ts';

/** Null: there is no such object. */
export async function headObject(remote: Remote, key: string): Promise<ObjectHead | null> {
  const headers = { 'x-amz-checksum-mode': 'ENABLED' };
  const answer = await ask(remote, { method: 'HEAD', key, headers, expected: ['404'] });
  if (answer.refusal) return null;
  const checksum = answer.headers['x-amz-checksum-sha256'];
  const metadata = Object.entries(answer.headers)
    .filter(([name]) => name.startsWith('x-amz-meta-'))
    .map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]);
  return {
    size: Number(answer.headers['content-length']),
    etag: answer.headers.etag ?? '',
    checksum: typeof checksum === 'string' ? checksum : null,
    metadata: Object.fromEntries(metadata),
  };
}

/** A small object whole, at most 64 MiB; null: there is none. */
export async function readObject(remote: Remote, key: string): Promise<Buffer | null> {
  const answer = await ask(remote, { method: 'GET', key, expected: ['NoSuchKey'], limit: 64 * 1024 * 1024 });
  return answer.refusal ? null : answer.body;
}

export interface WriteOptions {
  readonly contentType?: string;
  /** True: only where no object of that key is. */
  readonly ifNew?: boolean;
}

/**
 * Writes a small object, with a checksum that the endpoint holds it against. `exists`: there is one already, and nothing was
 * written. An endpoint that knows no `If-None-Match` writes all the same: who relies on it reads back.
 */
export async function writeObject(
  remote: Remote,
  key: string,
  data: Uint8Array,
  options: WriteOptions = {},
): Promise<'written' | 'exists'> {
  const { contentType = 'application/octet-stream', ifNew = false } = options;
  const checksum = createHash('sha256').update(data).digest('base64');
  const { refusal } = await ask(remote, {
    ...{ method: 'PUT', key, body: data, headers: { 'content-type': contentType } },
    wishes: { 'x-amz-checksum-sha256': checksum, ...(ifNew ? IF_NEW : {}) },
    expected: ifNew ? EXISTS : [],
  });
  return refusal === null ? 'written' : 'exists';
}

export const IF_NEW = { 'if-none-match': '*' } as const;
/** Statuses of a condition that did not hold; 409: somebody writes the same key at this moment. */
export const EXISTS: readonly string[] = ['412', '409'];

/** One that is not there counts as deleted. */
export async function deleteObject(remote: Remote, key: string): Promise<void> {
  await ask(remote, { method: 'DELETE', key, expected: ['404'] });
}

/** Every object whose key begins so, by key. A page that is cut short, or a list that goes in circles, is a fault. */
export async function* listObjects(remote: Remote, prefix: string): AsyncGenerator<ObjectEntry> {
  let token: string | null = null;
  do {
    const query = {
      'list-type': '2',
      prefix,
      'encoding-type': 'url',
      ...(token ? { 'continuation-token': token } : {}),
    };
    const page: Element = await askXml(remote, '', query, 'ListBucketResult');
    const encoded = textOf(page, 'EncodingType') === 'url';
    for (const entry of allOf(page, 'Contents')) yield entryOf(entry, encoded);
    token = nextOf(page, 'NextContinuationToken', token);
  } while (token !== null);
}

/** GET of an XML document. */
export async function askXml(
  remote: Remote,
  key: string,
  query: Readonly<Record<string, string>>,
  root: string,
): Promise<Element> {
  const { xml } = await ask(remote, { method: 'GET', key, query, root });
  if (xml === null) throw new ToolError('BUG', `no <${root}> in an answer that has one`);
  return xml;
}

/** Where the next page begins; null: this was the last. */
export function nextOf(page: Element, name: string, before: string | null): string | null {
  if (textOf(page, 'IsTruncated') !== 'true') return null;
  const next = textOf(page, name);
  if (next !== null && next !== '' && next !== before) return next;
  throw new ToolError('REMOTE_FAILED', 'the endpoint cuts a list short and does not say where it goes on', {
    detail: `<${page.name}> with IsTruncated, and ${name} ${next === before ? 'as on the page before' : 'missing'}`,
    hint: 'This is a fault of the endpoint: a list that may be incomplete is not used.',
  });
}

function entryOf(entry: Element, encoded: boolean): ObjectEntry {
  const key = textOf(entry, 'Key') ?? '';
  return {
    key: encoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
    size: Number(textOf(entry, 'Size')),
    etag: textOf(entry, 'ETag') ?? '',
    lastModified: new Date(textOf(entry, 'LastModified') ?? ''),
  };
}
