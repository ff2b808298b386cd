/**
 * Objects without a row and rows without an object, by walking both in the order of their keys: memory stays flat, however
 * many there are. A list may be behind the objects, so a row counts as lost only when the object itself is not there; and
 * what is young may belong to an upload under way.
 */
import { ToolError } from '../base/errors.ts';
import type { ObjectEntry, Remote } from '../remote/model.ts';
import { headObject, listObjects } from '../remote/objects.ts';
import type { FileRow, FileRows, Orphan, OrphanOptions } from './model.ts';

const DAY = 86_400_000;

export async function* findOrphans(
  remote: Remote,
  rows: FileRows,
  options: OrphanOptions = {},
): AsyncGenerator<Orphan> {
  const { prefix = '', minAge = DAY } = options;
  const young = remote.runtime.now().getTime() - minAge;
  const [left, right] = [ordered(rowsOf(rows, prefix), 'rows'), ordered(listObjects(remote, prefix), 'list')];
  try {
    let [row, object] = [await step(left), await step(right)];
    while (row || object) {
      const order = !row ? 1 : !object ? -1 : compareKeys(row.key, object.key);
      const orphan = await judge(remote, young, order <= 0 ? row : null, order >= 0 ? object : null);
      if (orphan) yield orphan;
      if (order <= 0) row = await step(left);
      if (order >= 0) object = await step(right);
    }
  } finally {
    await left.return(undefined);
    await right.return(undefined);
  }
}

async function step<T>(source: AsyncGenerator<T>): Promise<T | null> {
  const next = await source.next();
  return next.done ? null : next.value;
}

async function judge(
  remote: Remote,
  young: number,
  row: FileRow | null,
  object: ObjectEntry | null,
): Promise<Orphan | null> {
  if (row === null) {
    if (object === null || object.lastModified.getTime() > young) return null;
    return { kind: 'object-without-row', key: object.key, size: object.size, lastModified: object.lastModified };
  }
  const { key, size: expected, gone = false, createdAt } = row;
  if (gone) return object === null ? null : { kind: 'object-not-deleted', key, size: object.size };
  if (object === null && createdAt !== undefined && createdAt.getTime() > young) return null;
  const found = object ?? (await headObject(remote, key));
  if (found === null) return { kind: 'row-without-object', key };
  if (expected === undefined || found.size === expected) return null;
  return { kind: 'size-differs', key, size: found.size, expected };
}

async function* rowsOf(rows: FileRows, prefix: string): AsyncGenerator<FileRow> {
  let after = '';
  for (;;) {
    const page = await rows(after);
    if (page.length === 0) return;
    for (const row of page) if (row.key.startsWith(prefix)) yield row;
    after = page.at(-1)?.key ?? after;
  }
}

/** A walk over two lists is right only when both are in order; a list that is not would show everything as an orphan. */
async function* ordered<T extends { readonly key: string }>(
  source: AsyncIterable<T>,
  what: 'rows' | 'list',
): AsyncGenerator<T> {
  let before: string | null = null;
  for await (const one of source) {
    if (before !== null && compareKeys(before, one.key) >= 0) {
      throw new ToolError(
        'FILES_TABLE',
        what === 'rows'
          ? 'the rows do not come in the order of their keys'
          : 'the endpoint does not list keys in order',
        {
          detail: `"${one.key}" after "${before}"`,
          hint:
            what === 'rows'
              ? 'Read them with ORDER BY the key COLLATE "C", each key once.'
              : 'Directory buckets cannot be compared.',
        },
      );
    }
    before = one.key;
    yield one;
  }
}

/** By the bytes of UTF-8: S3's order, and that of COLLATE "C". */
function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
