/**
 * Change: one difference between two Snapshots, as a closed union over action and kind of object. A table that came or
 * went is one Change; inside a table that stayed, each column, constraint, index … is its own.
 */
import type {
  Column,
  Constraint,
  DefaultPrivilege,
  Extension,
  Index,
  Policy,
  QName,
  Routine,
  Rule,
  Schema,
  Sequence,
  Statistics,
  Table,
  Trigger,
  Unmodelled,
  UserType,
  View,
} from './model.ts';

/** What a Change can be about, and the shape of its values. */
export interface Kinds {
  readonly schema: Schema;
  readonly extension: Extension;
  readonly type: UserType;
  readonly sequence: Sequence;
  readonly table: Table;
  readonly view: View;
  readonly routine: Routine;
  readonly 'default privilege': DefaultPrivilege;
  readonly unmodelled: Unmodelled;
  readonly column: Column;
  readonly constraint: Constraint;
  readonly index: Index;
  readonly trigger: Trigger;
  readonly policy: Policy;
  readonly rule: Rule;
  readonly statistics: Statistics;
}

export type Kind = keyof Kinds;

/** The kinds that hang on a table, view or composite type. */
export type ChildKind = 'column' | 'constraint' | 'index' | 'trigger' | 'policy' | 'rule' | 'statistics';

/** One attribute that differs; `columns order` is the one that no single column has. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What all Changes of one kind of object share, and the three that there are. */
interface About<K extends Kind> {
  readonly object: K;
  /** The table, view or composite type it hangs on; null for objects that stand alone. */
  readonly parent: QName | null;
}

export interface Added<K extends Kind> extends About<K> {
  readonly action: 'add';
  readonly after: Kinds[K];
}

export interface Dropped<K extends Kind> extends About<K> {
  readonly action: 'drop';
  readonly before: Kinds[K];
}

export interface Altered<K extends Kind> extends About<K> {
  readonly action: 'alter';
  readonly before: Kinds[K];
  readonly after: Kinds[K];
  /** Never empty; sorted by field. Changes of children are Changes of their own. */
  readonly fields: readonly FieldChange[];
}

export type ChangeOf<K extends Kind> = Added<K> | Dropped<K> | Altered<K>;

export type Change = { readonly [K in Kind]: ChangeOf<K> }[Kind];
