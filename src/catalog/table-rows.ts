/**
 * What the queries about tables and views return: one interface a file under sql/, fields as its columns.
 *
 * Of what there is most of (columns, constraints, indexes) a field that is as usual comes as NULL: a value costs the server
 * to print and the driver to read, and there are hundreds of thousands. The type says so: `true | null` is false by default.
 */
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
  readonly not_null: true | null;
  readonly identity: 'a' | 'd' | null;
  readonly generated: 's' | 'v' | null;
  readonly default: string | null;
  readonly collation: Name;
  readonly storage: 'p' | 'e' | 'm' | 'x' | null;
  readonly compression: 'p' | 'l' | null;
  readonly statistics: number | null;
  readonly options: readonly string[] | null;
  readonly fdw_options: readonly string[] | null;
  readonly acl: Acl;
  readonly local: false | null;
  readonly comment: string | null;
}

export interface ConstraintRow {
  readonly oid: Oid;
  readonly relation: Oid;
  readonly domain: Oid | null;
  readonly name: string;
  readonly kind: 'p' | 'u' | 'x' | 'f' | 'c' | 'n';
  readonly definition: string | null;
  /** Attribute numbers as PostgreSQL prints an array: `{1,2}`. */
  readonly key: string | null;
  readonly index: Oid | null;
  readonly validated: false | null;
  readonly enforced: false | null;
  readonly deferrable: true | null;
  readonly deferred: true | null;
  readonly no_inherit: true | null;
  /** Null: NO ACTION. */
  readonly on_update: 'r' | 'c' | 'n' | 'd' | null;
  readonly on_delete: 'r' | 'c' | 'n' | 'd' | null;
  /** Null: MATCH SIMPLE. */
  readonly match: 'f' | 'p' | null;
  readonly target: Oid | null;
  readonly target_key: string | null;
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
  /** Empty: the columns tell it (index-definition.ts). */
  readonly definition: string | null;
  /** Null: btree. */
  readonly method: string | null;
  readonly unique: true | null;
  readonly valid: false | null;
  /** Attribute numbers with spaces between, as int2vector prints; 0 is an expression. */
  readonly key: string;
  /** Null: all of `key`. */
  readonly key_count: number | null;
  /** By key column, with spaces between: 1 is DESC, 2 is NULLS FIRST. */
  readonly options: string;
  readonly predicate: string | null;
  readonly nulls_not_distinct: true | null;
  readonly clustered: true | null;
  readonly replica_identity: true | null;
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
