/** Encrypted backups: what lies on the disk, who can open it, and what happens without the key. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decrypt, encrypt, readIdentities } from '../../src/backup/age.ts';
import { drillBackup } from '../../src/backup/drill.ts';
import { listBackups } from '../../src/backup/inventory.ts';
import type { ManifestHead } from '../../src/backup/manifest.ts';
import type { Backup } from '../../src/backup/take.ts';
import { type Verified, verifyBackup } from '../../src/backup/verify.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';
import {
  databaseExists,
  dirOf,
  dropDatabase,
  dropShopRoles,
  listener,
  makeShop,
  restore,
  shopRoles,
  take,
} from './shop.ts';

const db = useDatabase();
const keys = { path: '', text: '', recipient: '', otherPath: '', otherRecipient: '' };
const taken = new Map<string, Backup>();

beforeAll(async () => {
  const folder = project();
  for (const name of ['path', 'otherPath'] as const) {
    const text = await generateIdentity();
    keys[name] = join(folder, `${name} of keys.txt`);
    writeFileSync(keys[name], `# created: today\n# public key: here\n\n${text}\r\n`, { mode: 0o600 });
    if (name === 'path') keys.text = text;
    keys[name === 'path' ? 'recipient' : 'otherRecipient'] = await identityToRecipient(text);
  }
  await db.session(makeShop);
  const recipients = [keys.recipient, keys.otherRecipient];
  taken.set('custom', await take(db.target(), { recipients: [keys.recipient] }));
  taken.set('directory', await take(db.target(), { recipients, format: 'directory', jobs: 2 }));
});
afterAll(async () => {
  await dropDatabase(db.target().database);
  await dropShopRoles(db.target().database);
});

function backupOf(format: string): Backup {
  const backup = taken.get(format);
  if (!backup) throw new Error(format);
  return backup;
}

function verify(backup: Backup, identity?: string): Promise<Verified> {
  return verifyBackup({ dir: dirOf(backup), id: backup.id, content: true, identity, runtime: listener() });
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** A file with this text. */
function file(text: string): string {
  return join(project({ 'key.txt': text }), 'key.txt');
}

function plainFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`strata-plain-${process.pid}-`));
}

describe.each(['custom', 'directory'])('%s', (format) => {
  test('on the disk everything is encrypted but the head of the manifest and the sums', () => {
    const { path, manifest } = backupOf(format);
    const open = filesOf(path).filter((name) => !name.endsWith('.age'));
    expect(open).toEqual(['SHA256SUMS', 'manifest.json']);
    for (const { path: name } of manifest.files) {
      expect(readFileSync(join(path, name)).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    }
    const text = readFileSync(join(path, 'manifest.json'), 'utf8');
    const { reader, owner } = shopRoles(db.target().database);
    for (const secret of [
      'customers',
      'tickets',
      'rows',
      'search_path',
      reader,
      owner,
      manifest.role.name,
      keys.text,
    ]) {
      expect(text).not.toContain(secret);
    }
    const head = JSON.parse(text) as ManifestHead;
    expect(head.encryption?.recipients).toContain(keys.recipient);
    expect(head.database).toEqual({ name: db.target().database });
  });

  test('is listed and verified without a key', async () => {
    const backup = backupOf(format);
    const { findings } = await verifyBackup({ dir: dirOf(backup), id: backup.id, runtime: listener() });
    expect(findings).toEqual([]);
    expect(await listBackups(dirOf(backup))).toMatchObject([{ state: 'good', manifest: { at: backup.manifest.at } }]);
    expect(execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: backup.path, encoding: 'utf8' })).toBe('');
  });

  test('its content is read, restored and drilled with one', async () => {
    const backup = backupOf(format);
    expect((await verify(backup, keys.path)).findings).toEqual([]);
    const name = `${db.target().database}_r`;
    try {
      const restored = await restore(backup, name, { identity: keys.path, jobs: 2 });
      expect(restored.manifest.contents.tables).toEqual(backup.manifest.contents.tables);
    } finally {
      await dropDatabase(name);
    }
    const drilled = await drillBackup({
      dir: dirOf(backup),
      id: backup.id,
      smoke: async () => [],
      identity: keys.path,
      runtime: listener(),
    });
    expect(drilled.report).toMatchObject({ result: 'proved', backup: { rows: 907 } });
    expect(plainFolders()).toEqual([]);
  });

  test('single tables too', async () => {
    const name = `${db.target().database}_t`;
    try {
      const only = { tables: ['customers'], schemas: [] };
      await restore(backupOf(format), name, { identity: keys.path, only });
    } finally {
      await dropDatabase(name);
    }
  });

  test.each([
    ['no identity', () => undefined, /is encrypted, and no identity is given$/],
    ['a file that is not there', () => '/nowhere/key.txt', /^the identity file cannot be read$/],
    ['an empty file', () => file('# nothing\n'), /holds no key$/],
    ['a public key', () => file(keys.recipient), /^key 1 of the identity file is no private key/],
    ['an encrypted one', () => file('age-encryption.org/v1\n'), /is itself encrypted$/],
  ])('%s is a clear error, and nothing is left', async (_title, identity, message) => {
    const backup = backupOf(format);
    const name = `${db.target().database}_never`;
    const fault = { code: 'BACKUP_IDENTITY', exit: 2, message: expect.stringMatching(message) };
    await expect(restore(backup, name, { identity: identity() })).rejects.toMatchObject(fault);
    await expect(verify(backup, identity())).rejects.toMatchObject(fault);
    expect(await databaseExists(name)).toBe(false);
    expect(plainFolders()).toEqual([]);
  });
});

