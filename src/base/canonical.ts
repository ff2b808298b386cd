/**
 * The byte rules on which every checksum and hash rests; docs/formats.md promises them.
 * Canonical JSON: keys sorted by UTF-16 code unit (but keys that are array indexes come first, in numeric order: no
 * JavaScript object can hold them otherwise), no white space, `undefined` members left out; arrays keep their order.
 */
import { createHash, type Hash } from 'node:crypto';

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
 * JSON without the white space between its tokens: of what was written with indentation and keys in order, the canonical bytes.
 * `into` may be `json` itself, which is lost then: half the time, because no new memory is touched.
 */
export function compactJson(json: Uint8Array, into: Uint8Array = Buffer.allocUnsafe(json.length)): Buffer {
  let to = 0;
  for (let at = 0; at < json.length; at += 1) {
    let byte = json[at] as number;
    // White space; other bytes as low as these are none of JSON's outside of strings.
    if (byte <= SPACE) continue;
    into[to++] = byte;
    if (byte !== QUOTE) continue;
    do {
      byte = json[++at] as number;
      into[to++] = byte;
      if (byte === BACKSLASH) into[to++] = json[++at] as number;
    } while (byte !== QUOTE && at < json.length);
  }
  return Buffer.from(into.buffer, into.byteOffset, Math.min(to, json.length));
}

const [SPACE, QUOTE, BACKSLASH] = [0x20, 0x22, 0x5c];

/**
 * SHA-256 of the canonical JSON, without ever holding the whole text: a catalog of 2,000 tables is 12 MB of it. Members
 * of the outermost record that are lists are written element by element; the bytes are the same.
 */
export function canonicalSha256(record: object): string {
  const hash = createHash('sha256');
  let before = '{';
  // The members' own records are put in order where they are written, one at a time.
  const members = record as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(sortedKeys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    hash.update(`${before}${JSON.stringify(key)}:`);
    before = ',';
    if (Array.isArray(member)) updateWithList(hash, member);
    else hash.update(canonicalJson(member));
  }
  return hash.update(before === '{' ? '{}' : '}').digest('hex');
}

function updateWithList(hash: Hash, list: readonly unknown[]): void {
  let before = '[';
  for (const element of list) {
    hash.update(`${before}${canonicalJson(element) ?? 'null'}`);
    before = ',';
  }
  hash.update(list.length === 0 ? '[]' : ']');
}

/** The record's keys in the order in which an object holds them once they are sorted: numbers come first. */
function sortedKeys(record: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, null]),
  );
}

/** The value with every record's keys in the order of canonical JSON; itself when they are already, which costs no copy. */
export function inOrder<T>(value: T): T {
  return sorted(value) as T;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? sortedList(value) : sortedRecord(value as Record<string, unknown>);
}

function sortedList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const element = sorted(list[index]);
    if (element === list[index]) continue;
    copy ??= [...list];
    copy[index] = element;
  }
  return copy ?? list;
}

function sortedRecord(record: Record<string, unknown>): Record<string, unknown> {
  // Dates and the like write themselves.
  if (typeof record.toJSON === 'function') return record;
  let previous = '';
  for (const key in record) {
    if (key < previous || sorted(record[key]) !== record[key]) return sortedCopy(record);
    previous = key;
  }
  return record;
}

function sortedCopy(record: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(record).sort()) {
    const value = sorted(record[key]);
    // Assigned plainly, a key called __proto__ would vanish. (An object without prototype is three times as slow to write.)
    if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true });
    else copy[key] = value;
  }
  return copy;
}

/** Order by UTF-16 code unit, like PostgreSQL's "C" collation for ASCII: never by the locale of the machine. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
