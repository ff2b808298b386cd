/**
 * What the catalog says about rows that are going to be inserted, as JSON Schemas for seed files, and which CHECK a fault
 * comes from. Narrower than nothing, never narrower than the server: where a trigger may still mend a row before it is
 * stored, only the types of its values are judged.
 */
import type { QName, Snapshot, Table } from '../catalog/model.ts';
import { classesOf, key, TypeResolver } from './columns.ts';
import { type Document, embedded, type JsonSchema } from './documents.ts';
import { type Facts, factsOf } from './facts.ts';
import { orNull, valueSchema } from './json-values.ts';
import { typeModel } from './model.ts';
import type { TypedColumn, TypeOptions } from './type-model.ts';

export interface SeedSchema {
  /** Of one row. Unknown columns pass: whoever loads the rows knows the table and says more about them. */
  readonly schema: JsonSchema;
  /** `CHECK chk_rating: (rating <= 5)`, when a fault of that keyword in that column comes from one; or the column's document. */
  readonly originOf: (column: string, keyword: string) => string | null;
}

/** Null for what has no row type of its own: views, partitions, tables that do not exist. */
export function seedSchemas(snapshot: Snapshot, options: TypeOptions): (table: QName) => SeedSchema | null {
  const { relations, composites } = typeModel(snapshot, options);
  const known = new Map(relations.map((relation) => [key(relation), relation]));
  const tables = new Map(snapshot.tables.map((table) => [key(table), table]));
  const types = new TypeResolver(snapshot);
  const written = new Map(composites.map((one) => [key(one), one]));
  const { parse, infinity } = options;
  const member = (column: TypedColumn, loose: boolean): JsonSchema => {
    const facts = loose ? column.type.facts : column.facts;
    const write = { direction: 'write', parse, infinity, composites: written } as const;
    const value = column.document ? reference(column.document) : valueSchema(column.type, facts, write);
    return loose || column.writesNull ? orNull(value) : value;
  };
  return (name) => {
    const [relation, table] = [known.get(key(name)), tables.get(key(name))];
    if (!relation?.writable || !table) return null;
    const loose = isMended(table);
    const columns = relation.columns.filter(
      ({ name: of }) => table.columns.find((c) => c.name === of)?.generated === null,
    );
    const required = loose ? [] : columns.filter(({ insert }) => insert === 'required').map(({ name: of }) => of);
    const properties = Object.fromEntries(columns.map((column) => [column.name, member(column, loose)]));
    const documents = columns.flatMap(({ document }) => (document === null ? [] : [document]));
    const $defs = Object.fromEntries(documents.map((document) => [document.name, embedded(document)]));
    const named = new Map(columns.map(({ name: of, document }) => [of, document?.path]));
    const ofChecks = originsOf(table, types);
    const originOf: SeedSchema['originOf'] = (column, keyword) => {
      const path = named.get(column);
      return path === undefined
        ? ofChecks(column, keyword)
        : `the JSON Schema that the column's comment names: ${path}`;
    };
    return { schema: { type: 'object', properties, required, $defs }, originOf };
  };
}

function reference({ name }: Document): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

/** A trigger sees the row before the constraints do, and may change it. */
function isMended({ triggers }: Table): boolean {
  return triggers.some(
    ({ definition, enabled }) =>
      enabled !== 'disabled' && /\bBEFORE\b[^(]*\bINSERT\b[\s\S]* FOR EACH ROW/.test(definition),
  );
}

/** Facts that a fault of the keyword says are hurt. */
const HURT: Readonly<Record<string, keyof Facts>> = {
  enum: 'values',
  minimum: 'min',
  exclusiveMinimum: 'min',
  maximum: 'max',
  exclusiveMaximum: 'max',
  minLength: 'minLength',
  maxLength: 'maxLength',
  pattern: 'patterns',
};

function originsOf(table: Table, types: TypeResolver): SeedSchema['originOf'] {
  const classOf = classesOf(table, types);
  const checks = table.constraints.flatMap((one) => (one.kind === 'check' ? [one] : []));
  return (name, keyword) => {
    const fact = HURT[keyword];
    const column = table.columns.find((one) => one.name === name);
    if (fact === undefined || column === undefined) return null;
    const own = checks.find(({ expression }) => factsOf(expression, classOf).get(name)?.[fact] !== undefined);
    if (own) return `CHECK ${own.name}: ${own.expression}`;
    const { valueClass, domains } = types.resolve(column);
    const ofDomain = domains
      .flatMap((domain) => domain.checks.map((check) => ({ domain, check })))
      .find(({ check }) => factsOf(check.expression, () => valueClass).get('VALUE')?.[fact] !== undefined);
    return ofDomain
      ? `CHECK ${ofDomain.check.name} of domain ${ofDomain.domain.name}: ${ofDomain.check.expression}`
      : null;
  };
}
