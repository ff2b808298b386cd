/** Functions, procedures, aggregates. */
import { byCode } from '../base/canonical.ts';
import { qname } from '../base/ident.ts';
import { type Lookup, NONE, sortedTexts } from './lookup.ts';
import type { Parameter, Routine } from './model.ts';
import type { Rows } from './queries.ts';
import type { RoutineRow } from './rows.ts';

const KIND = { f: 'function', p: 'procedure', a: 'aggregate', w: 'window' } as const;
const VOLATILITY = { i: 'immutable', s: 'stable', v: 'volatile' } as const;
const MODE: Readonly<Record<string, Parameter['mode']>> = {
  i: 'in',
  o: 'out',
  b: 'inout',
  v: 'variadic',
  t: 'table',
};

export function routinesOf(rows: Rows, lookup: Lookup): readonly Routine[] {
  const aggregates = new Map(rows.aggregates.map((row) => [row.routine, row.options]));
  const routines = rows.routines.map((row) => routineOf(row, lookup, aggregates.get(row.oid) ?? NONE));
  return routines.sort(
    (a, b) => byCode(a.schema, b.schema) || byCode(a.name, b.name) || byCode(a.identity, b.identity),
  );
}

function routineOf(row: RoutineRow, lookup: Lookup, aggregate: readonly string[]): Routine {
  const schema = lookup.schema(row.schema);
  return {
    comment: lookup.comment('pg_proc', row.oid),
    definition:
      row.definition ?? `CREATE AGGREGATE ${qname(schema, row.name)}(${row.identity}) (${aggregate.join(', ')})`,
    grants: lookup.grants('routine', row),
    identity: row.identity,
    kind: KIND[row.kind],
    language: row.language,
    name: row.name,
    ...lookup.owned(row),
    parameters: row.types.length === 0 ? NONE : row.types.map((type, i) => parameterOf(row, type, i, lookup)),
    returnType: row.returns === null ? null : lookup.type(row.return_type).typeName,
    returns: row.returns,
    returnsSet: row.returns_set,
    schema,
    securityDefiner: row.security_definer,
    settings: sortedTexts(row.settings),
    strict: row.strict,
    volatility: VOLATILITY[row.volatility],
  };
}

function parameterOf(row: RoutineRow, oid: number, position: number, lookup: Lookup): Parameter {
  const type = lookup.type(oid);
  return {
    default: row.defaults?.[position] ?? null,
    dimensions: type.dimensions,
    mode: MODE[row.modes?.[position] ?? 'i'] ?? 'in',
    name: row.names?.[position] || null,
    type: type.text,
    typeName: type.typeName,
  };
}
