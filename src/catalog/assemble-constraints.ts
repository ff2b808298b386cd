/** Constraints of tables, and the checks of domains. */
import { type Lookup, present } from './lookup.ts';
import type { DomainCheck, QName } from './model.ts';
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

/**
 * `indexes` by oid: a unique constraint's index knows how NULLs compare. Each kind in full: of all objects there are the most
 * of these after columns, and putting them together from a common part took a quarter of the time of the whole assembly.
 */
export function constraintOf(row: ConstraintRow, lookup: Lookup, indexes: ReadonlyMap<number, IndexRow>): Constraint {
  const definition = present(row.definition, row.name);
  const columns = columnsOf(row, lookup);
  const comment = lookup.comment('pg_constraint', row.oid);
  const { name, deferrable, deferred: initiallyDeferred, enforced, no_inherit: noInherit, validated } = row;
  switch (row.kind) {
    case 'p':
    case 'u': {
      const kind = row.kind === 'p' ? 'primary key' : 'unique';
      const nullsNotDistinct = indexes.get(row.index)?.nulls_not_distinct ?? false;
      // biome-ignore format: one line a kind shows the members alike.
      return { columns, comment, deferrable, definition, enforced, initiallyDeferred, kind, name, nullsNotDistinct, validated };
    }
    case 'c': {
      const [kind, expression] = ['check' as const, checkExpression(definition)];
      // biome-ignore format: likewise.
      return { columns, comment, deferrable, definition, enforced, expression, initiallyDeferred, kind, name, noInherit, validated };
    }
    case 'n':
      // biome-ignore format: likewise.
      return { columns, comment, deferrable, definition, enforced, initiallyDeferred, kind: 'not null', name, noInherit, validated };
    case 'x':
      return {
        columns,
        comment,
        deferrable,
        definition,
        enforced,
        initiallyDeferred,
        kind: 'exclude',
        name,
        validated,
      };
    case 'f': {
      const [kind, match] = ['foreign key' as const, MATCH[row.match as keyof typeof MATCH] ?? 'simple'];
      const [onDelete, onUpdate] = [ACTION[row.on_delete] ?? 'no action', ACTION[row.on_update] ?? 'no action'];
      const references = referenceOf(row, lookup);
      // biome-ignore format: likewise.
      return { columns, comment, deferrable, definition, enforced, initiallyDeferred, kind, match, name, onDelete, onUpdate, references, validated };
    }
  }
}

function columnsOf({ key, relation }: ConstraintRow, lookup: Lookup): readonly string[] {
  const columns: string[] = [];
  // 0 is an expression of an exclusion constraint: no column.
  for (const number of key ?? []) if (number !== 0) columns.push(lookup.column(relation, number));
  return columns;
}

function referenceOf(
  { target, target_key }: ConstraintRow,
  lookup: Lookup,
): QName & { readonly columns: readonly string[] } {
  const { name, schema } = lookup.relation(target);
  return { columns: (target_key ?? []).map((number) => lookup.column(target, number)), name, schema };
}

export function domainCheckOf(row: ConstraintRow, lookup: Lookup): DomainCheck {
  const definition = present(row.definition, row.name);
  return {
    comment: lookup.comment('pg_constraint', row.oid),
    definition,
    expression: checkExpression(definition),
    name: row.name,
    validated: row.validated,
  };
}

/**
 * The expression inside `CHECK (…)`: the very text that pg_get_expr() gives, which would deparse it a second time.
 * What may follow the closing parenthesis is a short fixed list (ruleutils.c, pg_get_constraintdef_worker).
 */
function checkExpression(definition: string): string {
  if (definition.endsWith(')')) return definition.slice('CHECK ('.length, -1);
  const bare = definition.replace(/(?: NO INHERIT)?(?: NOT ENFORCED)?(?: NOT VALID)?$/, '');
  return bare.slice('CHECK ('.length, -1);
}
