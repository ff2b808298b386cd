/** Reads a manifest with suspicion: its bytes against SHA256SUMS, its JSON against the schema, its id against its folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { messageOf } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Check } from '../base/validate.ts';
import { MANIFEST_FILE, type Manifest, SUMS_FILE, sumsText } from './manifest.ts';
import { MANIFEST_SCHEMA } from './manifest-schema.ts';

export interface ManifestRead {
  /** Null when it cannot be used at all. */
  readonly manifest: Manifest | null;
  readonly findings: readonly Finding[];
}

/** Never throws: everything that is wrong becomes a Finding that names the file. */
export async function readManifest(dir: string, id: string): Promise<ManifestRead> {
  const text = await readText(join(dir, id, MANIFEST_FILE));
  if (text === null) {
    return {
      manifest: null,
      findings: [fault(id, MANIFEST_FILE, 'missing', 'the manifest is missing: this is no backup')],
    };
  }
  const parsed = parse(text);
  if ('message' in parsed) {
    return { manifest: null, findings: [fault(id, MANIFEST_FILE, 'invalid', parsed.message)] };
  }
  const schemaFaults = await checkShape(id, parsed.value);
  if (schemaFaults.length > 0) return { manifest: null, findings: schemaFaults };
  const manifest = parsed.value as Manifest;
  return { manifest, findings: [...checkName(id, manifest), ...(await checkSums(dir, id, manifest, text))] };
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

async function readText(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}

function parse(text: string): { readonly value: unknown } | { readonly message: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    return { message: `the manifest is not JSON: ${messageOf(thrown)}` };
  }
}

let check: Check | undefined;

/** The validator is loaded only here, and once: most runs never need it. */
async function checkShape(id: string, value: unknown): Promise<readonly Finding[]> {
  const version = (value as { strata_backup?: unknown } | null)?.strata_backup;
  if (typeof version === 'number' && version > 1) {
    return [fault(id, MANIFEST_FILE, 'invalid', `format ${version} was written by a newer version of strata`)];
  }
  check ??= (await import('../base/validate.ts')).compileSchema(MANIFEST_SCHEMA);
  return check(value).map(({ pointer, message }) =>
    fault(id, MANIFEST_FILE, 'invalid', `${pointer || '/'}: ${message}`),
  );
}

function checkName(id: string, manifest: Manifest): readonly Finding[] {
  if (manifest.id === id) return [];
  return [fault(id, MANIFEST_FILE, 'invalid', `the manifest is that of another backup, ${manifest.id}`)];
}

/** SHA256SUMS is a function of the manifest; anything else in it is damage, in one file or the other. */
async function checkSums(dir: string, id: string, manifest: Manifest, text: string): Promise<readonly Finding[]> {
  const found = await readText(join(dir, id, SUMS_FILE));
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
