/**
 * JSON Schemas (draft 2020-12) of rows, inserts and patches, for ajv and its like: each a constant of its own, so that a
 * bundle holds only those in use. They say no more than the database: what CHECKs, lengths and types forbid.
 */

import { type JsonSchema, orNull, type ValueOptions, valueSchema } from './json-values.ts';
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

export function schemasText({ relations }: TypeModel, options: TypeOptions): string {
  return HEAD + relations.map((relation) => relationText(relation, options)).join('');
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

function relationText(relation: TypedRelation, { parse, infinity }: TypeOptions): string {
  const { entity, columns, writable } = relation;
  const read: ValueOptions = { direction: 'read', parse, infinity };
  const write: ValueOptions = { direction: 'write', parse, infinity };
  const row = objectText(rowName(entity), relation, columns, rowMember(read), columns);
  if (!writable) return row;
  const inserted = columns.filter(({ insert }) => insert !== 'never');
  const required = inserted.filter(({ insert }) => insert === 'required');
  const updated = columns.filter(({ update }) => update !== 'never');
  const insert = objectText(newName(entity), relation, inserted, writtenMember(write), required);
  return row + insert + objectText(patchName(entity), relation, updated, writtenMember(write), []);
}

type Member = (column: TypedColumn) => JsonSchema;

function rowMember(options: ValueOptions): Member {
  return ({ type, facts, nullable }) => {
    const value = valueSchema(type, facts, options);
    return nullable ? orNull(value) : value;
  };
}

function writtenMember(options: ValueOptions): Member {
  return ({ type, facts, writesNull }) => {
    const value = valueSchema(type, facts, options);
    return writesNull ? orNull(value) : value;
  };
}

function objectText(
  title: string,
  { kind, schema, name }: TypedRelation,
  columns: readonly TypedColumn[],
  member: Member,
  required: readonly TypedColumn[],
): string {
  const lines = columns.map((column) => {
    const value = column.comment === null ? member(column) : { ...member(column), description: column.comment };
    return `    ${key(column.name)}: ${JSON.stringify(value)},\n`;
  });
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
  additionalProperties: false,
};

`;
}

/** A plain \`__proto__\` in an object literal would set the prototype. */
function key(name: string): string {
  return name === '__proto__' ? "['__proto__']" : property(name);
}
