/** A backup that somebody or something changed afterwards: never "good". */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compressArgument, parseCompression } from '../../src/backup/compression.ts';
import { listBackups } from '../../src/backup/inventory.ts';
import type { Backup } from '../../src/backup/take.ts';
import { type Verified, verifyBackup } from '../../src/backup/verify.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { recordVerification, resolveId } from '../../src/disk/store.ts';
import { majorOf } from '../../src/pg/pool.ts';
import { findProgram } from '../../src/pg/programs.ts';
import { useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';
import { dirOf, dropDatabase, dropShopRoles, listener, makeShop, restore, take } from './shop.ts';

const db = useDatabase();
const taken = new Map<string, Backup>();
beforeAll(async () => {
  await db.session(makeShop);
  taken.set('custom', await take(db.target()));
  taken.set('directory', await take(db.target(), { format: 'directory', jobs: 2 }));
});
afterAll(async () => {
  await dropDatabase(db.target().database);
  await dropShopRoles(db.target().database);
});

/** A copy to damage. */
async function copyOf(format: string): Promise<Backup> {
  const original = taken.get(format);
  if (!original) throw new Error(format);
  const path = join(project(), 'backups', original.id);
  await cp(original.path, path, { recursive: true });
  return { ...original, path };
}

function verify(backup: Backup): Promise<Verified> {
  return verifyBackup({ dir: dirOf(backup), id: backup.id, runtime: listener() });
}

function filesOf(backup: Backup): string[] {
  return readdirSync(backup.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(backup.path.length + 1))
    .sort();
}

/** The same places in every run: a failure can be looked at again. */
function* places(count: number): Generator<number> {
  for (let i = 0; i < count; i += 1) yield Number.parseInt(sha256(`place ${i}`).slice(0, 12), 16) / 2 ** 48;
}

/** Every way that a dump can lie on the disk here; zstd and lz4 need client programs of 16, whose absence has its own test. */
async function ways(): Promise<readonly Way[]> {
  const { major } = await findProgram('pg_dump', await db.session(async (s) => majorOf(s)));
  const methods = major >= 16 ? ['gzip', 'zstd', 'lz4', 'none'] : ['gzip', 'none'];
  return (['custom', 'directory'] as const).flatMap((format) =>
    methods.flatMap((compress) => [false, true].map((encrypted) => ({ format, compress, encrypted }))),
  );
}

interface Way {
  readonly format: 'custom' | 'directory';
  readonly compress: string;
  readonly encrypted: boolean;
}

test('60 random bit flips, 60 found, each with the name of its file: in every format and compression, encrypted or not', async () => {
  const recipient = await identityToRecipient(await generateIdentity());
  const found: string[] = [];
  for (const { format, compress, encrypted } of await ways()) {
    const recipients = encrypted ? [recipient] : [];
    const backup = await take(db.target(), { format, jobs: 2, compress, recipients });
    expect(backup.manifest.dump.compression).toMatch(new RegExp(`^${compress}`));
    found.push(`${format} ${compress}${encrypted ? ' encrypted' : ''}: ${await flips(backup, 60)}`);
    expect((await verify(backup)).findings).toEqual([]);
    expect(await cuts(backup)).toBe(3);
  }
  expect(found.filter((line) => !line.endsWith(': 60'))).toEqual([]);
  expect(found.length).toBeGreaterThanOrEqual(8);
}, 600_000);

/** Flips a bit in so many places, one at a time; gives how many were found in the right file. */
async function flips(backup: Backup, count: number): Promise<number> {
  const files = filesOf(backup).map((path) => ({ path, bytes: readFileSync(join(backup.path, path)) }));
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  let found = 0;
  for (const place of places(count)) {
    let at = Math.floor(place * total);
    const file = files.find(({ bytes }) => {
      if (at < bytes.length) return true;
      at -= bytes.length;
      return false;
    });
    if (!file) throw new Error('no place');
    const damaged = Buffer.from(file.bytes);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (Math.floor(place * 1e6) % 8));
    writeFileSync(join(backup.path, file.path), damaged);
    const { findings } = await verify(backup);
    if (findings.some((f) => f.level === 'error' && f.subject === `${backup.id}/${file.path}`)) found += 1;
    writeFileSync(join(backup.path, file.path), file.bytes);
  }
  return found;
}

/** Cuts the largest file of the dump at three lengths; gives how many were found. */
async function cuts(backup: Backup): Promise<number> {
  const [largest] = backup.manifest.files.filter((f) => f.role === 'dump').sort((a, b) => b.size - a.size);
  const path = join(backup.path, largest?.path ?? '');
  const bytes = readFileSync(path);
  let found = 0;
  for (const share of [0.99, 0.5, 0]) {
    truncateSync(path, Math.floor(bytes.length * share));
    if ((await verify(backup)).findings.some((f) => f.code === 'backup/size')) found += 1;
    writeFileSync(path, bytes);
  }
  return found;
}

