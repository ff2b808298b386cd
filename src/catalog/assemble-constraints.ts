/** Constraints of tables, and the checks of domains. */
import { type Lookup, present } from './lookup.ts';
import type { DomainCheck } from './model.ts';
import type { Constraint, FkAction } from './table-model.ts';
import type { ConstraintRow, IndexRow } from './table-rows.ts';

const ACTION: Readonly<Record<string, FkAction>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

const MATCH = { s: 'simple', f: 'full', p: 'partial' } as const;

/** `indexes` by oid: a unique constraint's index knows how NULLs compare. */
export function constraintOf(row: ConstraintRow, lookup: Lookup, indexes: ReadonlyMap<number, IndexRow>): Constraint {
  const definition = present(row.definition, row.name);
  const base = {
    name: row.name,
    definition,
    // 0 is an expression of an exclusion constraint: no column.
    columns: (row.key ?? []).filter(Boolean).map((number) => lookup.column(row.relation, number)),
    validated: row.validated,
    enforced: row.enforced,
    deferrable: row.deferrable,
    initiallyDeferred: row.deferred,
    comment: lookup.comment('pg_constraint', row.oid),
  };
  switch (row.kind) {
    case 'p':
    case 'u': {
      const kind = row.kind === 'p' ? 'primary key' : 'unique';
      return { kind, ...base, nullsNotDistinct: indexes.get(row.index)?.nulls_not_distinct ?? false };
    }
    case 'c':
      return { kind: 'check', ...base, expression: checkExpression(definition), noInherit: row.no_inherit };
    case 'n':
      return { kind: 'not null', ...base, noInherit: row.no_inherit };
    case 'x':
      return { kind: 'exclude', ...base };
    case 'f':
      return {
        kind: 'foreign key',
        ...base,
        references: {
          ...lookup.relation(row.target),
          columns: (row.target_key ?? []).map((number) => lookup.column(row.target, number)),
        },
        onDelete: ACTION[row.on_delete] ?? 'no action',
        onUpdate: ACTION[row.on_update] ?? 'no action',
        match: MATCH[row.match as keyof typeof MATCH] ?? 'simple',
      };
  }
}

export function domainCheckOf(row: ConstraintRow, lookup: Lookup): DomainCheck {
  const definition = present(row.definition, row.name);
  return {
    name: row.name,
    definition,
    expression: checkExpression(definition),
    validated: row.validated,
    comment: lookup.comment('pg_constraint', row.oid),
  };
}

/**
 * The expression inside `CHECK (…)`: the very text that pg_get_expr() gives, which would deparse it a second time.
 * What may follow the closing parenthesis is a short fixed list (ruleutils.c, pg_get_constraintdef_worker).
 */
function checkExpression(definition: string): string {
  const bare = definition.replace(/(?: NO INHERIT)?(?: NOT ENFORCED)?(?: NOT VALID)?$/, '');
  return bare.slice('CHECK ('.length, -1);
}
