/** What a statement does, without the parser's words: the closed union that rules judge. */
import type { Reach } from './bounds.ts';
import type { Node } from './tree.ts';

/** As written: no schema is null, and unquoted names are in lower case already. */
export interface Name {
  readonly schema: string | null;
  readonly name: string;
}

/** Stands for a name that only the run knows. */
export const SOME_NAME = '…';

export type ConstraintKind = 'check' | 'foreign key' | 'unique' | 'primary key' | 'exclusion' | 'not null';

export type OnDelete = 'NO ACTION' | 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT';

export interface AddedConstraint {
  readonly kind: ConstraintKind;
  readonly name: string | null;
  /** Constrained columns; empty for CHECK and EXCLUDE. */
  readonly columns: readonly string[];
  readonly notValid: boolean;
  /** The index that ADD CONSTRAINT … USING INDEX takes over. */
  readonly usingIndex: string | null;
  readonly references: Name | null;
  /** `NO ACTION` also where nothing is written: the grammar does not tell them apart. Null: no foreign key. */
  readonly onDelete: OnDelete | null;
  /** Which of `columns` SET NULL (…) and SET DEFAULT (…) name; empty: all. */
  readonly onDeleteColumns: readonly string[];
  readonly expression: Node | null;
}

export interface AddedColumn {
  readonly name: string;
  /** `int4`, `varchar`, `bigserial`: as the parser names it, without schema and brackets. */
  readonly type: string;
  readonly typeSchema: string | null;
  /** The numbers in parentheses. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
  readonly notNull: boolean;
  readonly default: Node | null;
  readonly generated: boolean;
  /** Computed when it is read (PostgreSQL 18); `generated` is one that is stored. */
  readonly virtual: boolean;
  readonly identity: boolean;
  readonly constraints: readonly AddedConstraint[];
}

/** What a PL/pgSQL body does that its statements do not tell. Offsets in the whole statement, UTF-16 units. */
export interface Body {
  /** Handlers of OTHERS that tell nobody. */
  readonly swallowed: readonly number[];
  /** What EXECUTE puts into SQL without quoting it. */
  readonly dynamic: readonly { readonly part: string; readonly by: '||' | '%s'; readonly offset: number }[];
  /** Where EXECUTE and its kin run SQL of which not every word is known before. */
  readonly executes: readonly number[];
}

export const EMPTY_BODY: Body = { swallowed: [], dynamic: [], executes: [] };

export type LockLevel =
  | 'ACCESS SHARE'
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'EXCLUSIVE'
  | 'ACCESS EXCLUSIVE';

/** Null: there is no WHERE. */
export type Where = { readonly reach: Reach; readonly merge: boolean } | null;

