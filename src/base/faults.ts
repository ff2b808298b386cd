/** ajv's errors in our words. Apart from ajv itself, because the check of the configuration is compiled ahead. */
import { closest } from './closest.ts';

/** What we use of ajv's ErrorObject, which only validate.ts may name. */
export interface RawFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message?: string;
  readonly parentSchema?: object;
  readonly data?: unknown;
}

export interface Fault {
  /** JSON pointer of the faulty value: `/lock/wait`; empty for the whole document. */
  readonly pointer: string;
  /** The schema keyword that failed: `type`, `required`, `additionalProperties`, … */
  readonly keyword: string;
  /** One lower-case line: `must be integer`, `unknown key "lok"`. */
  readonly message: string;
  /** A sentence, when there is something to suggest. */
  readonly hint?: string;
}

/** With did-you-mean for unknown keys and wrong choices. Several errors of one value stay. */
export function faultsOf(errors: readonly RawFault[]): readonly Fault[] {
  return errors.filter((error) => !WRAPPERS.has(error.keyword)).map(faultOf);
}

/** These only say that something inside failed, which is listed by itself. */
const WRAPPERS = new Set(['if', 'propertyNames']);

function faultOf(error: RawFault): Fault {
  const base = { pointer: error.instancePath, keyword: error.keyword };
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(error, String(params.additionalProperty ?? params.unevaluatedProperty));
    case 'required':
      return { ...base, message: `key "${String(params.missingProperty)}" is missing` };
    case 'enum':
      return wrongChoice(error, params.allowedValues as readonly unknown[]);
    case 'type':
      return { ...base, message: `must be ${[params.type].flat().join(' or ')}, not ${kindOf(error.data)}` };
    default:
      return { ...base, message: error.message ?? `fails "${error.keyword}"` };
  }
}

function unknownKey(error: RawFault, key: string): Fault {
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const near = closest(key, known);
  const pointer = `${error.instancePath}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const hint = near ? `Did you mean "${near}"?` : known.length > 0 ? `Known keys: ${known.join(', ')}.` : undefined;
  return { pointer, keyword: error.keyword, message: `unknown key "${key}"`, ...(hint ? { hint } : {}) };
}

function wrongChoice(error: RawFault, allowed: readonly unknown[]): Fault {
  const near = typeof error.data === 'string' ? closest(error.data, allowed.map(String)) : undefined;
  const message = `${JSON.stringify(error.data)} is not one of ${allowed.map((value) => JSON.stringify(value)).join(', ')}`;
  return {
    pointer: error.instancePath,
    keyword: 'enum',
    message,
    ...(near ? { hint: `Did you mean "${near}"?` } : {}),
  };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
