/**
 * What row types are made of: the part of a Snapshot that codegen/ reads. Every Snapshot is one; of a live database no more
 * than this is asked (`readTypeSource`). The compiler keeps code generators from reading what nobody asked for.
 */
import type * as model from './model.ts';

export type { Parameter, QName } from './model.ts';

export type Column = Pick<
  model.Column,
  | 'name'
  | 'type'
  | 'typeName'
  | 'dimensions'
  | 'notNull'
  | 'default'
  | 'identity'
  | 'generated'
  | 'collation'
  | 'comment'
>;

type Unread =
  | 'definition'
  | 'comment'
  | 'deferrable'
  | 'initiallyDeferred'
  | 'nullsNotDistinct'
  | 'onDelete'
  | 'onUpdate'
  | 'match';
type Lean<Kind> = Kind extends unknown ? Omit<Kind, Unread> : never;

export type Constraint = Lean<model.Constraint>;

interface Columns {
  readonly columns: readonly Column[];
}

export type Table = Pick<model.Table, 'schema' | 'name' | 'kind' | 'parents' | 'comment'> &
  Columns & { readonly constraints: readonly Constraint[] };

export type View = Pick<model.View, 'schema' | 'name' | 'kind' | 'definition' | 'comment'> & Columns;

type Described = model.QName & Pick<model.Described, 'comment'>;

export type Domain = Omit<Extract<model.UserType, { kind: 'domain' }>, 'grants'>;

export type UserType =
  | Domain
  | Omit<Extract<model.UserType, { kind: 'enum' }>, 'grants'>
  | (Described & Columns & { readonly kind: 'composite' })
  | (Described & { readonly kind: 'range' });

export type Routine = Pick<
  model.Routine,
  | 'schema'
  | 'name'
  | 'kind'
  | 'identity'
  | 'parameters'
  | 'returns'
  | 'returnType'
  | 'returnsSet'
  | 'grants'
  | 'comment'
>;

export interface TypeSource {
  readonly types: readonly UserType[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  /** Aggregates and window functions may be missing: nobody calls them by name alone. */
  readonly routines: readonly Routine[];
}
