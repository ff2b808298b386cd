/**
 * Snapshot: what a database is. Pure data: frozen, sorted by name (columns by position), without oids, clock or
 * connection; the same database gives the same Snapshot on every server version we support. Everything else reads it:
 * verify, drift, types, backups, docs, lint.
 *
 * Expressions and definitions are PostgreSQL's own deparsed text (pg_get_expr, pg_get_constraintdef, …), read with an
 * empty search_path so that names in them are always qualified. Absent text is null, never ''.
 * Left out on purpose: owners (unless asked for), the toolkit's own tables, temporary objects, objects that belong to an
 * extension (the extension stands for them), partitions' inherited copies of constraints, indexes and triggers; and
 * what is state rather than definition: rows, sequence positions, whether a materialized view is populated.
 */
import type { Described, Grant, QName } from './object-model.ts';
import type { Column, Table, View } from './table-model.ts';

export type { Described, Grant, QName } from './object-model.ts';
export type {
  Column,
  Constraint,
  Index,
  Policy,
  Rule,
  Statistics,
  Table,
  Trigger,
  View,
} from './table-model.ts';

export interface Schema extends Described {
  readonly name: string;
}

export interface Extension {
  readonly name: string;
  readonly schema: string;
  readonly version: string;
  readonly comment: string | null;
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
  readonly unlogged: boolean;
  /** The column that owns it (serial or identity); null for a free sequence. */
  readonly ownedBy: (QName & { readonly column: string; readonly identity: boolean }) | null;
}

export interface DomainCheck {
  readonly name: string;
  readonly definition: string;
  readonly expression: string;
  readonly validated: boolean;
  readonly comment: string | null;
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
        readonly checks: readonly DomainCheck[];
      }
    | { readonly kind: 'composite'; readonly columns: readonly Column[] }
    | { readonly kind: 'range'; readonly subtype: string; readonly definition: string }
  );

export interface DefaultPrivilege {
  /** The role whose future objects it concerns. */
  readonly role: string;
  /** Null: in every schema. */
  readonly schema: string | null;
  readonly objects: 'tables' | 'sequences' | 'functions' | 'types' | 'schemas' | 'large objects';
  readonly grants: readonly Grant[];
}

/** An object of a kind the Snapshot does not model: reported loudly, never ignored. */
export interface Unmodelled {
  /**
   * What is inside, for comparing only: catalog columns and the comment as one line. Null where a secret may be there (user mappings), and
   * where the name tells all.
   */
  readonly definition: string | null;
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
