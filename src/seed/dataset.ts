/**
 * Seed sets as files: what a folder under `seeds/` means. Reads and validates everything before any connection is
 * opened, and reports every fault at once. The format is promised in docs/formats.md, section Seeds.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lfNormalised } from '../base/canonical.ts';
import { closest } from '../base/closest.ts';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Place } from '../base/finding.ts';
import type { QName } from '../catalog/model.ts';
import { type Parsed, parseSeed, type SeedFormat, type Values } from './parse.ts';
import { RowSchemas } from './row-schemas.ts';
import { readOptions, type SetOptions } from './set-options.ts';

export interface SeedFile {
  /** Relative to the project folder: `seeds/demo/10_users.json`. */
  readonly file: string;
  readonly set: string;
  readonly table: QName;
  readonly rows: readonly Values[];
  /** Fields of CSV are text until a schema says what they are. */
  readonly csv: boolean;
  /** By a schema file. False: only what the catalog says is known of the rows. */
  readonly judged: boolean;
  /** Where a value stands: 0-based row, JSON pointer inside the row. */
  readonly locate: (row: number, pointer: string) => Place;
}

export interface SeedSet extends SetOptions {
  readonly name: string;
  /** In file name order. */
  readonly files: readonly SeedFile[];
}

export interface SeedPlace {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Folder of the seed sets, relative to it. */
  readonly seeds: string;
  /** Schema of tables that a file name gives without one. */
  readonly schema: string;
}

/** Names of the sets in the folder, sorted. A folder that does not exist holds none. */
export function setNames({ root, seeds }: SeedPlace): readonly string[] {
  const folder = join(root, seeds);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'schemas' && !/^[._]/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

export interface ReadOptions {
  /** Tables without a schema file: a fault, or left for judgeSets(). Default: a fault. */
  readonly unknown?: 'refuse' | 'defer';
}

/**
 * Reads the sets and those they depend on, each once, dependencies first. Throws SEED_UNKNOWN for a set without folder;
 * everything else that is wrong is a finding, and then nothing must be loaded.
 */
export function readSets(
  place: SeedPlace,
  names: readonly string[],
  { unknown = 'refuse' }: ReadOptions = {},
): { sets: readonly SeedSet[]; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const schemas = new RowSchemas(place);
  const sets = new Map<string, SeedSet>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' → ');
      findings.push(fault(`${place.seeds}/${name}/set.json`, 'circular-set', `sets depend on each other: ${circle}`));
    }
    if (sets.has(name) || path.includes(name)) return;
    const { options, findings: wrong } = readOptions(place, known(place, name, path.at(-1)));
    findings.push(...wrong);
    for (const other of options.depends) visit(other, [...path, name]);
    sets.set(name, { ...options, name, files: readFiles(place, name, { schemas, unknown }, findings) });
  };
  for (const name of names) visit(name, []);
  return { sets: [...sets.values()], findings };
}

/** The name itself, when there is such a set. */
function known(place: SeedPlace, name: string, dependent: string | undefined): string {
  const names = setNames(place);
  if (names.includes(name)) return name;
  const near = closest(name, names);
  const hint = near
    ? `Did you mean "${near}"?`
    : names.length > 0
      ? `There are: ${names.join(', ')}.`
      : `Make a folder ${place.seeds}/${name} with files such as 10_users.json.`;
  const who = dependent === undefined ? '' : `, which set "${dependent}" depends on`;
  throw new ToolError('SEED_UNKNOWN', `there is no seed set "${name}"${who}`, { hint });
}

interface Judges {
  readonly schemas: RowSchemas;
  readonly unknown: 'refuse' | 'defer';
}

function readFiles(place: SeedPlace, set: string, judges: Judges, findings: Finding[]): readonly SeedFile[] {
  const folder = join(place.root, place.seeds, set);
  const entries = readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return entries.flatMap((entry): SeedFile[] => {
    const file = `${place.seeds}/${set}/${entry}`;
    if (entry === 'set.json' || /^[._]|\.(?:md|[cm]?[jt]s)$/.test(entry)) return [];
    const [, table = '', format = ''] = /^\d+_(.+)\.(json|ndjson|csv)$/.exec(entry) ?? [];
    if (table === '' || statSync(join(folder, entry)).isDirectory()) {
      findings.push(
        fault(file, 'file-name', 'this is no seed file', 'Seed files are called NN_<table>.json, .ndjson or .csv.'),
      );
      return [];
    }
    const read = readRows(file, join(folder, entry), format as SeedFormat, findings);
    if (read === null) return [];
    const csv = format === 'csv';
    const judged = judges.unknown === 'refuse' || judges.schemas.has(table);
    const rows = judged ? judges.schemas.check({ file, table, csv, parsed: read }, findings) : read.rows;
    return [{ file, set, table: tableName(place, table), rows, csv, judged, locate: read.locate }];
  });
}

function tableName({ schema }: SeedPlace, name: string): QName {
  const dot = name.indexOf('.');
  return dot < 0 ? { schema, name } : { schema: name.slice(0, dot), name: name.slice(dot + 1) };
}

function readRows(file: string, path: string, format: SeedFormat, findings: Finding[]): Parsed | null {
  const bytes = readFileSync(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    findings.push(fault(file, 'encoding', 'the file is not UTF-8', `Convert it: iconv -f LATIN1 -t UTF-8 ${file}`));
    return null;
  }
  const parsed = parseSeed(file, format, format === 'csv' ? text.replace(/^\ufeff/, '') : lfNormalised(text));
  for (const { place, row, message, hint } of parsed.faults) {
    const subject = row === null ? file : `${file}, row ${row}`;
    findings.push(finding({ code: 'seed/syntax', level: 'error', subject, message, place, ...(hint ? { hint } : {}) }));
  }
  return parsed.faults.length > 0 ? null : parsed;
}

export function fault(file: string, name: string, message: string, hint?: string): Finding {
  const place = { file, line: 1, column: 1 };
  return finding({ code: `seed/${name}`, level: 'error', subject: file, message, place, ...(hint ? { hint } : {}) });
}
