/**
 * `strata.lock.json`: version and checksum of every migration, one a line and sorted, so that two branches that add
 * migrations conflict in git instead of in production. Format: docs/formats.md.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lfNormalised } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { MigrationFile } from './model.ts';
import { compareVersions } from './version.ts';

export const LOCK_FILE = 'strata.lock.json';

/** Version → checksum; null: there is no such file. Throws LOCK_FILE_INVALID when it cannot be understood. */
export function readLockFile(root: string): ReadonlyMap<string, string> | null {
  let text: string;
  try {
    text = lfNormalised(readFileSync(join(root, LOCK_FILE), 'utf8'));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw invalid('cannot be read', messageOf(thrown));
  }
  const conflict = text.split('\n').findIndex((line) => /^(?:<{7}|={7}|>{7})/.test(line));
  if (conflict >= 0) throw conflictError(conflict + 1);
  return entriesOf(text);
}

/** Findings for files that differ from the lock file, are not in it, or are gone. Empty: they agree. */
export function compareLockFile(
  locked: ReadonlyMap<string, string>,
  files: readonly MigrationFile[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const present = new Set(files.map((file) => file.version));
  for (const file of files) {
    const checksum = locked.get(file.version);
    if (checksum === undefined)
      findings.push(note('lock/not-locked', file.version, `${file.file} is not in ${LOCK_FILE}`));
    else if (checksum !== file.checksum) {
      findings.push(note('lock/changed', file.version, `${file.file} has changed since ${LOCK_FILE} was written`));
    }
  }
  for (const version of locked.keys()) {
    if (!present.has(version)) findings.push(note('lock/gone', version, `${LOCK_FILE} names it, and there is no file`));
  }
  return findings;
}

/** Writes it anew from the files, in one step; false when it was right already. */
export function writeLockFile(root: string, files: readonly MigrationFile[]): boolean {
  const path = join(root, LOCK_FILE);
  const text = lockFileText(files);
  if (current(path) === text) return false;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return true;
}

/** The exact text for these files: sorted by version, one migration a line. */
export function lockFileText(files: readonly MigrationFile[]): string {
  const lines = [...files]
    .sort((a, b) => compareVersions(a.version, b.version))
    .map((file) => `    ${JSON.stringify(file.version)}: ${JSON.stringify(file.checksum)}`);
  const body = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
  return `{\n  "format": 1,\n  "migrations": ${body}\n}\n`;
}

function current(path: string): string | null {
  try {
    return lfNormalised(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function entriesOf(text: string): ReadonlyMap<string, string> {
  const parsed = parse(text);
  const { format, migrations } = parsed as { readonly format?: unknown; readonly migrations?: unknown };
  if (format !== 1)
    throw invalid(`has format ${JSON.stringify(format)}`, 'this version of strata writes and reads format 1');
  if (typeof migrations !== 'object' || migrations === null) throw invalid('names no migrations');
  // JSON.parse keeps the last of two equal keys and says nothing; a merge done by hand leaves such pairs.
  const seen = new Set<string>();
  for (const [, version = ''] of text.matchAll(/^\s*"([\d.]+)"\s*:/gm)) {
    if (seen.has(version)) throw invalid(`names ${version} twice`);
    seen.add(version);
  }
  const entries = Object.entries(migrations);
  const wrong = entries.find(([, checksum]) => typeof checksum !== 'string' || !/^[0-9a-f]{64}$/.test(checksum));
  if (wrong) throw invalid(`has no checksum for ${wrong[0]}`);
  return new Map(entries);
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (thrown) {
    throw invalid('is not JSON', messageOf(thrown));
  }
  throw invalid('is not a JSON object');
}

function conflictError(line: number): ToolError {
  return new ToolError('LOCK_FILE_INVALID', `${LOCK_FILE} holds an unresolved merge conflict in line ${line}`, {
    detail: 'Two branches added migrations. That is what the file is for: their order must be decided now.',
    hint: 'If both took the same number, give one the next: strata repair --renumber FILE. Then, or if not: strata repair --lock-file',
  });
}

function invalid(message: string, detail?: string): ToolError {
  return new ToolError('LOCK_FILE_INVALID', `${LOCK_FILE} ${message}`, {
    detail,
    hint: `Take it from version control again, or delete it: the next "strata up" writes it anew.`,
  });
}

function note(code: string, subject: string, message: string): Finding {
  return finding({ code, level: code === 'lock/not-locked' ? 'note' : 'error', subject, message });
}
