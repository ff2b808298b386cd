/**
 * Opens a backup to read what is in it: with its identities when it is encrypted. What was encrypted is given out as
 * streams and texts; only a dump in the directory format must lie in a folder for pg_restore, which is made in the
 * temporary directory, entered by this user alone, and removed; what a killed run left, the next one removes.
 */
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { messageOf, ToolError } from '../base/errors.ts';
import { makeScratchFolder, removeScratchFolder, sweepScratchFolders } from '../server/scratch-folder.ts';
import { decrypt, ENCRYPTED, type Identities, identitiesFor } from './age.ts';
import { type DumpSource, dumpPath } from './dump.ts';
import type { BackupFile, Manifest, ManifestHead } from './manifest.ts';
import { parseDetails } from './manifest-read.ts';

export interface OpenInput {
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  readonly head: ManifestHead;
  /** Path of the file of private keys; needed only for an encrypted backup. */
  readonly identity?: string | undefined;
  /** Where a dump in the directory format is decrypted to. Default: the temporary directory. */
  readonly scratch?: string | undefined;
}

export interface OpenedBackup {
  readonly manifest: Manifest;
  /** The text of its only file of that role. Throws BACKUP_DAMAGED. */
  readonly text: (role: 'globals' | 'snapshot') => Promise<string>;
  /** Lends the dump as pg_restore can read it. */
  readonly withDump: <T>(work: (source: DumpSource) => Promise<T>) => Promise<T>;
}

/** Throws BACKUP_IDENTITY when the identity is missing or another's, BACKUP_DAMAGED when it does not decrypt. */
export async function openBackup({ dir, head, identity, scratch }: OpenInput): Promise<OpenedBackup> {
  const folder = join(dir, head.id);
  if (head.encryption === null) {
    return {
      manifest: head as Manifest,
      text: (role) => readFile(join(folder, fileOf(head, role).path), 'utf8'),
      withDump: (work) => work({ path: join(folder, dumpPath(head.dump.format)) }),
    };
  }
  const identities = await identitiesFor(head.id, head.encryption, identity);
  const text = (role: BackupFile['role']): Promise<string> => decryptedText(folder, fileOf(head, role), identities);
  const file = fileOf(head, 'details');
  const { details, findings } = await parseDetails(head.id, file.path, await text('details'));
  if (details === null) throw damaged(head.id, `${file.path}: ${findings[0]?.message ?? ''}`);
  return {
    manifest: { ...head, ...details },
    text,
    withDump: (work) =>
      head.dump.format === 'custom'
        ? work({ stdin: () => decryptedStream(join(folder, fileOf(head, 'dump').path), identities) })
        : withPlainFolder({ folder, head, identities, scratch }, (path) => work({ path })),
  };
}

function fileOf({ id, files }: ManifestHead, role: BackupFile['role']): BackupFile {
  const found = files.find((file) => file.role === role);
  if (found) return found;
  throw damaged(id, `its manifest names no file of the role ${role}`);
}

function decryptedStream(path: string, identities: Identities): Readable {
  return Readable.from(decrypt(createReadStream(path), identities), { objectMode: false });
}

async function decryptedText(folder: string, { path }: BackupFile, identities: Identities): Promise<string> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of decrypt(createReadStream(join(folder, path)), identities)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } catch (thrown) {
    throw damaged(basename(folder), `${path} cannot be decrypted: ${messageOf(thrown)}`);
  }
}

interface Encrypted {
  readonly folder: string;
  readonly head: ManifestHead;
  readonly identities: Identities;
  readonly scratch: string | undefined;
}

const PREFIX = 'strata-plain-';

async function withPlainFolder<T>(
  { folder, head, identities, scratch = tmpdir() }: Encrypted,
  work: (path: string) => Promise<T>,
): Promise<T> {
  await sweepScratchFolders(PREFIX, scratch);
  const home = makeScratchFolder(PREFIX, scratch);
  try {
    const plain = join(home, dumpPath('directory'));
    await mkdir(plain, { mode: 0o700 });
    for (const { path } of head.files.filter(({ role }) => role === 'dump')) {
      const bytes = decryptedStream(join(folder, path), identities);
      const name = basename(path).slice(0, -ENCRYPTED.length);
      await writeFile(join(plain, name), bytes, { mode: 0o600 }).catch((thrown: NodeJS.ErrnoException) => {
        // The disk's own fault has a number; what does not decrypt has none.
        throw thrown.errno === undefined ? damaged(head.id, `${path} cannot be decrypted: ${thrown.message}`) : thrown;
      });
    }
    return await work(plain);
  } finally {
    removeScratchFolder(home);
  }
}

function damaged(id: string, detail: string): ToolError {
  return new ToolError('BACKUP_DAMAGED', `backup ${id} cannot be opened`, {
    detail,
    hint: 'Choose another one: strata backup list',
  });
}
