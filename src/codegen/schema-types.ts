/**
 * A JSON Schema as TypeScript: as narrow as its words allow, and never narrower. What has no counterpart (patterns,
 * conditions, numbers of items) narrows nothing; a schema that says nothing is any JSON value.
 */
import type { Document, JsonSchema } from './documents.ts';
import { jsdoc, literalText, pascal, property } from './names.ts';
import type { Value } from './value-class.ts';

/** The types of a document: its own, then those of its `$defs`, which others may refer to. */
export function documentText(document: Document): string {
  const { name, schema, path } = document;
  const parts = Object.entries((schema.$defs ?? {}) as Readonly<Record<string, JsonSchema>>);
  const own = declaration(name, schema, [descriptionOf(schema), `JSON Schema ${path}`], name);
  const others = parts.map(([part, inner]) => declaration(partName(name, part), inner, [descriptionOf(inner)], name));
  return [own, ...others].join('');
}

/** How the names that documentText() declares follow from the document's own. */
export function documentForms({ $defs }: JsonSchema): readonly ((name: string) => string)[] {
  return [
    (name) => name,
    ...Object.keys(($defs ?? {}) as object).map((part) => (name: string) => partName(name, part)),
  ];
}

function partName(document: string, part: string): string {
  return document + pascal(part);
}

function descriptionOf({ description }: JsonSchema): string {
  return typeof description === 'string' ? description : '';
}

function declaration(name: string, schema: JsonSchema, doc: readonly string[], root: string): string {
  const lines = doc.filter((line) => line !== '');
  const head = lines.length === 0 ? '' : jsdoc(lines);
  return `${head}export type ${name} = ${typeText(schema, root, '')};\n\n`;
}

function typeText(schema: unknown, root: string, indent: string): string {
  if (typeof schema !== 'object' || schema === null) return schema === false ? 'never' : 'JsonValue';
  const { $ref, const: only, enum: values, anyOf, oneOf, type } = schema as JsonSchema;
  if (typeof $ref === 'string') return $ref === '#' ? root : partName(root, $ref.replace('#/$defs/', ''));
  if (only !== undefined) return constant(only);
  if (Array.isArray(values)) return union(values.map(constant));
  const cases = anyOf ?? oneOf;
  if (Array.isArray(cases)) return union(cases.map((one) => typeText({ ...without(schema), ...one }, root, indent)));
  if (Array.isArray(type)) return union(type.map((one) => kindText({ ...schema, type: one }, root, indent)));
  return kindText(schema as JsonSchema, root, indent);
}

/** What stands beside `anyOf` holds for each of its cases. */
function without(schema: object): object {
  const { anyOf: _, oneOf: __, $defs: ___, description: ____, ...rest } = schema as JsonSchema;
  return rest;
}

function constant(value: unknown): string {
  if (value === null) return 'null';
  return ['string', 'number', 'boolean'].includes(typeof value) ? literalText(value as Value) : 'JsonValue';
}

function union(texts: readonly string[]): string {
  return [...new Set(texts)].join(' | ') || 'never';
}

function kindText(schema: JsonSchema, root: string, indent: string): string {
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `readonly ${wrapped(typeText(schema.items, root, indent))}[]`;
    case 'object':
      return objectText(schema, root, indent);
    default:
      return 'JsonValue';
  }
}

function wrapped(text: string): string {
  return /[|\s]/.test(text) && !text.startsWith('{') ? `(${text})` : text;
}

function objectText(schema: JsonSchema, root: string, indent: string): string {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>);
  const required = new Set((schema.required ?? []) as readonly string[]);
  const missing = [...required].filter((name) => !properties.some(([known]) => known === name));
  const inner = `${indent}  `;
  const members = [...properties, ...missing.map((name) => [name, {}] as const)].map(([name, one]) => {
    const doc = descriptionOf(one) === '' ? '' : jsdoc([descriptionOf(one)], inner);
    return `${doc}${inner}readonly ${property(name)}${required.has(name) ? '' : '?'}: ${typeText(one, root, inner)};\n`;
  });
  if (members.length > 0) return `{\n${members.join('')}${indent}}`;
  return `{ readonly [key: string]: ${typeText(schema.additionalProperties, root, indent)} }`;
}
