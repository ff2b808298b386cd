/**
 * CSV knows only text; the JSON Schema says what a column is. A field that does not look like its type stays text, and
 * then fails validation with its own words: "must be integer, not string".
 */
import type { Values } from './parse.ts';

export function convertRow(row: Values, properties: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    Object.entries(row).map(([column, text]) => [
      column,
      typeof text === 'string' ? convert(text, typesOf(properties[column])) : text,
    ]),
  );
}

function typesOf(property: unknown): readonly string[] {
  const { type, anyOf = [] } = (property ?? {}) as { type?: string | readonly string[]; anyOf?: readonly unknown[] };
  return [...(type === undefined ? [] : [type].flat()), ...anyOf.flatMap(typesOf)];
}

/** `string` among the types wins: what may be text stays text. */
function convert(text: string, types: readonly string[]): unknown {
  if (types.includes('string')) return text;
  if (types.includes('integer') && /^[+-]?\d+$/.test(text)) return safely(text);
  if (types.includes('number') && /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return types.includes('object') || types.includes('array') ? json(text) : text;
}

/** Beyond 2^53 a number would be rounded: it fails as text rather than load as another number. */
function safely(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
