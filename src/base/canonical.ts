/**
 * The byte rules on which every checksum and hash rests; docs/formats.md promises them.
 * Canonical JSON: keys sorted by UTF-16 code unit, no white space, `undefined` members left out; arrays keep their order.
 */
import { createHash } from 'node:crypto';

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** CRLF and lone CR become LF, and a byte order mark is dropped: the same file hashes alike on every machine. */
export function lfNormalised(text: string): string {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;
}

export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/**
 * The value with the keys of every object in order; what is in order already is taken as it is, without a copy.
 * (A sorting replacer for JSON.stringify took as long as reading the catalog of 2,000 tables that was to be hashed.)
 */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return sortedMembers(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return sorted(value.toJSON());
  return sortedRecord(value as Record<string, unknown>);
}

function sortedMembers(list: readonly unknown[]): readonly unknown[] {
  let out: unknown[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const member = sorted(list[i]);
    if (member !== list[i]) out ??= list.slice();
    if (out) out[i] = member;
  }
  return out ?? list;
}

function sortedRecord(record: Record<string, unknown>): Record<string, unknown> {
  const keys = inOrder(record) ? undefined : Object.keys(record).sort();
  let out: Record<string, unknown> | undefined = keys && {};
  for (const key of keys ?? Object.keys(record)) {
    const member = sorted(record[key]);
    if (!out && member !== record[key]) out = { ...record };
    if (out) out[key] = member;
  }
  return out ?? record;
}

/** `for … in` because it allocates nothing. */
function inOrder(record: Record<string, unknown>): boolean {
  let last = '';
  for (const key in record) {
    if (key < last) return false;
    last = key;
  }
  return true;
}

/** Order by UTF-16 code unit, like PostgreSQL's "C" collation for ASCII: never by the locale of the machine. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
