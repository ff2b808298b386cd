/**
 * JSON Schemas of rows: `seeds/schemas/<table>.schema.json`, compiled once for all sets. A fault names file, row number,
 * JSON pointer and line; a file that is wrong all over is cut off after the first hundred.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lfNormalised } from '../base/canonical.ts';
import { messageOf } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { type Check, type Fault, schemaCompiler } from '../base/validate.ts';
import { convertRow } from './csv-types.ts';
import type { Parsed, Values } from './parse.ts';

const FAULTS_PER_FILE = 100;

interface RowFile {
  readonly file: string;
  /** As in the file name. */
  readonly table: string;
  readonly csv: boolean;
  readonly parsed: Parsed;
}

interface RowSchema {
  readonly check: Check;
  readonly properties: Readonly<Record<string, unknown>>;
}

export class RowSchemas {
  readonly #place: { readonly root: string; readonly seeds: string };
  readonly #compile = schemaCompiler();
  /** Null: missing or wrong, and already reported. */
  readonly #schemas = new Map<string, RowSchema | null>();

  constructor(place: { readonly root: string; readonly seeds: string }) {
    this.#place = place;
  }

  /** Whether the table has a schema file. */
  has(table: string): boolean {
    return existsSync(join(this.#place.root, this.#fileOf(table)));
  }

  #fileOf(table: string): string {
    return `${this.#place.seeds}/schemas/${table}.schema.json`;
  }

  /** Reports what is wrong with the rows of a file; gives the rows, those of CSV with their fields converted. */
  check(source: RowFile, findings: Finding[]): readonly Values[] {
    const schema = this.#schemaOf(source, findings);
    if (schema === null) return [];
    const { parsed, csv } = source;
    const rows = csv ? parsed.rows.map((row) => convertRow(row, schema.properties)) : parsed.rows;
    const { file } = source;
    const place = { file, locate: parsed.locate };
    const found = rows.flatMap((row, at) => rowFaults(schema.check, row).map((fault) => rowFinding(place, at, fault)));
    findings.push(...limited(file, found));
    return rows;
  }

  #schemaOf({ table, file }: RowFile, findings: Finding[]): RowSchema | null {
    const known = this.#schemas.get(table);
    if (known !== undefined) return known;
    const schema = this.#load(table, file, findings);
    this.#schemas.set(table, schema);
    return schema;
  }

  #load(table: string, user: string, findings: Finding[]): RowSchema | null {
    const file = this.#fileOf(table);
    const path = join(this.#place.root, file);
    if (!existsSync(path)) {
      const hint = `Without a database only files are judged: write ${file}: type, properties, required and additionalProperties of one row.`;
      findings.push(schemaFinding(user, `table "${table}" has no JSON Schema`, hint));
      return null;
    }
    try {
      const schema = JSON.parse(lfNormalised(readFileSync(path, 'utf8'))) as { properties?: Record<string, unknown> };
      return { check: this.#compile(schema), properties: schema.properties ?? {} };
    } catch (thrown) {
      findings.push(schemaFinding(file, `not a usable JSON Schema: ${messageOf(thrown)}`));
      return null;
    }
  }
}

function schemaFinding(file: string, message: string, hint?: string): Finding {
  const place = { file, line: 1, column: 1 };
  return finding({ code: 'seed/schema', level: 'error', subject: file, message, place, ...(hint ? { hint } : {}) });
}

/** Everything that is wrong with one row. */
export function rowFaults(check: Check, row: Values): readonly Fault[] {
  return [...check(row).map(worded), ...inexact(row)];
}

/** The first hundred, and how many more there are. */
export function limited(file: string, found: readonly Finding[]): readonly Finding[] {
  const more = found.length - FAULTS_PER_FILE;
  return more > 0 ? [...found.slice(0, FAULTS_PER_FILE), cutOff(file, more)] : found;
}

/** ajv speaks of keys; a seed's keys are columns. */
function worded(fault: Fault): Fault {
  const say = (text: string): string =>
    text.replace(/^(unknown )?key "/, '$1column "').replace(/^Known keys/, 'Columns');
  return { ...fault, message: say(fault.message), ...(fault.hint ? { hint: say(fault.hint) } : {}) };
}

/** JSON.parse rounds integers beyond 2^53 without a word. */
function inexact(row: Values): readonly Fault[] {
  return Object.entries(row).flatMap(([column, value]) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? [
          {
            pointer: `/${column}`,
            keyword: 'precision',
            message: `${value} is too large to be exact`,
            hint: 'Write it as a string.',
          },
        ]
      : [],
  );
}

export function rowFinding(
  { file, locate }: { readonly file: string } & Pick<Parsed, 'locate'>,
  at: number,
  fault: Fault,
): Finding {
  return finding({
    code: 'seed/row',
    level: 'error',
    subject: `${file}, row ${at + 1}${fault.pointer === '' ? '' : ` ${fault.pointer}`}`,
    message: fault.message,
    place: locate(at, fault.pointer),
    ...(fault.hint ? { hint: fault.hint } : {}),
  });
}

function cutOff(file: string, more: number): Finding {
  return finding({ code: 'seed/row', level: 'note', subject: file, message: `${more} more faults in this file` });
}
