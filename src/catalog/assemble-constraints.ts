/** Constraints of tables, and the checks of domains. */
import { type Lookup, NONE, present } from './lookup.ts';
import type { DomainCheck, QName } from './model.ts';
import type { Constraint, FkAction } from './table-model.ts';
import type { ConstraintRow, IndexRow } from './table-rows.ts';

const ACTION = { r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' } as const satisfies Record<
  string,
  FkAction
>;
const MATCH = { f: 'full', p: 'partial' } as const;

/**
 * `indexes` by oid: a unique constraint's index knows how NULLs compare. Each kind in full: of all objects there are the most
 * of these after columns, and putting them together from a common part took a quarter of the time of the whole assembly.
 */
export function constraintOf(row: ConstraintRow, lookup: Lookup, indexes: ReadonlyMap<number, IndexRow>): Constraint {
  const definition = present(row.definition, row.name);
  const columns = columnsOf(row, lookup);
  const comment = lookup.comment('pg_constraint', row.oid);
  const { name } = row;
  const deferrable = row.deferrable === true;
  const initiallyDeferred = row.deferred === true;
  const noInherit = row.no_inherit === true;
  const enforced = row.enforced !== false;
  const validated = row.validated !== false;
  switch (row.kind) {
    case 'p':
    case 'u': {
      const kind = row.kind === 'p' ? 'primary key' : 'unique';
      const nullsNotDistinct = indexes.get(row.index ?? 0)?.nulls_not_distinct === true;
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
      const kind = 'foreign key';
      const match = row.match === null ? 'simple' : MATCH[row.match];
      const onDelete = row.on_delete === null ? 'no action' : ACTION[row.on_delete];
      const onUpdate = row.on_update === null ? 'no action' : ACTION[row.on_update];
      const references = referenceOf(row, lookup);
      // biome-ignore format: likewise.
      return { columns, comment, deferrable, definition, enforced, initiallyDeferred, kind, match, name, onDelete, onUpdate, references, validated };
    }
  }
}

function columnsOf({ key, relation }: ConstraintRow, lookup: Lookup): readonly string[] {
  const columns: string[] = [];
  // 0 is an expression of an exclusion constraint: no column.
  for (const number of numbersOf(key)) if (number !== 0) columns.push(lookup.column(relation, number));
  return columns;
}

function referenceOf(
  { target, target_key }: ConstraintRow,
  lookup: Lookup,
): QName & { readonly columns: readonly string[] } {
  const oid = target ?? 0;
  const { name, schema } = lookup.relation(oid);
  return { columns: numbersOf(target_key).map((number) => lookup.column(oid, number)), name, schema };
}

/** `{1,2}`: read here, as the driver's reader of arrays takes ten times as long. */
function numbersOf(key: string | null): readonly number[] {
  return key === null ? NONE : key.slice(1, -1).split(',').map(Number);
}

export function domainCheckOf(row: ConstraintRow, lookup: Lookup): DomainCheck {
  const definition = present(row.definition, row.name);
  return {
    comment: lookup.comment('pg_constraint', row.oid),
    definition,
    expression: checkExpression(definition),
    name: row.name,
    validated: row.validated !== false,
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
