/** `STRATA_…` variables: every configuration key has one. Lists are separated by commas, or JSON; maps are JSON. */
import { type Finding, finding } from '../base/finding.ts';
import { configKeys, type Key } from './json-schema.ts';

export interface Variables {
  /** By dotted key. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

export function readVariables(env: Readonly<Record<string, string | undefined>>): Variables {
  const values: Record<string, unknown> = {};
  const findings: Finding[] = [];
  // Looking for the prefix first spares the common case, no variable at all, the walk through the schema.
  const given = Object.keys(env).filter((name) => name.startsWith('STRATA_') && env[name]);
  if (given.length === 0) return { values, findings };
  for (const key of configKeys()) {
    const text = env[key.variable];
    if (!text) continue;
    const value = read(key, text);
    if (value !== undefined) values[key.path] = value;
    else findings.push(unreadable(key));
  }
  return { values, findings };
}

function read({ schema }: Key, text: string): unknown {
  switch (schema.type) {
    case 'string':
      return text;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return BOOLEANS[text.toLowerCase()];
    case 'array':
      return text.trimStart().startsWith('[') ? jsonArray(text) : text.split(',').map((part) => part.trim());
    case 'object':
      return jsonObject(text);
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  on: true,
  false: false,
  '0': false,
  off: false,
};

function jsonObject(text: string): unknown {
  const value = jsonOf(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** For elements that hold commas themselves. */
function jsonArray(text: string): unknown {
  const value = jsonOf(text);
  return Array.isArray(value) ? value : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ARRAY = 'a list with commas, or a JSON array';

/** Without the value: it may hold a secret. */
function unreadable({ variable, path, schema }: Key): Finding {
  const wanted = { integer: 'a whole number', boolean: 'true or false', object: 'a JSON object', array: ARRAY }[
    schema.type as string
  ];
  return finding({
    code: 'config/wrong-type',
    level: 'error',
    subject: variable,
    message: `${variable} must be ${wanted ?? schema.type}`,
    hint: `It sets ${path}: ${schema.description}.`,
  });
}
