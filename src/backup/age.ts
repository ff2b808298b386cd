/**
 * Encryption at rest, in age's file format (https://age-encryption.org/v1): anyone with `age -d` and the key can open a
 * backup without this tool. The public keys of its recipients are enough to take one; the machine that takes backups
 * holds nothing that opens them.
 *
 * The package's streams are used, never its whole-file calls: memory stays flat (92 MB at any size), at 106 MB/s.
 * Version 0.2 for Node 20.11; 0.3, with post-quantum keys, wants 20.19.
 */
import { readFile } from 'node:fs/promises';
import type { Decrypter, Encrypter } from 'age-encryption';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Encryption } from './manifest.ts';

/** The ending of an encrypted file. */
export const ENCRYPTED = '.age';

/** Private keys, and the public ones that belong to them. */
export interface Identities {
  readonly keys: readonly string[];
  readonly recipients: readonly string[];
}

/** Throws CONFIG_INVALID with a Finding for each that is no public key. Their text is not repeated: it may be a private one. */
export async function checkRecipients(recipients: readonly string[]): Promise<void> {
  const findings: Finding[] = [];
  for (const [index, recipient] of recipients.entries()) {
    const reason = await faultOfRecipient(recipient);
    if (reason === null) continue;
    const hint =
      'Give the line "public key: age1…" that age-keygen prints; the private key belongs on another machine.';
    const subject = `backup.encryption.recipients/${index}`;
    findings.push(finding({ code: 'config/recipient', level: 'error', subject, message: reason, hint }));
  }
  if (findings.length > 0) {
    throw new ToolError('CONFIG_INVALID', 'backups cannot be encrypted to these recipients', { findings });
  }
}

async function faultOfRecipient(recipient: string): Promise<string | null> {
  if (/^AGE-SECRET-KEY-/i.test(recipient)) return 'this is a private key';
  if (/^(ssh-|age1pq1|age1[a-z0-9]+1)/.test(recipient)) return 'only the plain public keys of age (age1…) can be used';
  try {
    (await newEncrypter()).addRecipient(recipient);
    return null;
  } catch {
    return 'this is no public key of age';
  }
}

/** Encrypts to every recipient. */
export async function* encrypt(
  source: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const encrypter = await newEncrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  yield* await encrypter.encrypt(ReadableStream.from(source));
}

/** Throws when no key opens it, or when it was changed or cut: nothing that was not authenticated is given out. */
export async function* decrypt(
  source: AsyncIterable<Uint8Array>,
  { keys }: Identities,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decrypter = await newDecrypter();
  for (const key of keys) decrypter.addIdentity(key);
  yield* await decrypter.decrypt(ReadableStream.from(source));
}

/** Reads a file of private keys, as age-keygen writes it: a key a line, `#` before remarks. Throws BACKUP_IDENTITY. */
export async function readIdentities(path: string): Promise<Identities> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw identityFault('the identity file cannot be read', { detail: messageOf(thrown), cause: thrown });
  });
  if (/^(age-encryption\.org\/|-----BEGIN AGE)/.test(text)) {
    throw identityFault('the identity file is itself encrypted', {
      detail: `file: ${path}`,
      hint: `Decrypt it for as long as it is needed: age -d ${path}`,
    });
  }
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const { identityToRecipient } = await import('age-encryption');
  const recipients: string[] = [];
  for (const [index, key] of keys.entries()) {
    try {
      recipients.push(await identityToRecipient(key));
    } catch {
      // Without its text, and without the cause, which may quote it.
      throw identityFault(`key ${index + 1} of the identity file is no private key of age`, {
        detail: `file: ${path}`,
        hint: 'Each line holds a key, AGE-SECRET-KEY-1…, as age-keygen writes it; those of ssh and of plugins cannot be used.',
      });
    }
  }
  if (keys.length > 0) return { keys, recipients };
  throw identityFault('the identity file holds no key', { detail: `file: ${path}` });
}

/** The keys that open a backup. Throws BACKUP_IDENTITY when there is none. */
export async function identitiesFor(
  id: string,
  { recipients }: Encryption,
  path: string | undefined,
): Promise<Identities> {
  const detail = `it is encrypted to ${recipients.join(', ')}`;
  if (path === undefined) {
    throw identityFault(`backup ${id} is encrypted, and no identity is given`, {
      detail,
      hint: 'Name the file with the private key: --identity FILE, or STRATA_AGE_IDENTITY.',
    });
  }
  const identities = await readIdentities(path);
  if (identities.recipients.some((one) => recipients.includes(one))) return identities;
  throw identityFault(`the identity does not open backup ${id}`, {
    detail: `${detail}\nthe file ${path} holds the key of ${identities.recipients.join(', ')}`,
    hint: 'Find the file with the private key of one of these recipients.',
  });
}

function identityFault(message: string, more: ToolError['more']): ToolError {
  return new ToolError('BACKUP_IDENTITY', message, more);
}

/** Loaded only when something is encrypted. */
async function newEncrypter(): Promise<Encrypter> {
  return new (await import('age-encryption')).Encrypter();
}

async function newDecrypter(): Promise<Decrypter> {
  return new (await import('age-encryption')).Decrypter();
}
