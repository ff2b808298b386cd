/** Reads a manifest with suspicion: its bytes against SHA256SUMS, its JSON against the schema, its id against its folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { messageOf } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Check } from '../base/validate.ts';
import { type Details, MANIFEST_FILE, type ManifestHead, SUMS_FILE, sumsText } from './manifest.ts';
import { DETAILS_SCHEMA, HEAD_SCHEMA } from './manifest-schema.ts';

export interface ManifestRead {
  /** Null when it cannot be used at all. */
  readonly manifest: ManifestHead | null;
  /** Of its bytes; null when there are none. */
  readonly sha256: string | null;
  readonly findings: readonly Finding[];
}

/** Never throws: everything that is wrong becomes a Finding that names the file. */
export async function readManifest(dir: string, id: string): Promise<ManifestRead> {
  const text = await readText(join(dir, id, MANIFEST_FILE));
  return await inspectManifest(id, text, await readText(join(dir, id, SUMS_FILE)));
}

/** The same for texts from wherever they come: the manifest, and SHA256SUMS. Null: there is none. */
export async function inspectManifest(id: string, text: string | null, sums: string | null): Promise<ManifestRead> {
  if (text === null) {
    const findings = [fault(id, MANIFEST_FILE, 'missing', 'the manifest is missing: this is no backup')];
    return { manifest: null, sha256: null, findings };
  }
  const parsed = parse(text);
  const hash = sha256(text);
  if ('message' in parsed) {
    return { manifest: null, sha256: hash, findings: [fault(id, MANIFEST_FILE, 'invalid', parsed.message)] };
  }
  const schemaFaults = await checkShape(id, parsed.value);
  if (schemaFaults.length > 0) return { manifest: null, sha256: hash, findings: schemaFaults };
  const manifest = parsed.value as ManifestHead;
  return { manifest, sha256: hash, findings: [...checkName(id, manifest), ...checkSums(id, manifest, text, sums)] };
}

/** A fault of one file of a backup. */
export function fault(id: string, path: string, kind: string, message: string): Finding {
  return finding({
    code: `backup/${kind}`,
    level: 'error',
    subject: `${id}/${path}`,
    message,
    hint: 'Do not rely on this backup: take a new one with: strata backup create',
  });
}

/** Of a manifest that is not the one that `known` is the hash of: hashes that fit each other prove nothing then. */
export function rewritten(id: string, { sha256: hash }: ManifestRead, known: string | undefined): readonly Finding[] {
  if (known === undefined || hash === null || known === hash) return [];
  return [fault(id, MANIFEST_FILE, 'rewritten', 'it is not the manifest that was written with the backup')];
}

async function readText(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}

function parse(text: string): { readonly value: unknown } | { readonly message: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    return { message: `it is not JSON: ${messageOf(thrown)}` };
  }
}

/** The validators are loaded only here, and once: most runs never need them. */
let head: Check | undefined;
let details: Check | undefined;

async function checkShape(id: string, value: unknown): Promise<readonly Finding[]> {
  const version = (value as { strata_backup?: unknown } | null)?.strata_backup;
  if (typeof version === 'number' && version > 1) {
    return [fault(id, MANIFEST_FILE, 'invalid', `format ${version} was written by a newer version of strata`)];
  }
  head ??= (await import('../base/validate.ts')).compileSchema(HEAD_SCHEMA);
  const faults = invalid(id, MANIFEST_FILE, head(value));
  const encrypted = faults.length === 0 && (value as ManifestHead).encryption !== null;
  return faults.length > 0 || encrypted ? faults : await checkDetails(id, MANIFEST_FILE, value);
}

/** The details in a manifest, or in the file beside it. */
async function checkDetails(id: string, path: string, value: unknown): Promise<readonly Finding[]> {
  details ??= (await import('../base/validate.ts')).compileSchema(DETAILS_SCHEMA);
  return invalid(id, path, details(value));
}

function invalid(id: string, path: string, faults: ReturnType<Check>): readonly Finding[] {
  return faults.map(({ pointer, message }) => fault(id, path, 'invalid', `${pointer || '/'}: ${message}`));
}

/** The details of an encrypted backup, from their text. */
export async function parseDetails(
  id: string,
  path: string,
  text: string,
): Promise<{ readonly details: Details | null; readonly findings: readonly Finding[] }> {
  const parsed = parse(text);
  if ('message' in parsed) return { details: null, findings: [fault(id, path, 'invalid', parsed.message)] };
  const findings = await checkDetails(id, path, parsed.value);
  return { details: findings.length > 0 ? null : (parsed.value as Details), findings };
}

function checkName(id: string, manifest: ManifestHead): readonly Finding[] {
  if (manifest.id === id) return [];
  return [fault(id, MANIFEST_FILE, 'invalid', `the manifest is that of another backup, ${manifest.id}`)];
}

/** SHA256SUMS is a function of the manifest; anything else in it is damage, in one file or the other. */
function checkSums(id: string, manifest: ManifestHead, text: string, found: string | null): readonly Finding[] {
  if (found === null) return [fault(id, SUMS_FILE, 'missing', 'the file of checksums is missing')];
  const rest = sumsText(manifest.files);
  if (found === rest + sumsText([{ path: MANIFEST_FILE, sha256: sha256(text) }])) return [];
  const [, recorded] = /^([0-9a-f]{64}) {2}manifest\.json$/m.exec(found) ?? [];
  if (recorded !== undefined && recorded !== sha256(text)) {
    return [
      fault(id, MANIFEST_FILE, 'changed', `the manifest was changed after the backup was taken, or ${SUMS_FILE} was`),
    ];
  }
  return [fault(id, SUMS_FILE, 'changed', 'the file of checksums does not agree with the manifest')];
}
