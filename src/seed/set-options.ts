/** `set.json`: how a seed set is loaded. Every key is optional; all faults are listed at once. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lfNormalised } from '../base/canonical.ts';
import { type Finding, finding } from '../base/finding.ts';
import { type Check, compileSchema } from '../base/validate.ts';
import { mapJson, placeAt } from '../config/json-place.ts';

export type SeedMode = 'upsert' | 'keep' | 'insert';

export interface SetOptions {
  readonly description: string;
  /** Sets loaded before this one. */
  readonly depends: readonly string[];
  /** `confirm`: a database marked production refuses the set without `--confirm`. */
  readonly production: 'allowed' | 'confirm';
  readonly mode: SeedMode;
  /** Table name as in file names to its key columns. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** Tables in the order to load, where foreign keys do not decide. */
  readonly order: readonly string[];
}

export const SET_DEFAULTS: SetOptions = {
  description: '',
  depends: [],
  production: 'confirm',
  mode: 'upsert',
  keys: {},
  order: [],
};

const NAMES = { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true };

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    description: { type: 'string' },
    depends: NAMES,
    production: { enum: ['allowed', 'confirm'] },
    mode: { enum: ['upsert', 'keep', 'insert'] },
    keys: { type: 'object', additionalProperties: { ...NAMES, minItems: 1 } },
    order: NAMES,
  },
};

let check: Check | undefined;

export function readOptions(
  place: { readonly root: string; readonly seeds: string },
  set: string,
): { readonly options: SetOptions; readonly findings: readonly Finding[] } {
  const file = `${place.seeds}/${set}/set.json`;
  const path = join(place.root, file);
  if (!existsSync(path)) return { options: SET_DEFAULTS, findings: [] };
  const text = lfNormalised(readFileSync(path, 'utf8'));
  const { offsets, broken } = mapJson(text);
  const report = (offset: number, subject: string, message: string, hint?: string): Finding =>
    finding({
      code: 'seed/set-options',
      level: 'error',
      subject,
      message,
      place: placeAt(file, text, offset),
      ...(hint ? { hint } : {}),
    });
  if (broken !== undefined) {
    return { options: SET_DEFAULTS, findings: [report(broken, file, 'this is not JSON from here on')] };
  }
  check ??= compileSchema(SCHEMA);
  const value = JSON.parse(text) as Partial<SetOptions>;
  const findings = check(value).map((f) =>
    report(offsets.get(f.pointer) ?? 0, `${file} ${f.pointer}`.trimEnd(), f.message, f.hint),
  );
  return { options: findings.length > 0 ? SET_DEFAULTS : { ...SET_DEFAULTS, ...value }, findings };
}
