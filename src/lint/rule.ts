/** The contract of a rule: what it judges, what it says, and the examples by which tests hold it to its word. */

import { ident } from '../base/ident.ts';
import type { Direction } from '../base/plan.ts';
import type { Naming, RuleLevel } from '../config/schema.ts';
import { about } from './about.ts';
import type { Action, Name } from './action.ts';
import type { Facts } from './facts.ts';
import type { Maker, State } from './state.ts';

export type Rule = ActionRule | StateRule;

interface RuleWords {
  /** `lint/<name>` is the code of its findings. */
  readonly name: string;
  /** Before the configuration changes it. `off`: a matter of taste, or of the application. */
  readonly level: RuleLevel;
  /** What it is about and why, in one line, for docs/lint.md. */
  readonly summary: string;
  /** The lock that hurts; null: it is not about locks. */
  readonly lock: string | null;
  /** It hurts for as long as the rows of the action's table take: on one with few (`lint.smallRows`) it is a note. Default: no. */
  readonly grows?: boolean;
  /** The names that other tools give it: `squawk:…`, `strong_migrations:…`, `atlas:…`. */
  readonly covers: readonly string[];
  /** Statements of one migration that must be found fault with, and some that must not. Tests run both. */
  readonly bad: Example;
  readonly good: Example;
}

/** Judges what a statement does. */
export interface ActionRule extends RuleWords {
  /** Which direction it judges; default: both. */
  readonly only?: Direction;
  /** Judges the SQL in routines too, which runs when they are called. Default: no; what DO blocks hold is judged always. */
  readonly bodies?: boolean;
  readonly judge: (action: Action, scene: Scene) => readonly Problem[];
}

/** Judges the state that all migrations leave, whoever brought it about: a comment may come a migration later. */
export interface StateRule extends RuleWords {
  readonly examine: (state: State, naming: Naming) => readonly StateProblem[];
}

/** `by`: whose line is told. */
export type StateProblem = Omit<Problem, 'offset'> & { readonly by: Maker };

/** `earlier`: a pending migration before it. `server`: what the database says of its version (`server_version_num`). */
export type Example =
  | string
  | { readonly earlier?: string; readonly server?: number; readonly up: string; readonly down: string };

export interface Problem {
  /** `bookings.price`, `idx_bookings_price`: the object. */
  readonly subject: string;
  /** The fact. */
  readonly message: string;
  /** What to do instead, with the reader's own names, ready to paste. */
  readonly hint: string;
  /** Where in the statement, UTF-16 units. Default: its beginning. */
  readonly offset?: number;
}

/** Where an Action stands. */
export interface Scene {
  /** The whole statement, as it will be sent. */
  readonly sql: string;
  /** The statement does nothing else. */
  readonly alone: boolean;
  readonly direction: Direction;
  readonly transactional: boolean;
  /** The routine whose body holds it; null: it runs with the migration. */
  readonly inside: string | null;
  /** Everything that the script does, in order, and the place of this action in it. */
  readonly actions: readonly Action[];
  readonly index: number;
  /** What the other direction of the migration does. */
  readonly other: readonly Action[];
  /** What earlier migrations of the same run do. */
  readonly before: readonly Action[];
  /** What the ups of the whole run do, this one and later ones too. */
  readonly run: readonly Action[];
  /** Earlier ones, migration by migration. */
  readonly pending: readonly { readonly name: string; readonly actions: readonly Action[] }[];
  readonly facts: Facts;
}

/** What this script has done about a table so far, and what earlier migrations of the run did. In order. */
export function doneSoFar(
  table: Name,
  { before, actions, index }: Pick<Scene, 'before' | 'actions' | 'index'>,
): readonly Action[] {
  return [...about(before, table), ...about(actions, table, index)];
}

/** Created by this script, or (a database tells) not there before this run, or empty: nobody waits and nothing is scanned. */
export function isNew(table: Name, scene: Pick<Scene, 'actions' | 'index' | 'facts'>): boolean {
  const { actions, facts } = scene;
  const earlier = about(actions, table, scene.index);
  const live = facts.table(table);
  if (earlier.some((action) => makesNew(action, table, live !== undefined && live !== null))) return true;
  if (live === null || live?.rows === 0) return true;
  const renamed = earlier.findLast(
    (action) => action.kind === 'rename' && action.what === 'table' && action.to === table.name,
  );
  if (renamed?.kind !== 'rename' || !renamed.on || live) return false;
  return isNew(renamed.on, { actions, facts, index: actions.indexOf(renamed) });
}

/** IF NOT EXISTS makes nothing of what is there. */
function makesNew(action: Action, table: Name, isThere: boolean): boolean {
  if (action.kind === 'create view') return action.materialized && same(action.name, table);
  return action.kind === 'create table' && same(action.table, table) && !(action.ifNotExists && isThere);
}

/** A view, type, extension or routine that this script has made so far: nobody uses it yet. */
export function isMade(name: Name, { actions, index }: Pick<Scene, 'actions' | 'index'>): boolean {
  return actions
    .slice(0, index)
    .some((one) => /^create /.test(one.kind) && 'name' in one && isName(one.name) && same(one.name, name));
}

function isName(value: unknown): value is Name {
  return typeof value === 'object' && value !== null && 'schema' in value;
}

export function same(a: Name, b: Name): boolean {
  return a.name === b.name && (a.schema === b.schema || a.schema === null || b.schema === null);
}

/** Names for a hint: quoted only where PostgreSQL needs it; what has no name of its own is a gap to be filled in. */
export function show(name: Name | string): string {
  if (name === '') return '…';
  if (typeof name === 'string') return /^[a-z_][a-z0-9_]*$/.test(name) ? name : ident(name);
  return name.schema === null ? show(name.name) : `${show(name.schema)}.${show(name.name)}`;
}

/** `about 12,000 rows`, for messages; empty when nobody knows. */
export function size(table: Name, { facts }: Scene): string {
  const rows = facts.table(table)?.rows;
  return rows === null || rows === undefined ? '' : ` (about ${rows.toLocaleString('en-US')} rows)`;
}
