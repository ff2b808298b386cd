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
  const { entity, columns, writable } = relation;
  const row = objectText(rowName(entity), relation, columns, read, columns);
  if (!writable) return row;
  const inserted = columns.filter(({ insert }) => insert !== 'never');
  const required = inserted.filter(({ insert }) => insert === 'required');
  const updated = columns.filter(({ update }) => update !== 'never');
  const insert = objectText(newName(entity), relation, inserted, write, required);
  return row + insert + objectText(patchName(entity), relation, updated, write, []);
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
    const shared = comment === null && facts === type.facts ? known.get(type) : undefined;
    if (shared !== undefined) return shared;
    const value = document ? { $ref: `#/$defs/${document.name}` } : valueSchema(type, facts, options);
    const schema = takesNull ? orNull(value) : value;
    const text = JSON.stringify(comment === null ? schema : { ...schema, description: comment });
    if (comment === null && facts === type.facts) known.set(type, text);
    return text;
  };
}

function objectText(
  title: string,
  { kind, schema, name }: TypedRelation,
  columns: readonly TypedColumn[],
  member: Member,
  required: readonly TypedColumn[],
): string {
  const lines = columns.map((column) => `    ${key(column.name)}: ${member(column)},\n`);
  const names = required.map((column) => `    ${JSON.stringify(column.name)},\n`).join('');
  const description = `${kind} ${schema}.${name}`;
  return `export const ${camel(title)}Schema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: ${JSON.stringify(title)},
  description: ${JSON.stringify(description)},
  type: 'object',
  properties: {
${lines.join('')}  },
  required: [
${names}  ],
${documentLines(columns)}  additionalProperties: false,
};

`;
}

/** Documents that columns refer to, each once. */
function documentLines(columns: readonly TypedColumn[]): string {
  const used = new Map(columns.flatMap(({ document }) => (document ? [[document.name, document] as const] : [])));
  if (used.size === 0) return '';
  const lines = [...used].map(([name, document]) => `    ${name}: ${JSON.stringify(embedded(document))},\n`);
  return `  $defs: {\n${lines.join('')}  },\n`;
}

/** A plain \`__proto__\` in an object literal would set the prototype. */
function key(name: string): string {
  return name === '__proto__' ? "['__proto__']" : property(name);
}
