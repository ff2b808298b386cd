/** Uploads in parts: what lies there unfinished, which of its parts are ours, and how it ends. */
import { ToolError } from '../base/errors.ts';
import type { Remote } from './model.ts';
import { EXISTS, IF_NEW, nextOf } from './objects.ts';
import { type Answer, ask } from './request.ts';
import { allOf, parseXml, textOf } from './xml.ts';

export interface Upload {
  readonly key: string;
  readonly id: string;
  readonly initiated: Date;
}

/** A part that the endpoint has. */
export interface StoredPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  /** Base64; null: the endpoint keeps none. */
  readonly checksum: string | null;
}

/** Unfinished uploads whose keys begin so, oldest first. An endpoint that cannot list them has none to go on with. */
export async function listUploads(remote: Remote, prefix: string): Promise<readonly Upload[]> {
  const uploads: Upload[] = [];
  let marker: string | null = null;
  let markerId = '';
  do {
    const more: Record<string, string> = marker === null ? {} : { 'key-marker': marker, 'upload-id-marker': markerId };
    const answer: Answer = await ask(remote, {
      ...{ method: 'GET', key: '', query: { uploads: '', prefix, ...more } },
      expected: ['NotImplemented', '404', '405', '501'],
    });
    const page = answer.refusal ? null : parseXml(answer.body.toString());
    if (page?.name !== 'ListMultipartUploadsResult') return [];
    uploads.push(
      ...allOf(page, 'Upload').map((one) => ({
        key: textOf(one, 'Key') ?? '',
        id: textOf(one, 'UploadId') ?? '',
        initiated: new Date(textOf(one, 'Initiated') ?? ''),
      })),
    );
    const before: string = `${marker ?? ''} ${markerId}`;
    marker = nextOf(page, 'NextKeyMarker', null);
    markerId = textOf(page, 'NextUploadIdMarker') ?? '';
    if (marker !== null && `${marker} ${markerId}` === before) marker = null;
  } while (marker !== null);
  return uploads.sort((a, b) => a.initiated.getTime() - b.initiated.getTime());
}

/** Null: the upload is gone. */
export async function listParts(remote: Remote, { key, id }: Upload): Promise<ReadonlyMap<number, StoredPart> | null> {
  const parts = new Map<number, StoredPart>();
  let marker: string | null = null;
  do {
    const query: Record<string, string> = { uploadId: id, ...(marker ? { 'part-number-marker': marker } : {}) };
    const answer: Answer = await ask(remote, {
      ...{ method: 'GET', key, query, root: 'ListPartsResult' },
      expected: ['NoSuchUpload', 'NotImplemented', '404', '405', '501'],
    });
    if (answer.xml === null) return null;
    for (const one of allOf(answer.xml, 'Part')) {
      const number = Number(textOf(one, 'PartNumber'));
      const [size, etag] = [Number(textOf(one, 'Size')), textOf(one, 'ETag') ?? ''];
      parts.set(number, { number, size, etag, checksum: textOf(one, 'ChecksumSHA256') });
    }
    marker = nextOf(answer.xml, 'NextPartNumberMarker', marker);
  } while (marker !== null);
  return parts;
}

export async function beginUpload(
  remote: Remote,
  key: string,
  headers: Readonly<Record<string, string>>,
): Promise<Upload> {
  const { xml } = await ask(remote, {
    ...{ method: 'POST', key, query: { uploads: '' }, headers, root: 'InitiateMultipartUploadResult' },
    wishes: { 'x-amz-checksum-algorithm': 'SHA256' },
  });
  const id = xml && textOf(xml, 'UploadId');
  if (!id) throw new ToolError('REMOTE_FAILED', 'the endpoint began an upload and gave it no id', { detail: key });
  return { key, id, initiated: remote.runtime.now() };
}

/** `exists`: an object of that key is there already. `gone`: the upload is not there any more, perhaps because it was finished. */
export async function finishUpload(
  remote: Remote,
  { key, id }: Upload,
  parts: readonly StoredPart[],
  ifNew: boolean,
): Promise<'done' | 'exists' | 'gone'> {
  const items = parts.map(
    ({ number, etag, checksum }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etag)}</ETag>` +
      `${checksum === null ? '' : `<ChecksumSHA256>${checksum}</ChecksumSHA256>`}</Part>`,
  );
  const body = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${items.join('')}</CompleteMultipartUpload>`,
  );
  const { refusal } = await ask(remote, {
    ...{ method: 'POST', key, query: { uploadId: id }, body, root: 'CompleteMultipartUploadResult' },
    headers: { 'content-type': 'application/xml' },
    wishes: ifNew ? IF_NEW : {},
    expected: ['NoSuchUpload', ...EXISTS],
  });
  if (refusal === null) return 'done';
  return refusal.code === 'NoSuchUpload' ? 'gone' : 'exists';
}

/** An endpoint that cannot do that (s3rver) keeps the parts: nothing to be done about it from here. */
export async function abortUpload(remote: Remote, { key, id }: Upload): Promise<void> {
  await ask(remote, {
    method: 'DELETE',
    key,
    query: { uploadId: id },
    expected: ['404', '405', '501', 'NotImplemented'],
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
