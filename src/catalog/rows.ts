/** What each query under sql/ returns: one interface a file, fields as its columns. Oids live here and go no further. */

export type Oid = number;
export type Acl = readonly string[] | null;
export type Name = readonly [schema: string, name: string] | null;

export interface SchemaRow {
  readonly oid: Oid;
  readonly name: string;
  readonly acl: Acl;
  readonly owner: string;
  readonly comment: string | null;
}

export interface ExtensionRow {
  readonly name: string;
  readonly schema: string;
  readonly version: string;
  readonly comment: string | null;
}

export interface MemberRow {
  readonly class: string;
  readonly oid: Oid;
}

export interface CommentRow extends MemberRow {
  readonly comment: string;
}

export interface TypeNameRow {
  readonly oid: Oid;
  readonly text: string;
  readonly schema: string;
  readonly name: string;
  readonly array: boolean;
}

export interface SequenceRow {
  readonly oid: Oid;
  readonly schema: Oid;
  readonly name: string;
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
  readonly unlogged: boolean;
  readonly acl: Acl;
  readonly owner: string;
  readonly owner_relation: Oid | null;
  readonly owner_column: number | null;
  readonly dependency: 'a' | 'i' | null;
  readonly comment: string | null;
}

export interface TypeRow {
  readonly oid: Oid;
  readonly schema: Oid;
  readonly name: string;
  readonly kind: 'e' | 'd' | 'c' | 'r';
  readonly relation: Oid;
  readonly acl: Acl;
  readonly owner: string;
  readonly base: Oid;
  readonly base_text: string | null;
  readonly not_null: boolean;
  readonly default: string | null;
  readonly collation: Name;
}

export interface EnumLabelRow {
  readonly type: Oid;
  readonly label: string;
}

export interface RangeRow {
  readonly type: Oid;
  readonly subtype: string;
  readonly definition: string;
}

export interface RoutineRow {
  readonly oid: Oid;
  readonly schema: Oid;
  readonly name: string;
  readonly kind: 'f' | 'p' | 'a' | 'w';
  readonly identity: string;
  readonly returns: string | null;
  readonly return_type: Oid;
  readonly returns_set: boolean;
  readonly language: string;
  /** Null for an aggregate. */
  readonly definition: string | null;
  readonly volatility: 'i' | 's' | 'v';
  readonly strict: boolean;
  readonly security_definer: boolean;
  readonly settings: readonly string[] | null;
  readonly acl: Acl;
  readonly owner: string;
  readonly types: readonly Oid[];
  readonly modes: readonly string[] | null;
  readonly names: readonly string[] | null;
  readonly defaults: readonly (string | null)[] | null;
}

export interface KeywordRow {
  readonly word: string;
}

export interface AggregateRow {
  readonly routine: Oid;
  readonly options: readonly string[];
}

export interface DefaultPrivilegeRow {
  readonly role: string;
  readonly schema: string | null;
  readonly objects: string;
  readonly acl: readonly string[];
}

export interface UnmodelledRow {
  readonly definition: string | null;
  readonly kind: string;
  readonly name: string;
}