test('zstd and lz4 with a pg_dump before 16 are exit 7, before anything is written', async () => {
  const pgDump = { name: 'pg_dump', path: '/usr/bin/pg_dump', major: 15, version: '15.99' } as const;
  for (const method of ['zstd', 'lz4:3']) {
    expect(() => compressArgument(parseCompression(method), pgDump)).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_TOO_OLD',
        exit: 7,
        message: expect.stringContaining('cannot compress'),
      }),
    );
  }
  expect(compressArgument(parseCompression('gzip:9'), pgDump)).toBe('9');
  expect(compressArgument(parseCompression('none'), pgDump)).toBe('0');
  const { major } = await findProgram('pg_dump', await db.session(async (s) => majorOf(s)));
  const dir = join(project(), 'backups');
  if (major >= 16) return;
  await expect(take(db.target(), { dir, compress: 'zstd' })).rejects.toMatchObject({ code: 'PROGRAM_TOO_OLD' });
  expect(existsSync(dir)).toBe(false);
});

test('a bit flipped in each small file by turns: the manifest and the sums are no exception', async () => {
  const backup = await copyOf('custom');
  for (const path of ['manifest.json', 'SHA256SUMS', 'globals.sql', 'snapshot.json']) {
    const bytes = readFileSync(join(backup.path, path));
    for (const place of places(25)) {
      const at = Math.floor(place * bytes.length);
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(join(backup.path, path), damaged);
      const errors = (await verify(backup)).findings.filter((f) => f.level === 'error').map((f) => f.subject);
      // A flip in SHA256SUMS cannot be told from one in the manifest whose hash it holds.
      expect(
        errors.some(
          (subject) => subject.endsWith(path) || (path === 'SHA256SUMS' && subject.endsWith('manifest.json')),
        ),
      ).toBe(true);
    }
    writeFileSync(join(backup.path, path), bytes);
  }
});

describe.each([99, 60, 20, 0])('a dump cut to %i percent', (percent) => {
  test.each(['custom', 'directory'])('%s', async (format) => {
    const backup = await copyOf(format);
    const [largest] = backup.manifest.files.filter((f) => f.role === 'dump').sort((a, b) => b.size - a.size);
    truncateSync(join(backup.path, largest?.path ?? ''), Math.floor(((largest?.size ?? 0) * percent) / 100));
    const { findings } = await verify(backup);
    expect(findings).toMatchObject([{ code: 'backup/size', level: 'error', subject: `${backup.id}/${largest?.path}` }]);
    // Without a whole verification `list` sees it too.
    expect((await listBackups(dirOf(backup)))[0]).toMatchObject({ state: 'damaged' });
    await expect(restore(backup, 'never_made')).rejects.toMatchObject({ code: 'BACKUP_DAMAGED', exit: 5 });
  });
});

test('sums that were renewed over a broken dump are found by letting pg_restore read it', async () => {
  const backup = await copyOf('custom');
  const path = join(backup.path, 'database.dump');
  const bytes = readFileSync(path);
  bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 64);
  writeFileSync(path, bytes);
  reseal(backup, (text) => text.replaceAll(backup.manifest.files[0]?.sha256 ?? '', sha256(bytes)));
  expect((await verify(backup)).findings).toEqual([]);
  const { findings } = await verifyBackup({ dir: dirOf(backup), id: backup.id, content: true, runtime: listener() });
  expect(findings).toMatchObject([{ code: 'backup/unreadable', subject: `${backup.id}/database.dump` }]);
});

test('a manifest that was written again is not that of the backup, however well its hashes fit', async () => {
  const backup = await copyOf('custom');
  const dir = dirOf(backup);
  const hash = sha256(readFileSync(join(backup.path, 'manifest.json')));
  await recordVerification(dir, { id: backup.id, at: backup.manifest.at, ok: true, manifest_sha256: hash });
  expect((await listBackups(dir))[0]).toMatchObject({ state: 'good' });
  reseal(backup, (text) => text.replace(/"rows": \d+/, '"rows": 7'));
  const found = { code: 'backup/rewritten', subject: `${backup.id}/manifest.json` };
  expect((await listBackups(dir))[0]).toMatchObject({ state: 'damaged', findings: [found] });
  expect((await verify(backup)).findings).toMatchObject([found]);
  // Nor is it the second time.
  expect((await verify(backup)).findings).toMatchObject([found]);
});

test('a verdict behind half a line counts', async () => {
  const backup = await copyOf('custom');
  const dir = dirOf(backup);
  await verify(backup);
  writeFileSync(join(dir, 'journal.jsonl'), '{"id":"2026', { flag: 'a' });
  const path = join(backup.path, 'database.dump');
  const bytes = readFileSync(path);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect((await verify(backup)).findings).toMatchObject([{ code: 'backup/changed' }]);
  expect((await listBackups(dir))[0]).toMatchObject({ state: 'damaged' });
});

test('a verdict that cannot be written down is told', async () => {
  const backup = await copyOf('custom');
  mkdirSync(join(dirOf(backup), 'journal.jsonl'));
  expect((await verify(backup)).findings).toEqual([]);
  truncateSync(join(backup.path, 'globals.sql'));
  expect((await verify(backup)).findings).toMatchObject([
    { code: 'backup/size' },
    { code: 'backup/unrecorded', level: 'warning', message: expect.stringContaining('EISDIR') },
  ]);
});

