/** The file format: what is written comes back, and what was not written so is refused with the reason. */
import { expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/base/canonical.ts';
import { ToolError } from '../../src/base/errors.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { parseSnapshot, parseStored, snapshotFile, snapshotHash, snapshotText } from '../../src/catalog/snapshot.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const about = { serverVersion: 170_011, takenAt: new Date('2026-02-03T04:05:06.789Z') };

const sample = () =>
  database.session(async (session) => {
    await session.batch("CREATE TABLE IF NOT EXISTS ünï (id serial PRIMARY KEY, t text DEFAULT 'a''b\\c')");
    return readSnapshot(session);
  });

/** Of the text, and of its bytes: the same. */
function refusal(text: string): ToolError {
  const error = refusalOf(() => parseSnapshot(text, 'snap.json'));
  const { message, more } = refusalOf(() => parseStored(() => Buffer.from(text), 'snap.json'));
  expect({ message, more }).toEqual({ message: error.message, more: error.more });
  return error;
}

function refusalOf(read: () => unknown): ToolError {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof ToolError) return thrown;
    throw thrown;
  }
  throw new Error('the text was accepted');
}

test('what was written comes back, frozen, with server, time and hash', async () => {
  const snapshot = await sample();
  const file = parseSnapshot(snapshotText(snapshot, about), 'snap.json');
  expect(file.snapshot).toEqual(snapshot);
  expect(file.hash).toBe(snapshotHash(snapshot));
  expect(file.server).toBe('17.11');
  expect(file.takenAt).toEqual(about.takenAt);
  expect(Object.isFrozen(file.snapshot.tables[0]?.columns[0])).toBe(true);
  expect(snapshotText(file.snapshot, about)).toBe(snapshotText(snapshot, about));
});

test('server and time are not in the hash, and neither is the order of keys', async () => {
  const snapshot = await sample();
  const later = parseSnapshot(snapshotText(snapshot, { serverVersion: 150_018, takenAt: new Date() }), 'snap.json');
  expect(later.hash).toBe(snapshotHash(snapshot));
  expect(snapshotHash(JSON.parse(canonicalJson(snapshot)))).toBe(later.hash);
});

test('an editor on Windows may have been at it', async () => {
  const text = snapshotText(await sample(), about);
  const edited = `\uFEFF${text.replaceAll('\n', '\r\n')}`;
  expect(parseSnapshot(edited, 'snap.json').snapshot.tables).toHaveLength(1);
  expect(parseStored(() => Buffer.from(edited), 'snap.json')).toEqual(parseSnapshot(text, 'snap.json'));
});

test('its bytes give the same, also when its keys are in another order or its text is formatted otherwise', async () => {
  const text = snapshotText(await sample(), about);
  const read = parseSnapshot(text, 'snap.json');
  const { snapshot, ...head } = JSON.parse(text);
  const turned = Object.fromEntries(Object.entries(snapshot).reverse());
  for (const other of [
    text,
    JSON.stringify({ ...head, snapshot }),
    JSON.stringify({ snapshot, ...head }, null, '\t'),
    JSON.stringify({ ...head, snapshot: turned }, null, 4),
  ]) {
    expect(parseStored(() => Buffer.from(other), 'snap.json')).toEqual(read);
  }
});

test('a file made in one go is the same, its hash too', async () => {
  const snapshot = await sample();
  const { bytes, hash } = snapshotFile(snapshot, about);
  expect(hash).toBe(snapshotHash(snapshot));
  expect(bytes.toString('utf8')).toBe(snapshotText(snapshot, about));
});

test('a hash that is right does not make a Snapshot of something else', () => {
  const hash = sha256('{"tables":[]}');
  const text = JSON.stringify({
    strata_snapshot: 1,
    server: '17.1',
    taken_at: '2026-01-01',
    hash,
    snapshot: { tables: [] },
  });
  expect(refusal(text).more.detail).toMatch(/missing or of the wrong type/);
});

test('a changed file is refused', async () => {
  const error = refusal(snapshotText(await sample(), about).replace('"notNull": true', '"notNull": false'));
  expect(error.code).toBe('SNAPSHOT_INVALID');
  expect(error.exit).toBe(2);
  expect(error.message).toBe('snap.json is not a valid snapshot');
  expect(error.more.detail).toMatch(/^recorded hash: [0-9a-f]{64}\nactual hash: {3}[0-9a-f]{64}$/);
  expect(error.more.hint).toBe(
    'The file was edited or damaged after it was written. Take a new snapshot of the database.',
  );
});

test.each([
  ['cut short', (text: string) => text.slice(0, 500), /JSON/],
  ['empty', () => '', /JSON/],
  ['something else', () => '{"tables": []}', /no member "strata_snapshot"/],
  ['a list', () => '[1]', /no member "strata_snapshot"/],
  ['of no format', (text: string) => text.replace('"strata_snapshot": 1', '"strata_snapshot": "x"'), /is x/],
  ['without a list', (text: string) => text.replace('"routines"', '"rooteens"'), /missing or of the wrong type/],
  ['without its hash', (text: string) => text.replace('"hash"', '"hush"'), /missing or of the wrong type/],
  ['without a time', (text: string) => text.replace(/"taken_at": "[^"]*"/, '"taken_at": "soon"'), /not a time: soon/],
])('a file that is %s is refused with the reason', async (_what, spoil, reason) => {
  const error = refusal(spoil(snapshotText(await sample(), about)));
  expect(error.code).toBe('SNAPSHOT_INVALID');
  expect(error.more.detail).toMatch(reason);
  expect(error.more.hint).toMatch(/\.$/);
});

test('a file of a newer strata is told as that', async () => {
  const error = refusal(snapshotText(await sample(), about).replace('"strata_snapshot": 1', '"strata_snapshot": 2'));
  expect(error.code).toBe('SNAPSHOT_NEWER');
  expect(error.message).toBe('snap.json was written by a newer strata');
  expect(error.more.detail).toBe('its format is 2, this strata reads 1');
  expect(error.more.hint).toBe('Update strata-pg.');
});
