/** What the origins of a view's columns come to, once the columns that they start from are known. */
import type { QName } from '../catalog/type-source.ts';
import type { TypedColumn } from './type-model.ts';
import type { Origin } from './view-values.ts';

/** Undefined: nothing is known of the column. */
export type ColumnOf = (relation: QName, column: string) => TypedColumn | undefined;

/** The column that a value is, whatever may have made it NULL on its way. */
export function sourceOf(origin: Origin, columnOf: ColumnOf): TypedColumn | undefined {
  if (origin.kind === 'outer' || origin.kind === 'proved') return sourceOf(origin.of, columnOf);
  return origin.kind === 'column' ? columnOf(origin.relation, origin.column) : undefined;
}

export function canBeNull(origin: Origin, columnOf: ColumnOf): boolean {
  switch (origin.kind) {
    case 'column':
      return sourceOf(origin, columnOf)?.nullable ?? true;
    case 'value':
    case 'proved':
      return false;
    case 'all':
      return origin.of.some((one) => canBeNull(one, columnOf));
    case 'any':
      return origin.of.every((one) => canBeNull(one, columnOf));
    case 'cast':
      return canBeNull(origin.of, columnOf) || !isBuiltin(origin.of, columnOf);
    default:
      return true;
  }
}

/** Casts between pg_catalog's own types keep values; those of json make NULL of JSON's null, since PostgreSQL 18. */
function isBuiltin(origin: Origin, columnOf: ColumnOf): boolean {
  if (origin.kind === 'value') return origin.builtin;
  if (origin.kind === 'all' || origin.kind === 'any') return origin.of.every((one) => isBuiltin(one, columnOf));
  if (origin.kind === 'cast') return isBuiltin(origin.of, columnOf);
  const type = sourceOf(origin, columnOf)?.type.name;
  return type?.schema === 'pg_catalog' && !/^jsonb?$/.test(type.name);
}
