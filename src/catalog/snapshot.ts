/**
 * A Snapshot as bytes: its hash and its file. Format promise in docs/formats.md.
 *
 * The hash is SHA-256 over the canonical JSON of the Snapshot alone: neither the server nor the time is in it, so that
 * the same schema has the same hash wherever and whenever it was read.
 */
import { canonicalSha256, compactJson, lfNormalised, sha256 } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { deepFreeze } from './freeze.ts';
import type { Snapshot } from './model.ts';

/** Raised when an older strata could misread a file that a newer one writes. */
const FORMAT = 1;

export interface SnapshotFile {
  readonly snapshot: Snapshot;
  /** Lower-case hex. */
  readonly hash: string;
  /** `17.11`: information only. */
  readonly server: string;
  readonly takenAt: Date;
}

/** Lower-case hex SHA-256. */
export function snapshotHash(snapshot: Snapshot): string {
  return canonicalSha256(snapshot);
}

/**
 * Indented by one space: it is meant to lie in a repository, where a change shows as a few lines. `hash` is that of the
 * Snapshot, where it is known already: it is half of the work.
 */
export function snapshotText(
  snapshot: Snapshot,
  about: { readonly serverVersion: number; readonly takenAt: Date; readonly hash?: string },
): string {
  const server = `${Math.floor(about.serverVersion / 10_000)}.${about.serverVersion % 10_000}`;
  const head = {
    strata_snapshot: FORMAT,
    server,
    taken_at: about.takenAt.toISOString(),
    hash: about.hash ?? snapshotHash(snapshot),
  };
  return `${JSON.stringify({ ...head, snapshot }, null, 1)}\n`;
}

/**
 * The file of a Snapshot that was just read, and its hash: taken from the file's own bytes without their white space, which are
 * the canonical ones because a live Snapshot holds its members in that order. Half the time of hashing first.
 */
export function snapshotFile(
  snapshot: Snapshot,
  about: { readonly serverVersion: number; readonly takenAt: Date },
): { readonly bytes: Buffer; readonly hash: string } {
  const bytes = Buffer.from(snapshotText(snapshot, { ...about, hash: UNHASHED }));
  const part = canonicalPart(compactJson(bytes));
  const hash = part === null ? snapshotHash(snapshot) : sha256(part.canonical);
  bytes.write(hash, bytes.indexOf(UNHASHED), 'latin1');
  return { bytes, hash };
}

const UNHASHED = '0'.repeat(64);

/**
 * A file of a Snapshot as `parseSnapshot` reads it, but not frozen, and in two thirds of the time: when the file is as we write it, its bytes
 * without white space are those that were hashed, and nothing needs to be written again to prove it. `read` is called once more when it is not.
 */
export function parseStored(read: () => Buffer, file: string): SnapshotFile {
  const bytes = read();
  return asWritten(compactJson(bytes, bytes), file) ?? unfrozen(read().toString('utf8'), file);
}

/** Null for what is not as we write it: edited, damaged, from an older version, or not a Snapshot at all. */
function asWritten(compact: Buffer, file: string): SnapshotFile | null {
  const part = canonicalPart(compact);
  if (part === null || sha256(part.canonical) !== part.hash) return null;
  const { server, hash, takenAt } = part;
  const snapshot: unknown = JSON.parse(part.canonical.toString('utf8'));
  return isSnapshot(snapshot) ? { snapshot, hash, server, takenAt: timeOf(takenAt, file) } : null;
}

/** What the hash is made of, and what stands before it. */
function canonicalPart(compact: Buffer) {
  const [head, server = '', takenAt = '', hash = ''] = HEAD.exec(compact.toString('latin1', 0, 300)) ?? [];
  return head === undefined ? null : { server, takenAt, hash, canonical: compact.subarray(head.length, -1) };
}

const HEAD = new RegExp(
  `^\\{"strata_snapshot":${FORMAT},"server":"([^"\\\\]*)","taken_at":"([^"\\\\]*)","hash":"([0-9a-f]{64})","snapshot":(?=\\{)`,
);

/**
 * `file` is only for messages. Throws SNAPSHOT_INVALID (not JSON, not a snapshot, changed since it was written) or
 * SNAPSHOT_NEWER (written by a strata that this one does not understand).
 */
export function parseSnapshot(text: string, file: string): SnapshotFile {
  const read = unfrozen(text, file);
  return Object.freeze({ ...read, snapshot: deepFreeze(read.snapshot) });
}

function unfrozen(text: string, file: string): SnapshotFile {
  const data = jsonOf(text, file);
  if (!isRecord(data) || !('strata_snapshot' in data)) {
    throw invalid(file, 'it has no member "strata_snapshot"', `Check that ${file} is the file you meant.`);
  }
  if (data.strata_snapshot !== FORMAT) throw unknownFormat(file, data.strata_snapshot);
  const { server, taken_at, hash, snapshot } = data;
  if (typeof server !== 'string' || typeof hash !== 'string' || typeof taken_at !== 'string' || !isSnapshot(snapshot)) {
    throw invalid(file, 'a member of it is missing or of the wrong type', RENEW);
  }
  const takenAt = timeOf(taken_at, file);
  const actual = snapshotHash(snapshot);
  if (actual !== hash) throw invalid(file, `recorded hash: ${hash}\nactual hash:   ${actual}`, `${EDITED} ${RENEW}`);
  return { snapshot, hash, server, takenAt };
}

function timeOf(text: string, file: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw invalid(file, `"taken_at" is not a time: ${text}`, RENEW);
  return time;
}

const RENEW = 'Take a new snapshot of the database.';
const EDITED = 'The file was edited or damaged after it was written.';

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(lfNormalised(text));
  } catch (thrown) {
    throw invalid(file, messageOf(thrown), `Check that ${file} is the file you meant.`);
  }
}

function unknownFormat(file: string, format: unknown): ToolError {
  if (typeof format !== 'number' || format < FORMAT)
    return invalid(file, `"strata_snapshot" is ${String(format)}`, RENEW);
  return new ToolError('SNAPSHOT_NEWER', `${file} was written by a newer strata`, {
    detail: `its format is ${format}, this strata reads ${FORMAT}`,
    hint: 'Update strata-pg.',
  });
}

function invalid(file: string, detail: string, hint: string): ToolError {
  return new ToolError('SNAPSHOT_INVALID', `${file} is not a valid snapshot`, { detail, hint });
}

const LISTS: readonly (keyof Snapshot)[] = [
  'schemas',
  'extensions',
  'types',
  'sequences',
  'tables',
  'views',
  'routines',
  'defaultPrivileges',
  'unmodelled',
];

/** The hash vouches for everything below: what it was made of, this code wrote. */
function isSnapshot(value: unknown): value is Snapshot {
  return isRecord(value) && LISTS.every((list) => Array.isArray(value[list]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