test.each([
  ['missing', 'database.dump'],
  ['missing', 'globals.sql'],
  ['missing', 'snapshot.json'],
  ['missing', 'SHA256SUMS'],
  ['missing', 'manifest.json'],
])('%s: %s', async (kind, path) => {
  const backup = await copyOf('custom');
  rmSync(join(backup.path, path));
  expect((await verify(backup)).findings).toMatchObject([{ code: `backup/${kind}`, subject: `${backup.id}/${path}` }]);
  expect((await listBackups(dirOf(backup)))[0]?.state).toBe('damaged');
});

test.each([
  ['an edit', (text: string) => text.replace('"rows": 500', '"rows": 499'), 'changed', /was changed/],
  ['a re-indented file', (text: string) => JSON.stringify(JSON.parse(text)), 'changed', /was changed/],
  ['half a file', (text: string) => text.slice(0, text.length / 2), 'invalid', /not JSON/],
  ['an empty file', () => '', 'invalid', /not JSON/],
  ['a missing key', (text: string) => text.replace('"lsn"', '"lns"'), 'invalid', /"lsn" is missing/],
  [
    'a path out of the folder',
    (text: string) => text.replace('"globals.sql"', '"../globals.sql"'),
    'invalid',
    /pattern/,
  ],
  [
    'a newer format',
    (text: string) => text.replace('"strata_backup": 1', '"strata_backup": 2'),
    'invalid',
    /newer version/,
  ],
])('the manifest after %s', async (_title, change, kind, message) => {
  const backup = await copyOf('custom');
  const path = join(backup.path, 'manifest.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  const { findings } = await verify(backup);
  expect(findings[0]).toMatchObject({
    code: `backup/${kind}`,
    level: 'error',
    subject: `${backup.id}/manifest.json`,
    message: expect.stringMatching(message),
  });
});

test('a folder renamed to another id', async () => {
  const backup = await copyOf('custom');
  const other = '20200101T000000Z-00000000';
  await cp(backup.path, join(dirOf(backup), other), { recursive: true });
  const { findings } = await verifyBackup({ dir: dirOf(backup), id: other, runtime: listener() });
  expect(findings[0]).toMatchObject({
    level: 'error',
    subject: `${other}/manifest.json`,
    message: expect.stringContaining(backup.id),
  });
});

test('a file that does not belong is a warning', async () => {
  const backup = await copyOf('custom');
  writeFileSync(join(backup.path, 'notes.txt'), 'mine');
  expect((await verify(backup)).findings).toMatchObject([
    { code: 'backup/unknown-file', level: 'warning', subject: `${backup.id}/notes.txt` },
  ]);
});

test('what verify found is remembered, and a repaired backup is good again', async () => {
  const backup = await copyOf('custom');
  const path = join(backup.path, 'database.dump');
  const bytes = readFileSync(path);
  const flipped = Buffer.from(bytes);
  flipped[100] = (flipped[100] ?? 0) ^ 1;
  expect((await listBackups(dirOf(backup)))[0]).toMatchObject({ state: 'unverified', verifiedAt: null });
  writeFileSync(path, flipped);
  await verify(backup);
  expect((await listBackups(dirOf(backup)))[0]).toMatchObject({
    state: 'damaged',
    findings: [{ message: expect.stringContaining('database.dump') }],
  });
  writeFileSync(path, bytes);
  await verify(backup);
  writeFileSync(join(dirOf(backup), 'journal.jsonl'), '{"id": "cut sho', { flag: 'a' });
  expect((await listBackups(dirOf(backup)))[0]).toMatchObject({ state: 'good' });
});

test('which backup is meant', async () => {
  const backup = await copyOf('custom');
  const dir = dirOf(backup);
  expect(await resolveId(dir, undefined)).toBe(backup.id);
  expect(await resolveId(dir, backup.id.slice(0, 8))).toBe(backup.id);
  await expect(resolveId(dir, '1999')).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND', exit: 2 });
  await cp(backup.path, join(dir, `${backup.id.slice(0, 16)}-ffffffff`), { recursive: true });
  await expect(resolveId(dir, backup.id.slice(0, 8))).rejects.toMatchObject({
    message: expect.stringContaining('more than one'),
  });
  await expect(resolveId(project(), undefined)).rejects.toMatchObject({
    code: 'BACKUP_NOT_FOUND',
    message: 'there is no backup',
  });
});

/** Changes the manifest and makes SHA256SUMS agree with it: what a careful forger would do. */
function reseal(backup: Backup, change: (text: string) => string): void {
  const manifest = change(readFileSync(join(backup.path, 'manifest.json'), 'utf8'));
  writeFileSync(join(backup.path, 'manifest.json'), manifest);
  const sums = change(readFileSync(join(backup.path, 'SHA256SUMS'), 'utf8'));
  writeFileSync(join(backup.path, 'SHA256SUMS'), sums.replace(/[0-9a-f]{64}(?= {2}manifest)/, sha256(manifest)));
}