test("another's key does not open it; the error tells whose it is, and no secret", async () => {
  const backup = backupOf('custom');
  const thrown = await restore(backup, 'never_made', { identity: keys.otherPath }).catch((error: unknown) => error);
  expect(thrown).toMatchObject({
    code: 'BACKUP_IDENTITY',
    message: `the identity does not open backup ${backup.id}`,
    more: {
      detail: `it is encrypted to ${keys.recipient}\nthe file ${keys.otherPath} holds the key of ${keys.otherRecipient}`,
    },
  });
  expect(JSON.stringify(thrown)).not.toContain('AGE-SECRET-KEY');
  expect(await databaseExists('never_made')).toBe(false);
  // Each recipient alone opens what is encrypted to two.
  expect((await verify(backupOf('directory'), keys.otherPath)).findings).toEqual([]);
});

test.each([
  ['a word', 'nonsense', /no public key of age/],
  ['a typing error', '', /no public key of age/],
  ['a private key, which is not repeated', 'AGE-SECRET-KEY-1QQQQ', /this is a private key/],
  ['a key of ssh', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5', /only the plain public keys/],
  ['a key of a plugin', 'age1yubikey1qwerty', /only the plain public keys/],
])('a recipient that is %s', async (_title, text, message) => {
  const recipient = text || `${keys.recipient.slice(0, -1)}${keys.recipient.endsWith('q') ? 'p' : 'q'}`;
  const dir = join(project(), 'backups');
  const thrown = await take(db.target(), { dir, recipients: [keys.recipient, recipient] }).catch((e: unknown) => e);
  expect(thrown).toMatchObject({
    code: 'CONFIG_INVALID',
    exit: 2,
    more: { findings: [{ subject: 'backup.encryption.recipients/1', message: expect.stringMatching(message) }] },
  });
  expect(JSON.stringify(thrown)).not.toContain('QQQQ');
  expect(existsSync(dir)).toBe(false);
});

test('pg_dump that fails leaves no plain file behind, nor does a full read of a broken one', async () => {
  const bin = project({ pg_dump: '' });
  const real = execFileSync('sh', ['-c', 'command -v pg_dump || ls /usr/lib/postgresql/*/bin/pg_dump | tail -1']);
  const program = process.env.STRATA_PG_BIN ? join(process.env.STRATA_PG_BIN, 'pg_dump') : real.toString().trim();
  writeFileSync(join(bin, 'pg_dump'), `#!/bin/sh\n"${program}" "$@" || exit\n[ "$1" = --version ] || exit 3\n`);
  chmodSync(join(bin, 'pg_dump'), 0o755);
  for (const name of ['pg_dumpall', 'pg_restore']) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec "$(dirname "${program}")/${name}" "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const format of ['custom', 'directory'] as const) {
    const dir = join(project(), 'backups');
    const runtime = listener({ env: { ...process.env, STRATA_PG_BIN: bin } });
    const result = take(db.target(), { dir, format, jobs: 2, recipients: [keys.recipient], runtime });
    await expect(result).rejects.toMatchObject({ code: 'BACKUP_FAILED', message: 'pg_dump failed: exit status 3' });
    expect(readdirSync(dir)).toEqual([]);
  }
});

