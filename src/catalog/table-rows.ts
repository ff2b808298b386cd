/** What the queries about tables and views return: one interface a file under sql/, fields as its columns. */
import type { Acl, Name, Oid } from './rows.ts';

export interface RelationRow {
  readonly oid: Oid;
  readonly schema: Oid;
  readonly name: string;
  readonly kind: 'r' | 'p' | 'f' | 'v' | 'm';
  readonly unlogged: boolean;
  readonly options: readonly string[] | null;
  readonly toast_options: readonly string[] | null;
  readonly acl: Acl;
  readonly owner: string;
  readonly row_security: boolean;
  readonly force_row_security: boolean;
  readonly replica_identity: 'd' | 'n' | 'f' | 'i';
  readonly access_method: string | null;
  readonly tablespace: string | null;
  readonly partition_key: string | null;
  readonly bound: string | null;
  readonly definition: string | null;
  readonly of_type: Name;
  readonly server: string | null;
  readonly server_options: readonly string[] | null;
  readonly comment: string | null;
}

export interface ColumnRow {
  readonly relation: Oid;
  readonly number: number;
  readonly name: string;
  readonly type: Oid;
  /** With its modifier; null when it has none. */
  readonly type_text: string | null;
  readonly not_null: boolean;
  readonly identity: '' | 'a' | 'd';
  readonly generated: '' | 's' | 'v';
  readonly default: string | null;
  readonly collation: Name;
  readonly storage: 'p' | 'e' | 'm' | 'x' | null;
  readonly compression: 'p' | 'l' | null;
  readonly statistics: number | null;
  readonly options: readonly string[] | null;
  readonly fdw_options: readonly string[] | null;
  readonly acl: Acl;
  readonly local: boolean;
  readonly comment: string | null;
}

export interface ConstraintRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly domain: Oid;
  readonly name: string;
  readonly kind: 'p' | 'u' | 'x' | 'f' | 'c' | 'n';
  readonly definition: string | null;
  readonly key: readonly number[] | null;
  readonly index: Oid;
  readonly validated: boolean;
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly no_inherit: boolean;
  readonly on_update: string;
  readonly on_delete: string;
  readonly match: string;
  readonly target: Oid;
  readonly target_key: readonly number[] | null;
}

export interface OutsideTargetRow {
  readonly oid: Oid;
  readonly schema: string;
  readonly name: string;
  /** By attribute number less one. */
  readonly columns: readonly (string | null)[];
}

export interface InheritanceRow {
  readonly child: Oid;
  readonly parent: Oid;
  readonly number: number;
}

export interface IndexRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly name: string;
  readonly definition: string | null;
  readonly method: string;
  readonly unique: boolean;
  readonly valid: boolean;
  /** Attribute numbers with spaces between, as int2vector prints; 0 is an expression. */
  readonly key: string;
  readonly key_count: number;
  readonly predicate: string | null;
  readonly nulls_not_distinct: boolean;
  readonly clustered: boolean;
  readonly replica_identity: boolean;
  readonly tablespace: string | null;
  readonly comment: string | null;
}

export interface TriggerRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly name: string;
  readonly definition: string | null;
  readonly enabled: string;
  readonly function_schema: string;
  readonly function_name: string;
}

export interface PolicyRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly name: string;
  readonly command: '*' | 'r' | 'a' | 'w' | 'd';
  readonly permissive: boolean;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly with_check: string | null;
}

export interface RuleRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly name: string;
  readonly definition: string | null;
  readonly enabled: string;
}

export interface StatisticsRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly schema: string;
  readonly name: string;
  readonly definition: string | null;
  readonly target: number | null;
}
