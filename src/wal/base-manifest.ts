/**
 * `base/<id>/base.json`: what a base backup is. It is written last; without it there is no backup. The files and their
 * checksums are in PostgreSQL's own `data/backup_manifest`, whose hash stands here.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byCode, sha256 } from '../base/canonical.ts';
import { listIds, readVerifications, timeOfId } from '../disk/store.ts';
import { type Archive, baseFolder } from './archive.ts';
import { type Lsn, parseLsn } from './lsn.ts';

export interface BaseManifest {
  readonly strata_base: 1;
  readonly id: string;
  /** The base backup that an incremental one builds on; null: a full one. */
  readonly parent: string | null;
  readonly tool: string;
  readonly system_identifier: string;
  readonly server: { readonly version: string; readonly major: number; readonly superuser: string };
  readonly timeline: number;
  /** Recovery begins there. */
  readonly start_lsn: string;
  /** Recovery must get there: before it, nothing is consistent. */
  readonly stop_lsn: string;
  /** By the server's clock. */
  readonly started_at: string;
  /** By the server's clock, after the end of the backup: the oldest moment that it can be recovered to. */
  readonly stopped_at: string;
  /** Bytes, and number of files. */
  readonly size: number;
  readonly files: number;
  /** SHA-256 of `data/backup_manifest`. */
  readonly manifest_sha256: string;
  /** What a server that recovers must have at least: max_connections and such. */
  readonly settings: Readonly<Record<string, string>>;
  /** Configuration files that lie outside the data directory, kept in `config/`. */
  readonly config: readonly string[];
}

/** A base backup at hand. */
export interface Base {
  readonly id: string;
  /** Null: base.json is missing or cannot be understood. */
  readonly manifest: BaseManifest | null;
  /** What is wrong with it, as far as it is known; null: nothing. */
  readonly fault: string | null;
  /** Positions of the manifest, to compare. Zero without one. */
  readonly start: Lsn;
  readonly stop: Lsn;
  /** Milliseconds; without a manifest the start, which the id tells. */
  readonly stoppedAt: number;
}

export interface PgManifest {
  readonly 'WAL-Ranges': readonly {
    readonly Timeline: number;
    readonly 'Start-LSN': string;
    readonly 'End-LSN': string;
  }[];
  readonly Files: readonly { readonly Size: number }[];
}

export const dataOf = (archive: Archive, id: string): string => join(baseFolder(archive), id, 'data');

/** Every base backup, oldest first. */
export async function listBases(archive: Archive): Promise<readonly Base[]> {
  const folder = baseFolder(archive);
  const [ids, verified] = [await listIds(folder), await readVerifications(folder)];
  const bases: Base[] = [];
  for (const id of ids) {
    const manifest = await readBase(archive, id);
    const last = verified.get(id);
    const recorded = last?.ok === false ? (last.fault ?? 'its last verification failed') : null;
    const fault =
      manifest === null ? 'base.json is missing or damaged' : (recorded ?? (await changedManifest(archive, manifest)));
    bases.push(baseOf(id, manifest, fault));
  }
  return inOrder(bases);
}

export function inOrder(bases: readonly Base[]): readonly Base[] {
  return [...bases].sort((a, b) => a.stoppedAt - b.stoppedAt || byCode(a.id, b.id));
}

export function baseOf(id: string, manifest: BaseManifest | null, fault: string | null): Base {
  return {
    id,
    manifest,
    fault,
    start: parseLsn(manifest?.start_lsn ?? '') ?? 0n,
    stop: parseLsn(manifest?.stop_lsn ?? '') ?? 0n,
    // To the end of that second: ids tell no fractions.
    stoppedAt: manifest === null ? timeOfId(id) + 999 : Date.parse(manifest.stopped_at),
  };
}

async function readBase(archive: Archive, id: string): Promise<BaseManifest | null> {
  try {
    return parseBase(JSON.parse(await readFile(join(baseFolder(archive), id, 'base.json'), 'utf8')), id, archive);
  } catch {
    return null;
  }
}

/** Null: it is no base.json of that backup and cluster. */
export function parseBase(
  given: unknown,
  id: string,
  { system_identifier }: Pick<Archive, 'system_identifier'>,
): BaseManifest | null {
  const value = given as Partial<BaseManifest> | null;
  const texts = [value?.start_lsn, value?.stop_lsn, value?.stopped_at, value?.manifest_sha256];
  const whole = texts.every((one) => typeof one === 'string') && Number.isInteger(value?.timeline);
  const own = value?.id === id && value.system_identifier === system_identifier;
  return value?.strata_base === 1 && whole && own ? (value as BaseManifest) : null;
}

async function changedManifest(archive: Archive, manifest: BaseManifest): Promise<string | null> {
  const path = join(dataOf(archive, manifest.id), 'backup_manifest');
  const found = await readFile(path).catch(() => null);
  if (found === null) return 'data/backup_manifest is missing';
  return sha256(found) === manifest.manifest_sha256 ? null : 'data/backup_manifest was changed';
}

/** The backup with those it builds on, the full one first; null: one of them is not there. */
export function chainOf(base: Base, bases: readonly Base[]): readonly Base[] | null {
  const parent = base.manifest?.parent ?? null;
  if (parent === null) return [base];
  const found = bases.find((one) => one.id === parent);
  const before = found === undefined ? null : chainOf(found, bases);
  return before === null ? null : [...before, base];
}

/** Why a backup cannot be used, itself or one that it builds on; null: nothing stands against it. */
export function chainFault(base: Base, bases: readonly Base[]): string | null {
  const chain = chainOf(base, bases);
  if (chain === null) return 'a backup that it builds on is missing';
  const bad = chain.find((one) => one.fault !== null);
  if (bad === undefined) return null;
  return bad === base ? bad.fault : `${bad.id}, which it builds on: ${bad.fault}`;
}

/** Bytes of the files of a folder's backup_manifest, and what WAL it needs. */
export async function readPgManifest(dataDir: string): Promise<{ readonly text: Buffer; readonly value: PgManifest }> {
  const text = await readFile(join(dataDir, 'backup_manifest'));
  return { text, value: JSON.parse(text.toString('utf8')) as PgManifest };
}
