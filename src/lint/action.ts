/** What a statement does, without the parser's words: the closed union that rules judge. */
import type { Node } from './tree.ts';

/** As written: no schema is null, and unquoted names are in lower case already. */
export interface Name {
  readonly schema: string | null;
  readonly name: string;
}

export type ConstraintKind = 'check' | 'foreign key' | 'unique' | 'primary key' | 'exclusion' | 'not null';

export interface AddedConstraint {
  readonly kind: ConstraintKind;
  readonly name: string | null;
  /** Constrained columns; empty for CHECK and EXCLUDE. */
  readonly columns: readonly string[];
  readonly notValid: boolean;
  /** The index that ADD CONSTRAINT … USING INDEX takes over. */
  readonly usingIndex: string | null;
  readonly references: Name | null;
  readonly onDeleteSetNull: boolean;
  readonly expression: Node | null;
}

export interface AddedColumn {
  readonly name: string;
  /** `int4`, `varchar`, `bigserial`: as the parser names it, without schema and brackets. */
  readonly type: string;
  /** The numbers in parentheses. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
  readonly notNull: boolean;
  readonly default: Node | null;
  readonly generated: boolean;
  readonly identity: boolean;
  readonly constraints: readonly AddedConstraint[];
}

export type Action =
  | {
      readonly kind: 'create table';
      readonly table: Name;
      readonly columns: readonly AddedColumn[];
      readonly constraints: readonly AddedConstraint[];
      readonly partitioned: boolean;
      readonly ifNotExists: boolean;
      readonly temporary: boolean;
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
    }
  | { readonly kind: 'set default'; readonly table: Name; readonly column: string; readonly default: Node | null }
  | { readonly kind: 'add constraint'; readonly table: Name; readonly constraint: AddedConstraint }
  | { readonly kind: 'validate constraint' | 'drop constraint'; readonly table: Name; readonly constraint: string }
  | { readonly kind: 'enable row security'; readonly table: Name }
  | { readonly kind: 'attach partition' | 'alter table'; readonly table: Name; readonly what: string }
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
      readonly concurrently: boolean;
      readonly ifNotExists: boolean;
    }
  | {
      readonly kind: 'drop';
      /** `table`, `index`, `schema`, `view`, … */
      readonly what: string;
      readonly names: readonly Name[];
      readonly cascade: boolean;
      readonly concurrently: boolean;
      readonly ifExists: boolean;
    }
  | { readonly kind: 'drop database'; readonly name: string }
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
  | { readonly kind: 'update'; readonly table: Name; readonly columns: readonly string[]; readonly where: boolean }
  | { readonly kind: 'delete'; readonly table: Name; readonly where: boolean }
  | { readonly kind: 'truncate'; readonly tables: readonly Name[]; readonly cascade: boolean }
  | { readonly kind: 'vacuum full' | 'cluster'; readonly table: Name | null }
  | { readonly kind: 'reindex'; readonly name: Name | null; readonly what: string; readonly concurrently: boolean }
  | {
      readonly kind: 'create view';
      readonly name: Name;
      readonly securityInvoker: boolean;
      readonly tables: readonly Name[];
    }
  | { readonly kind: 'create domain'; readonly name: Name; readonly constrained: boolean }
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
      readonly language: string;
      readonly securityDefiner: boolean;
      readonly setsSearchPath: boolean;
    }
  | { readonly kind: 'create trigger' | 'create policy' | 'insert'; readonly table: Name }
  | { readonly kind: 'do'; readonly body: string }
  /** Everything that no rule asks about, by the parser's name. */
  | { readonly kind: 'other'; readonly statement: string };

export type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;
