/** Names, columns and constraints out of the parse tree. */
import type { AddedColumn, AddedConstraint, ConstraintKind, Name, OnDelete } from './action.ts';
import { list, type Node, record, stringOf, text } from './tree.ts';

/** Of a RangeVar. */
export function nameOf(relation: unknown): Name {
  const { schemaname, relname } = record(relation);
  return { schema: text(schemaname), name: text(relname) ?? '' };
}

/** `ONLY t`: without what inherits from it. */
export function isOnly(relation: unknown): boolean {
  return record(relation).inh !== true;
}

/** Of a list of strings: `[schema,] name`. */
export function nameOfList(value: unknown): Name {
  const parts = list(value).map(stringOf);
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}

export function columnOf(definition: Node): AddedColumn {
  const type = record(definition.typeName);
  const name = text(definition.colname) ?? '';
  const constraints = list(definition.constraints).map(({ Constraint }) => record(Constraint));
  const has = (...kinds: readonly string[]): boolean =>
    constraints.some(({ contype }) => kinds.includes(String(contype)));
  const fallback = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT');
  return {
    name,
    type: list(type.names).map(stringOf).at(-1) ?? '',
    typeSchema: nameOfList(type.names).schema,
    modifiers: list(type.typmods).flatMap(({ A_Const }) => numberOf(record(record(A_Const).ival))),
    array: type.arrayBounds !== undefined,
    notNull: definition.is_not_null === true || has('CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY'),
    default: fallback ? record(fallback.raw_expr) : null,
    generated: constraints.some(isStored),
    virtual: has('CONSTR_GENERATED') && !constraints.some(isStored),
    identity: has('CONSTR_IDENTITY'),
    constraints: constraints.flatMap((constraint) => constraintOf(constraint, [name]) ?? []),
  };
}

function isStored({ contype, generated_kind: kind }: Node): boolean {
  return contype === 'CONSTR_GENERATED' && kind !== 'v';
}

/** A zero is left out of the tree. */
function numberOf({ ival }: Node): number {
  return typeof ival === 'number' ? ival : 0;
}

const KINDS: Readonly<Record<string, ConstraintKind>> = {
  CONSTR_CHECK: 'check',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary key',
  CONSTR_EXCLUSION: 'exclusion',
  CONSTR_NOTNULL: 'not null',
};

const ON_DELETE: Readonly<Record<string, OnDelete>> = {
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
};

/** Null for what is no constraint: DEFAULT, GENERATED and the like. `own`: the column it is written at. */
export function constraintOf(node: Node, own: readonly string[]): AddedConstraint | null {
  const kind = KINDS[String(node.contype)];
  if (!kind) return null;
  const columns = list(node.fk_attrs ?? node.keys).map(stringOf);
  return {
    kind,
    name: text(node.conname),
    columns: columns.length > 0 ? columns : own,
    notValid: node.skip_validation === true,
    usingIndex: text(node.indexname),
    references: node.pktable ? nameOf(node.pktable) : null,
    onDelete: kind === 'foreign key' ? (ON_DELETE[String(node.fk_del_action)] ?? 'NO ACTION') : null,
    onDeleteColumns: list(node.fk_del_set_cols).map(stringOf),
    expression: node.raw_expr ? record(node.raw_expr) : null,
  };
}
