/**
 * Snapshot: what a database is. Pure data: frozen, sorted by name (columns by position), without oids, clock or
 * connection; the same database gives the same Snapshot on every server version we support. Everything else reads it:
 * verify, drift, types, backups, docs, lint.
 *
 * Expressions and definitions are PostgreSQL's own deparsed text (pg_get_expr, pg_get_constraintdef, …), read with an
 * empty search_path so that names in them are always qualified. Absent text is null, never ''.
 * Left out on purpose: owners (unless asked for), the toolkit's own tables, temporary objects, objects that belong to an
 * extension (the extension stands for them), partitions' inherited copies of constraints, indexes and triggers.
 */

/** A schema-qualified name. */
export interface QName {
  readonly schema: string;
  readonly name: string;
}

/** `null` privileges list means PostgreSQL's default; an entry is one grantee with its sorted privileges. */
export interface Grant {
  /** Role name, or `PUBLIC`. */
  readonly grantee: string;
  /** Upper-case SQL words, sorted: `SELECT`, `INSERT`, … */
  readonly privileges: readonly string[];
  /** Those of the privileges that the grantee may pass on. */
  readonly grantable: readonly string[];
}

/** What every object can have. */
export interface Described {
  readonly comment: string | null;
  /** Only when the Snapshot was read with owners. */
  readonly owner?: string;
  /** Null: never granted or revoked, PostgreSQL's defaults hold. The owner's own full rights are left out. */
  readonly grants?: readonly Grant[] | null;
}

export interface Schema extends Described {
  readonly name: string;
}

export interface Extension {
  readonly name: string;
  readonly schema: string;
  readonly version: string;
}

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
  readonly comment: string | null;
  /** Column privileges; null when none was ever granted. */
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
  | (ConstraintBase & { readonly kind: 'trigger' });

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
  readonly comment: string | null;
}

export interface Trigger {
  readonly name: string;
  /** pg_get_triggerdef(). */
  readonly definition: string;
  readonly function: QName;
  readonly enabled: 'origin' | 'disabled' | 'replica' | 'always';
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
  readonly enabled: 'origin' | 'disabled' | 'replica' | 'always';
  readonly comment: string | null;
}

/** Extended statistics. */
export interface Statistics extends QName {
  readonly definition: string;
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
  /** For a partition: its parent and its bound. Also for plain inheritance, with `bound` null. */
  readonly parents: readonly (QName & { readonly bound: string | null })[];
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  /** reloptions, sorted `name=value`. */
  readonly options: readonly string[];
  readonly accessMethod: string | null;
  readonly tablespace: string | null;
  /** Foreign tables only. */
  readonly foreignServer: { readonly server: string; readonly options: readonly string[] } | null;
}

export interface View extends QName, Described {
  readonly kind: 'view' | 'materialized view';
  readonly definition: string;
  readonly columns: readonly Column[];
  /** reloptions: `security_invoker=true`, `check_option=cascaded`, … */
  readonly options: readonly string[];
  /** Materialized views only. */
  readonly indexes: readonly Index[];
  readonly populated: boolean;
  /** INSTEAD OF triggers. */
  readonly triggers: readonly Trigger[];
  /** Rules other than the view's own. */
  readonly rules: readonly Rule[];
}

export interface Parameter {
  /** Null when unnamed. */
  readonly name: string | null;
  readonly mode: 'in' | 'out' | 'inout' | 'variadic' | 'table';
  readonly type: string;
  readonly typeName: QName;
  readonly dimensions: 0 | 1;
  /** Deparsed default, null when the argument is required. */
  readonly default: string | null;
}

export interface Routine extends QName, Described {
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window';
  /** pg_get_function_identity_arguments(): tells overloads apart. */
  readonly identity: string;
  readonly parameters: readonly Parameter[];
  /** pg_get_function_result(); null for a procedure. */
  readonly returns: string | null;
  readonly returnType: QName | null;
  readonly returnsSet: boolean;
  readonly language: string;
  /** pg_get_functiondef(); for an aggregate its canonical CREATE AGGREGATE. */
  readonly definition: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly strict: boolean;
  readonly securityDefiner: boolean;
  /** `SET` clauses, `name=value`. */
  readonly settings: readonly string[];
}

export interface Sequence extends QName, Described {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
  /** The column that owns it (serial or identity); null for a free sequence. */
  readonly ownedBy: (QName & { readonly column: string; readonly identity: boolean }) | null;
}

export type UserType = QName &
  Described &
  (
    | { readonly kind: 'enum' /** In the order of enumsortorder. */; readonly labels: readonly string[] }
    | {
        readonly kind: 'domain';
        readonly base: string;
        readonly baseType: QName;
        readonly dimensions: 0 | 1;
        readonly notNull: boolean;
        readonly default: string | null;
        readonly collation: QName | null;
        readonly checks: readonly {
          readonly name: string;
          readonly definition: string;
          readonly expression: string;
          readonly validated: boolean;
        }[];
      }
    | { readonly kind: 'composite'; readonly columns: readonly Column[] }
    | { readonly kind: 'range'; readonly subtype: string; readonly definition: string }
  );

export interface DefaultPrivilege {
  /** The role whose future objects it concerns. */
  readonly role: string;
  /** Null: in every schema. */
  readonly schema: string | null;
  readonly objects: 'tables' | 'sequences' | 'functions' | 'types' | 'schemas';
  readonly grants: readonly Grant[];
}

/** An object of a kind the Snapshot does not model: reported loudly, never ignored. */
export interface Unmodelled {
  /** PostgreSQL's word: `event trigger`, `publication`, `operator`, `text search configuration`, … */
  readonly kind: string;
  readonly name: string;
}

export interface Snapshot {
  readonly schemas: readonly Schema[];
  readonly extensions: readonly Extension[];
  readonly types: readonly UserType[];
  readonly sequences: readonly Sequence[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly routines: readonly Routine[];
  readonly defaultPrivileges: readonly DefaultPrivilege[];
  readonly unmodelled: readonly Unmodelled[];
}
