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
  const names: Names = { root: name, parts: new Map([...partForms(schema)].map(([part, form]) => [part, form(name)])) };
  const own = declaration(name, schema, [descriptionOf(schema), `JSON Schema ${path}`], names);
  const others = Object.entries(partsOf(schema)).map(([part, inner]) =>
    declaration(names.parts.get(part) ?? '', inner, [descriptionOf(inner)], names),
  );
  return [own, ...others].join('');
}

/** How the names that documentText() declares follow from the document's own. */
export function documentForms(schema: JsonSchema): readonly ((name: string) => string)[] {
  return [(name) => name, ...partForms(schema).values()];
}

/** The document's own type, and those of its `$defs` by their keys. */
interface Names {
  readonly root: string;
  readonly parts: ReadonlyMap<string, string>;
}

function partsOf({ $defs }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return ($defs ?? {}) as Readonly<Record<string, JsonSchema>>;
}

/** `a b` and `a_b` would be called alike: the second is numbered. */
function partForms(schema: JsonSchema): ReadonlyMap<string, (name: string) => string> {
  const registry = new Set<string>();
  const suffixOf = (part: string): string => {
    const base = pascal(part);
    let suffix = base;
    for (let n = 2; registry.has(suffix); n += 1) suffix = `${base}${n}`;
    registry.add(suffix);
    return suffix;
  };
  const suffixes = Object.keys(partsOf(schema)).map((part) => [part, suffixOf(part)] as const);
  return new Map(suffixes.map(([part, suffix]) => [part, (name: string) => name + suffix]));
}

function descriptionOf({ description }: JsonSchema): string {
  return typeof description === 'string' ? description : '';
}

function declaration(name: string, schema: JsonSchema, doc: readonly string[], names: Names): string {
  const lines = doc.filter((line) => line !== '');
  const head = lines.length === 0 ? '' : jsdoc(lines);
  return `${head}export type ${name} = ${typeText(schema, names, '')};\n\n`;
}

function typeText(schema: unknown, names: Names, indent: string): string {
  if (typeof schema !== 'object' || schema === null) return schema === false ? 'never' : 'JsonValue';
  const { $ref, const: only, enum: values, anyOf, oneOf, type } = schema as JsonSchema;
  if (typeof $ref === 'string') return referenceText($ref, names);
  if (only !== undefined) return constant(only);
  if (Array.isArray(values)) return union(values.map(constant));
  const cases = anyOf ?? oneOf;
  if (Array.isArray(cases)) return union(cases.map((one) => caseText(without(schema), one, names, indent)));
  if (Array.isArray(type)) return union(type.map((one) => kindText({ ...schema, type: one }, names, indent)));
  return kindText(schema as JsonSchema, names, indent);
}

/** A fragment of an URI holds a JSON pointer, each with escapes of its own. */
function referenceText($ref: string, { root, parts }: Names): string {
  if ($ref === '#') return root;
  const part = $ref.replace('#/$defs/', '');
  const decoded = /%(?![\da-f]{2})/i.test(part) ? part : decodeURIComponent(part);
  return parts.get(decoded.replaceAll('~1', '/').replaceAll('~0', '~')) ?? 'JsonValue';
}

/** What stands beside `anyOf` holds for each of its cases. */
function without(schema: object): JsonSchema {
  const { anyOf: _, oneOf: __, $defs: ___, description: ____, ...rest } = schema as JsonSchema;
  return rest;
}

/** Both hold, as far as one object type can say so: properties of either, and what either requires. Else what the case says. */
function caseText(base: JsonSchema, one: unknown, names: Names, indent: string): string {
  if (typeof one !== 'object' || one === null) return one === false ? 'never' : typeText(base, names, indent);
  const own = one as JsonSchema;
  if (typeof own.$ref === 'string') {
    const reference = referenceText(own.$ref, names);
    return base.type === 'object' && base.properties ? `(${kindText(base, names, indent)} & ${reference})` : reference;
  }
  const merged: Record<string, unknown> = { ...base, ...own };
  if (base.properties && own.properties) merged.properties = { ...base.properties, ...own.properties };
  const required = [base.required, own.required].filter(Array.isArray).flat();
  if (required.length > 0) merged.required = [...new Set(required)];
  return typeText(merged, names, indent);
}

function constant(value: unknown): string {
  if (value === null) return 'null';
  return ['string', 'number', 'boolean'].includes(typeof value) ? literalText(value as Value) : 'JsonValue';
}

function union(texts: readonly string[]): string {
  return [...new Set(texts)].join(' | ') || 'never';
}

function kindText(schema: JsonSchema, names: Names, indent: string): string {
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return arrayText(schema, names, indent);
    case 'object':
      return objectText(schema, names, indent);
    default:
      return 'JsonValue';
  }
}

/** Items of `prefixItems` may be missing, unless `minItems` says otherwise. */
function arrayText({ prefixItems, items, minItems }: JsonSchema, names: Names, indent: string): string {
  const rest = wrapped(typeText(items, names, indent));
  if (!Array.isArray(prefixItems) || prefixItems.length === 0) return `readonly ${rest}[]`;
  const least = typeof minItems === 'number' ? minItems : 0;
  const first = prefixItems.map((one, at) => wrapped(typeText(one, names, indent)) + (at < least ? '' : '?'));
  return `readonly [${[...first, ...(items === false ? [] : [`...${rest}[]`])].join(', ')}]`;
}

function wrapped(text: string): string {
  return /[|&\s]/.test(text) && !isOneObject(text) ? `(${text})` : text;
}

/** `{ … }`, but not `{ … } | { … }`: a quoted brace only costs parentheses that are not needed. */
function isOneObject(text: string): boolean {
  if (!text.startsWith('{')) return false;
  let depth = 0;
  for (const [at, char] of [...text].entries()) {
    if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    if (depth === 0) return at === [...text].length - 1;
  }
  return false;
}

function objectText(schema: JsonSchema, names: Names, indent: string): string {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>);
  const required = new Set((schema.required ?? []) as readonly string[]);
  const missing = [...required].filter((name) => !properties.some(([known]) => known === name));
  const inner = `${indent}  `;
  const members = [...properties, ...missing.map((name) => [name, {}] as const)].map(([name, one]) => {
    const doc = descriptionOf(one) === '' ? '' : jsdoc([descriptionOf(one)], inner);
    return `${doc}${inner}readonly ${property(name)}${required.has(name) ? '' : '?'}: ${typeText(one, names, inner)};\n`;
  });
  if (members.length > 0) return `{\n${members.join('')}${indent}}`;
  const patterns = Object.values((schema.patternProperties ?? {}) as object);
  const others = [schema.additionalProperties, ...patterns].filter(
    (one, at) => at > 0 || one !== false || patterns.length === 0,
  );
  return `{ readonly [key: string]: ${union(others.map((one) => typeText(one, names, indent)))} }`;
}
