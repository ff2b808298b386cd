/**
 * JSON Schemas (draft 2020-12) of rows, inserts and patches, for ajv and its like: each a constant of its own, so that a
 * bundle holds only those in use. They say no more than the database: what CHECKs, lengths and types forbid.
 */

import { key as nameKey, type ResolvedType } from './columns.ts';
import { embedded } from './documents.ts';
import { orNull, type ValueOptions, valueSchema } from './json-values.ts';
import { camel, property } from './names.ts';
import {
  newName,
  patchName,
  rowName,
  type TypedColumn,
  type TypedRelation,
  type TypeModel,
  type TypeOptions,
} from './type-model.ts';

export function schemasText(model: TypeModel, { parse, infinity }: TypeOptions): string {
  const { relations } = model;
  const composites = new Map(model.composites.map((one) => [nameKey(one), one]));
  const read = membersOf({ direction: 'read', parse, infinity, composites });
  const write = membersOf({ direction: 'write', parse, infinity, composites });
  return HEAD + relations.map((relation) => relationText(relation, read, write)).join('');
}

const HEAD = `/* eslint-disable */
/**
 * JSON Schemas (draft 2020-12) of the database's rows, written by \`strata types\`. Do not edit.
 * Rows are meant as JSON: what JSON.stringify makes of them. Formats need ajv-formats or the like.
 */

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

`;

function relationText(relation: TypedRelation, read: Member, write: Member): string {
  const { entity, writable } = relation;
  const columns = relation.columns.map((column) => ({ column, name: `    ${key(column.name)}: ` }));
  const row = objectText(rowName(entity), relation, columns.map(lineOf(read)), relation.columns);
  if (!writable) return row;
  // What INSERT takes is what UPDATE takes: written once.
  const lines = columns.map(lineOf(write));
  const required = relation.columns.filter(({ insert }) => insert === 'required');
  const inserted = lines.filter(({ column }) => column.insert !== 'never');
  const updated = lines.filter(({ column }) => column.update !== 'never');
  const insert = objectText(newName(entity), relation, inserted, required);
  return row + insert + objectText(patchName(entity), relation, updated, []);
}

interface Line {
  readonly column: TypedColumn;
  readonly text: string;
}

function lineOf(member: Member): (of: { readonly column: TypedColumn; readonly name: string }) => Line {
  return ({ column, name }) => ({ column, text: `${name}${member(column)},\n` });
}

/** The schema of a column's value, as JSON. */
type Member = (column: TypedColumn) => string;

/** Most columns say no more than their type, and types are few: their text is made once. */
function membersOf(options: ValueOptions): Member {
  const plain = new Map<ResolvedType, string>();
  const nullable = new Map<ResolvedType, string>();
  return (column) => {
    const { type, facts, comment, document } = column;
    const takesNull = options.direction === 'read' ? column.nullable : column.writesNull;
    const known = takesNull ? nullable : plain;
    const isPlain = document === null && facts === type.facts;
    const shared = isPlain ? known.get(type) : undefined;
    if (shared !== undefined) return described(shared, comment);
    const value = document ? { $ref: `#/$defs/${document.name}` } : valueSchema(type, facts, options);
    const text = JSON.stringify(takesNull ? orNull(value) : value);
    if (isPlain) known.set(type, text);
    return described(text, comment);
  };
}

function described(schema: string, comment: string | null): string {
  if (comment === null) return schema;
  const description = `"description":${JSON.stringify(comment)}}`;
  return schema === '{}' ? `{${description}` : `${schema.slice(0, -1)},${description}`;
}

function objectText(
  title: string,
  { kind, schema, name }: TypedRelation,
  lines: readonly Line[],
  required: readonly TypedColumn[],
): string {
  const names = required.map((column) => `    ${JSON.stringify(column.name)},\n`).join('');
  const description = `${kind} ${schema}.${name}`;
  return `export const ${camel(title)}Schema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: ${JSON.stringify(title)},
  description: ${JSON.stringify(description)},
  type: 'object',
  properties: {
${lines.map(({ text }) => text).join('')}  },
  required: [
${names}  ],
${documentLines(lines)}  additionalProperties: false,
};

`;
}

/** Documents that columns refer to, each once. */
function documentLines(lines: readonly Line[]): string {
  const documents = lines.map(({ column }) => column.document).filter((document) => document !== null);
  const used = new Map(documents.map((document) => [document.name, document]));
  if (used.size === 0) return '';
  const definitions = [...used].map(([name, document]) => `    ${name}: ${JSON.stringify(embedded(document))},\n`);
  return `  $defs: {\n${definitions.join('')}  },\n`;
}

/** A plain \`__proto__\` in an object literal would set the prototype. */
function key(name: string): string {
  return name === '__proto__' ? "['__proto__']" : property(name);
}
