/** The commands of an ALTER TABLE as statements of their own, in an order in which they do the same. */
import { folded, type Token, tokenize } from '../syntax/lexer.ts';
import { parseSql } from '../syntax/parse.ts';
import type { Action, ActionOf, AddedConstraint } from './action.ts';
import { actionsOf } from './actions.ts';
import { type Inline, takenOut } from './inline.ts';
import { list, record } from './tree.ts';

export interface Command {
  /** As a statement of its own. */
  readonly sql: string;
  readonly action: Action;
  /** The command alone. */
  readonly text: string;
  /** Of the command, in the statement that holds it. */
  readonly from: number;
  readonly to: number;
}

/** One where a statement does one thing; none where it cannot be taken apart. */
export async function commandsOf(sql: string): Promise<readonly Command[]> {
  const parsed = await parseSql(sql);
  const [only, second] = parsed.ok ? parsed.statements : [];
  if (!only || second) return [];
  const actions = actionsOf(only.node);
  const whole = actions.flatMap((action) => [{ sql, action, text: sql, from: 0, to: sql.length }]);
  const tokens = tokenize(sql);
  const name = endOfName(sql, tokens);
  const last = tokens[name - 1];
  if (!last || !('AlterTableStmt' in only.node)) return whole.length === 1 ? whole : [];
  const head = sql.slice(0, last.end);
  const runs = commaRuns(sql, tokens.slice(name));
  const { cmds } = record(only.node.AlterTableStmt);
  const commands = runs.flatMap(([from, to], index) => {
    const action = actions[index];
    const text = sql.slice(from, to);
    const alone = index === 0 ? sql.slice(0, to) : `${head} ${text}`;
    const inline = takenOut(sql, [from, to], record(list(cmds)[index]?.AlterTableCmd));
    if (!action || !inline || action.kind !== 'add column')
      return action ? [{ sql: alone, action, text, from, to }] : [];
    return apartFromColumn(action, inline, { head: index === 0 ? sql.slice(0, from) : `${head} `, on: head, from, to });
  });
  if (runs.length !== actions.length || !isInOrder(commands)) return whole.length === 1 ? whole : [];
  return commands.length === 1 ? whole : commands;
}

/** ADD COLUMN, and each of its constraints after it. */
function apartFromColumn(
  action: ActionOf<'add column'>,
  { host, added }: Inline,
  { head, on, from, to }: { readonly head: string; readonly on: string; readonly from: number; readonly to: number },
): readonly Command[] {
  const { table, column } = action;
  const kept = column.constraints.filter((one) => !added.some(({ constraint }) => isSame(constraint, one)));
  const alone = { ...action, column: { ...column, constraints: kept } };
  const own: Command = { sql: head + host, action: alone, text: host, from, to };
  const rest = added.map(({ clause, constraint }): Command => {
    return {
      sql: `${on} ${clause}`,
      text: clause,
      action: { kind: 'add constraint', table, constraint, only: false },
      from: to,
      to,
    };
  });
  return [own, ...rest];
}

function isSame(a: AddedConstraint, b: AddedConstraint): boolean {
  return a.kind === b.kind && a.name === b.name && a.expression === b.expression;
}

/** How many tokens `ALTER TABLE [IF EXISTS] [ONLY] name [*]` has. */
function endOfName(sql: string, tokens: readonly Token[]): number {
  const is = (at: number, ...words: readonly string[]): boolean => {
    const token = tokens[at];
    return token !== undefined && words.includes(folded(sql, token));
  };
  let at = 2;
  if (is(at, 'if') && is(at + 1, 'exists')) at += 2;
  if (is(at, 'only')) at += 1;
  at += 1;
  while (is(at, '.')) at += 2;
  return is(at, '*') ? at + 1 : at;
}

/** Begin and end of what stands between commas outside of all brackets. */
function commaRuns(sql: string, tokens: readonly Token[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  let [depth, open] = [0, false];
  for (const { start, end } of tokens) {
    const sign = sql.slice(start, end);
    if (sign === ',' && depth === 0) {
      open = false;
      continue;
    }
    if (sign === '(' || sign === '[') depth += 1;
    if (sign === ')' || sign === ']') depth -= 1;
    const run = runs.at(-1);
    if (open && run) run[1] = end;
    else runs.push([start, end]);
    open = true;
  }
  return runs;
}

/**
 * PostgreSQL runs the commands of one statement by kind: what drops, then what changes types, then new columns, then all else.
 * One after the other they do the same unless a later one of an earlier kind is needed before its turn.
 */
function isInOrder(commands: readonly Command[]): boolean {
  return commands.every((command, index) =>
    commands.slice(0, index).every((before) => pass(before) <= pass(command) || !names(before, changedBy(command))),
  );
}

function pass({ action: { kind } }: Command): number {
  if (kind === 'drop column' || kind === 'drop constraint' || kind === 'drop not null') return 0;
  if (kind === 'set type') return 1;
  return kind === 'add column' ? 2 : 3;
}

/** Name of the column or constraint. */
function changedBy({ action }: Command): string {
  switch (action.kind) {
    case 'add column':
      return action.column.name;
    case 'drop column':
    case 'set type':
    case 'drop not null':
      return action.column;
    case 'drop constraint':
      return action.constraint;
    default:
      return '';
  }
}

function names({ text }: Command, name: string): boolean {
  return text.includes(name);
}
