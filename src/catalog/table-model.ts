/** Tables, views and everything that hangs on them. Child lists are sorted by name, columns by position. */
import type { Described, Grant, QName } from './object-model.ts';

/** A column of a table, view, materialized view or composite type. Order in the list is the order in the table. */
export interface Column {
  readonly name: string;
  /** format_type(): `character varying(254)`, `timestamp with time zone`, `public.mood[]`. */
  readonly type: string;
  /** The type behind `type`, for code generators: never a domain's base, arrays are told by `dimensions`. */
  readonly typeName: QName;
  /** 0 for a scalar, 1 for any array (PostgreSQL does not enforce dimensions). */
  readonly dimensions: 0 | 1;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly identity: 'always' | 'by default' | null;
  /** Expression of a generated column. */
  readonly generated: { readonly kind: 'stored' | 'virtual'; readonly expression: string } | null;
  /** Only when it differs from the type's own collation. */
  readonly collation: QName | null;
  /** Only when it differs from the type's default. */
  readonly storage: string | null;
  readonly compression: string | null;
  readonly statistics: number | null;
  /** Per-column settings, sorted `name=value`: `n_distinct=100`; for a foreign table's column also its FDW options. */
  readonly options: readonly string[];
  /** Comes from a parent table only (plain inheritance): it goes when the parent's column goes. */
  readonly inherited: boolean;
  readonly comment: string | null;
  /** Column privileges; null when there are none. */
  readonly grants: readonly Grant[] | null;
}

interface ConstraintBase {
  readonly name: string;
  /** pg_get_constraintdef(). */
  readonly definition: string;
  readonly columns: readonly string[];
  readonly validated: boolean;
  /** False only for PostgreSQL 18's NOT ENFORCED. */
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  readonly comment: string | null;
}

/** Constraint triggers are triggers here: PostgreSQL keeps them in both catalogs. */
export type Constraint =
  | (ConstraintBase & { readonly kind: 'primary key' | 'unique'; readonly nullsNotDistinct: boolean })
  | (ConstraintBase & { readonly kind: 'check'; readonly expression: string; readonly noInherit: boolean })
  | (ConstraintBase & { readonly kind: 'exclude' })
  | (ConstraintBase & {
      readonly kind: 'foreign key';
      readonly references: QName & { readonly columns: readonly string[] };
      readonly onDelete: FkAction;
      readonly onUpdate: FkAction;
      readonly match: 'simple' | 'full' | 'partial';
    })
  /**
   * PostgreSQL 18 names every NOT NULL; the column's `notNull` tells it on all versions. Here only what older versions
   * cannot have: NOT VALID, NO INHERIT, or a comment on it.
   */
  | (ConstraintBase & { readonly kind: 'not null'; readonly noInherit: boolean });

export type FkAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface Index {
  readonly name: string;
  /** pg_get_indexdef(). */
  readonly definition: string;
  readonly method: string;
  readonly unique: boolean;
  /** False after a failed CREATE INDEX CONCURRENTLY: such an index serves nobody. */
  readonly valid: boolean;
  /** Key columns in order; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly include: readonly string[];
  readonly predicate: string | null;
  /** The constraint that owns it: such an index is created and dropped with the constraint. */
  readonly constraint: string | null;
  readonly clustered: boolean;
  readonly replicaIdentity: boolean;
  readonly tablespace: string | null;
  /** ALTER INDEX … ALTER COLUMN n SET STATISTICS: `n=target`, in order. */
  readonly statistics: readonly string[];
  readonly comment: string | null;
}

export type Enabled = 'origin' | 'disabled' | 'replica' | 'always';

export interface Trigger {
  readonly name: string;
  /** pg_get_triggerdef(). */
  readonly definition: string;
  readonly function: QName;
  readonly enabled: Enabled;
  readonly comment: string | null;
}

export interface Policy {
  readonly name: string;
  readonly command: 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  readonly permissive: boolean;
  /** Sorted role names; `PUBLIC` for everyone. */
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly withCheck: string | null;
  readonly comment: string | null;
}

export interface Rule {
  readonly name: string;
  readonly definition: string;
  readonly enabled: Enabled;
  readonly comment: string | null;
}

/** Extended statistics. */
export interface Statistics extends QName {
  readonly definition: string;
  /** ALTER STATISTICS … SET STATISTICS; null for the default. */
  readonly target: number | null;
  readonly comment: string | null;
}

export interface Table extends QName, Described {
  readonly kind: 'table' | 'partitioned table' | 'foreign table';
  readonly unlogged: boolean;
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly triggers: readonly Trigger[];
  readonly policies: readonly Policy[];
  readonly rules: readonly Rule[];
  readonly statistics: readonly Statistics[];
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean };
  /** `PARTITION BY` text of a partitioned table. */
  readonly partitionKey: string | null;
  /** For a partition: its parent and its bound. Also for plain inheritance, with `bound` null; in order of inheritance. */
  readonly parents: readonly (QName & { readonly bound: string | null })[];
  /** The composite type of a typed table (`CREATE TABLE … OF`). */
  readonly ofType: QName | null;
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  /** reloptions, sorted `name=value`; those of the TOAST table begin with `toast.`. */
  readonly options: readonly string[];
  /** Null for the default, `heap`. */
  readonly accessMethod: string | null;
  readonly tablespace: string | null;
  /** Foreign tables only. */
  readonly foreignServer: { readonly server: string; readonly options: readonly string[] } | null;
}

/** Whether a materialized view is populated is data, not definition: REFRESH must not look like drift. */
export interface View extends QName, Described {
  readonly kind: 'view' | 'materialized view';
  readonly definition: string;
  readonly columns: readonly Column[];
  /** reloptions: `security_invoker=true`, `check_option=cascaded`, … */
  readonly options: readonly string[];
  /** Materialized views only. */
  readonly indexes: readonly Index[];
  readonly accessMethod: string | null;
  readonly tablespace: string | null;
  /** INSTEAD OF triggers. */
  readonly triggers: readonly Trigger[];
  /** Rules other than the view's own. */
  readonly rules: readonly Rule[];
  /** Extended statistics on a materialized view. */
  readonly statistics: readonly Statistics[];
}