test('what a killed restore decrypted is removed by the next one', async () => {
  const left = join(tmpdir(), 'strata-plain-999999999-00000000');
  mkdirSync(left, { recursive: true });
  const { hostname } = await import('node:os');
  writeFileSync(join(left, 'maker'), JSON.stringify({ host: hostname(), pid: 999_999_999, mark: 'gone' }));
  writeFileSync(join(left, 'toc.dat'), 'secret');
  await verify(backupOf('directory'), keys.path);
  expect(existsSync(left)).toBe(false);
});

test("role passwords: only when asked, and then they are the roles' own on the drill's server", async () => {
  const { reader } = shopRoles(db.target().database);
  await db.session((s) => s.query(`ALTER ROLE "${reader}" PASSWORD 'secret of the reader'`));
  const plain = await take(db.target());
  expect(readFileSync(join(plain.path, 'globals.sql'), 'utf8')).not.toMatch(/PASSWORD/);
  const open = await take(db.target(), { rolePasswords: true });
  expect(readFileSync(join(open.path, 'globals.sql'), 'utf8')).toMatch(/PASSWORD 'SCRAM-SHA-256/);
  expect(open.manifest.warnings).toEqual([
    "globals.sql holds the hashes of the roles' passwords, and is not encrypted",
  ]);
  const backup = await take(db.target(), { rolePasswords: true, recipients: [keys.recipient] });
  expect(backup.manifest.warnings).toEqual([]);
  const { report } = await drillBackup({
    dir: dirOf(backup),
    id: backup.id,
    smoke: async () => [],
    identity: keys.path,
    runtime: listener(),
  });
  expect(report.result).toBe('proved');
});

test('from the command line: recipients from the configuration, the identity from the environment', async () => {
  const cwd = project({
    'strata.config.json': JSON.stringify({ backup: { encryption: { recipients: [keys.recipient] } } }),
  });
  const created = await strata(['backup', 'create', '--json'], { cwd, target: db.target() });
  expect(JSON.parse(created.stdout)).toMatchObject({ data: { encrypted: true } });
  expect(await strata(['backup', 'verify'], { cwd })).toMatchObject({ status: 0 });
  expect(await strata(['backup', 'verify', '--content'], { cwd })).toMatchObject({ status: 2 });
  const env = { STRATA_AGE_IDENTITY: keys.path };
  const all = [
    await strata(['backup', 'verify', '--content'], { cwd, env }),
    await strata(['backup', 'verify', '--content', '--identity', keys.path, '--verbose'], { cwd }),
  ];
  for (const { status, stdout, stderr } of all) {
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout + stderr).not.toContain('AGE-SECRET-KEY');
  }
});

const age = spawnSync('age', ['--version']).status === 0;

describe.skipIf(!age && !process.env.CI)("age's own program", () => {
  test('opens every file of a backup, and the dump is one that pg_restore reads', () => {
    const { path, manifest } = backupOf('custom');
    for (const { path: name, role } of manifest.files) {
      const bytes = execFileSync('age', ['--decrypt', '--identity', keys.path, join(path, name)]);
      if (role === 'dump') expect(bytes.subarray(0, 5).toString()).toBe('PGDMP');
      if (role === 'details') expect(JSON.parse(bytes.toString())).toMatchObject({ contents: manifest.contents });
    }
  });

  test.each([0, 1, 65_535, 65_536, 65_537, 300_000])('opens %i bytes of ours, and we open its', async (size) => {
    const folder = project();
    const bytes = Buffer.alloc(size, 'strata');
    const collected = async (source: AsyncIterable<Uint8Array>): Promise<Buffer> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    const ours = await collected(encrypt(Readable.from([bytes]), [keys.otherRecipient, keys.recipient]));
    writeFileSync(join(folder, 'ours.age'), ours);
    expect(execFileSync('age', ['-d', '-i', keys.path, join(folder, 'ours.age')]).equals(bytes)).toBe(true);
    const theirs = execFileSync('age', ['-r', keys.recipient], { input: bytes });
    const identities = await readIdentities(keys.path);
    expect((await collected(decrypt(Readable.from([theirs]), identities))).equals(bytes)).toBe(true);
    // Cut at a whole chunk or anywhere else, it is never taken for a shorter text.
    for (const cut of [ours.length - 1, ours.length - 16, Math.max(300, ours.length - 65_552)]) {
      if (cut >= ours.length) continue;
      await expect(collected(decrypt(Readable.from([ours.subarray(0, cut)]), identities))).rejects.toThrow();
    }
  });
});
