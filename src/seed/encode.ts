/** A JSON value as the text that COPY reads, by the type of its column. */
import type { Column, QName, UserType } from '../catalog/model.ts';

/** What a column makes of objects, arrays and strings. Domains are what their base is. */
export interface Encoding {
  readonly array: boolean;
  /** The value, or each element of the array, is a JSON document. */
  readonly json: boolean;
}

export function encodingOf(column: Column, types: readonly UserType[]): Encoding {
  let shape: { readonly type: QName; readonly dimensions: 0 | 1 } = {
    type: column.typeName,
    dimensions: column.dimensions,
  };
  for (
    let domain = domainOf(shape.type, types);
    domain && shape.dimensions === 0;
    domain = domainOf(shape.type, types)
  ) {
    shape = { type: domain.baseType, dimensions: domain.dimensions };
  }
  const { type, dimensions } = shape;
  const json = type.schema === 'pg_catalog' && (type.name === 'json' || type.name === 'jsonb');
  return { json, array: dimensions === 1 };
}

function domainOf({ schema, name }: QName, types: readonly UserType[]): (UserType & { kind: 'domain' }) | undefined {
  return types.flatMap((t) => (t.kind === 'domain' && t.name === name && t.schema === schema ? [t] : []))[0];
}

/** Null is NULL. Whether the text is valid for the type, the server says: it knows better. */
export function encode(value: unknown, encoding: Encoding): string | null {
  if (value === null || value === undefined) return null;
  if (encoding.array && Array.isArray(value)) return arrayText(value, encoding.json);
  return encoding.json && !encoding.array ? JSON.stringify(value) : scalarText(value);
}

function scalarText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function arrayText(items: readonly unknown[], json: boolean): string {
  return `{${items.map((item) => elementText(item, json)).join(',')}}`;
}

/** Every element in quotes: otherwise the text NULL, a comma or a brace would be read as more than text. */
function elementText(item: unknown, json: boolean): string {
  if (item === null) return 'NULL';
  if (Array.isArray(item) && !json) return arrayText(item, json);
  const text = json ? JSON.stringify(item) : scalarText(item);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