export type Action =
  | {
      readonly kind: 'create table';
      readonly table: Name;
      readonly columns: readonly AddedColumn[];
      readonly constraints: readonly AddedConstraint[];
      readonly partitioned: boolean;
      readonly ifNotExists: boolean;
      readonly temporary: boolean;
      /** `PARTITION OF`, `INHERITS`, `LIKE`, `AS SELECT`: columns come from elsewhere. */
      readonly from: 'itself' | 'partition' | 'parents' | 'query';
      /** `PARTITION OF`, `INHERITS`. */
      readonly parents: readonly Name[];
      /** `PARTITION OF … DEFAULT`. */
      readonly isDefault: boolean;
    }
  | { readonly kind: 'add column'; readonly table: Name; readonly column: AddedColumn; readonly ifNotExists: boolean }
  | { readonly kind: 'drop column'; readonly table: Name; readonly column: string; readonly ifExists: boolean }
  | { readonly kind: 'set not null' | 'drop not null'; readonly table: Name; readonly column: string }
  | {
      readonly kind: 'set type';
      readonly table: Name;
      readonly column: string;
      readonly to: AddedColumn;
      readonly using: boolean;
      readonly collate: boolean;
    }
  | { readonly kind: 'set default'; readonly table: Name; readonly column: string; readonly default: Node | null }
  /** `only`: by ALTER TABLE ONLY, or CREATE INDEX … ON ONLY below: not for partitions. */
  | {
      readonly kind: 'add constraint';
      readonly table: Name;
      readonly constraint: AddedConstraint;
      readonly only: boolean;
    }
  | { readonly kind: 'validate constraint'; readonly table: Name; readonly constraint: string }
  | { readonly kind: 'drop constraint'; readonly table: Name; readonly constraint: string; readonly cascade: boolean }
  | {
      readonly kind: 'enable row security' | 'disable row security' | 'force row security' | 'unforce row security';
      readonly table: Name;
    }
  /** `what`: as the parser says, `AT_SetLogged`; `name`: of the column, trigger or the like, else empty. Materialized views too. */
  | { readonly kind: 'alter table'; readonly table: Name; readonly what: string; readonly name: string }
  | { readonly kind: 'alter index'; readonly index: Name; readonly what: string }
  /** ALTER TABLE ALL IN TABLESPACE. */
  | { readonly kind: 'move all'; readonly what: string; readonly from: string }
  | { readonly kind: 'attach partition'; readonly table: Name; readonly partition: Name; readonly isDefault: boolean }
  | {
      readonly kind: 'detach partition';
      readonly table: Name;
      readonly partition: Name;
      readonly concurrently: boolean;
    }
  | {
      readonly kind: 'create index';
      readonly table: Name;
      readonly name: string | null;
      readonly columns: readonly string[];
      readonly unique: boolean;
      /** Has a predicate or an expression: it serves no foreign key and cannot become a constraint. */
      readonly partial: boolean;
      readonly only: boolean;
      readonly concurrently: boolean;
      readonly ifNotExists: boolean;
    }
  | {
      readonly kind: 'drop';
      /** `table`, `index`, `schema`, `view`, … */
      readonly what: string;
      readonly names: readonly Name[];
      /** The tables of triggers, policies and rules, which are locked; empty for all else. */
      readonly tables: readonly Name[];
      readonly cascade: boolean;
      readonly concurrently: boolean;
      readonly ifExists: boolean;
    }
  | { readonly kind: 'drop database'; readonly name: string }
  | { readonly kind: 'drop owned'; readonly roles: readonly string[] }
  /** `what`: `table`, `column`, `schema`, `constraint`, … */
  | {
      readonly kind: 'rename';
      readonly what: string;
      readonly on: Name | null;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'add enum value'; readonly type: string; readonly value: string; readonly placed: boolean }
  | { readonly kind: 'rename enum value'; readonly type: string; readonly from: string; readonly to: string }
  | { readonly kind: 'update'; readonly table: Name; readonly columns: readonly string[]; readonly where: Where }
  | { readonly kind: 'delete'; readonly table: Name; readonly where: Where }
  | { readonly kind: 'truncate'; readonly tables: readonly Name[]; readonly cascade: boolean }
  /** Of a materialized view. */
  | { readonly kind: 'refresh'; readonly table: Name; readonly concurrently: boolean; readonly withData: boolean }
  | { readonly kind: 'vacuum full' | 'cluster'; readonly table: Name | null }
  | { readonly kind: 'reindex'; readonly name: Name | null; readonly what: string; readonly concurrently: boolean }
  | {
      readonly kind: 'create view';
      readonly name: Name;
      readonly securityInvoker: boolean;
      readonly tables: readonly Name[];
      readonly materialized: boolean;
    }
  /** ALTER VIEW … SET (security_invoker = …), or RESET. */
  | { readonly kind: 'view security'; readonly name: Name; readonly invoker: boolean }
  | { readonly kind: 'create schema' | 'create extension' | 'create type'; readonly name: Name }
  | { readonly kind: 'create enum'; readonly name: Name }
  /** `base`: the type below, which may be a domain too. */
  | { readonly kind: 'create domain'; readonly name: Name; readonly constrained: boolean; readonly base: Name }
  | {
      readonly kind: 'add domain constraint';
      readonly name: Name;
      readonly constraint: string | null;
      readonly notValid: boolean;
    }
  | {
      readonly kind: 'create routine';
      readonly name: Name;
      readonly body: string;
      /** Of BEGIN ATOMIC … END, or RETURN. */
      readonly statements: readonly Node[];
      readonly language: string;
      readonly securityDefiner: boolean;
      /** `SET search_path = …`: what is listed; null: not set. */
      readonly searchPath: readonly string[] | null;
      readonly content: Body;
    }
  | { readonly kind: 'create trigger'; readonly table: Name; readonly name: string; readonly calls: Name }
  | { readonly kind: 'create policy'; readonly table: Name }
  /** `from`: the tables that its query reads; empty for VALUES. */
  | { readonly kind: 'insert'; readonly table: Name; readonly from: readonly Name[] }
  /** Columns that one list sets: more lists than one where INSERT … ON CONFLICT and MERGE have them. */
  | { readonly kind: 'assign'; readonly table: Name; readonly verb: string; readonly columns: readonly string[] }
  | { readonly kind: 'do'; readonly body: string; readonly language: string; readonly content: Body }
  | {
      readonly kind: 'comment';
      readonly on: 'table' | 'column';
      readonly table: Name;
      readonly column: string | null;
      readonly text: string | null;
    }
  | { readonly kind: 'lock table'; readonly tables: readonly Name[]; readonly level: LockLevel }
  | { readonly kind: 'upgrade extension'; readonly name: string }
  /** Where names without a schema are looked for from now on. `default`: where it was at first; null: not known. */
  | { readonly kind: 'set search path'; readonly schemas: readonly string[] | 'default' | null }
  /** Of the session, or with `local` of the transaction; null: what it was at first. */
  | { readonly kind: 'set'; readonly name: string; readonly value: string | null; readonly local: boolean }
  | { readonly kind: 'set schema'; readonly table: Name; readonly schema: string }
  | { readonly kind: 'move object'; readonly what: string; readonly name: Name; readonly schema: string }
  /** Everything that no rule asks about, by the parser's name. */
  | { readonly kind: 'other'; readonly statement: string };

export type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;
