/**
 * ALTER TABLE with several commands, taken apart where it stands: `ADD COLUMN …, ADD CONSTRAINT …` becomes two statements, so that
 * one of them can wait or move without the other. Only where two say what one said.
 */
import { type Script, type Statement, statementsOf } from '../base/plan.ts';
import { folded, type Token, tokenize } from '../syntax/lexer.ts';
import { parseSql } from '../syntax/parse.ts';
import { offsetAt, placer } from '../syntax/place.ts';
import type { Action } from './action.ts';
import { actionsOf } from './actions.ts';
import { type Edit, edited, siteOf, sqlCall } from './edit.ts';
import type { Facts } from './facts.ts';
import { type Recipe, recipeFor } from './recipes.ts';
import { isInferred, type Subject } from './subject.ts';

/** The same object when nothing is taken apart. `blamed`: whether lint finds fault with a statement of `up`. */
export async function takenApart(
  subject: Subject,
  facts: Facts,
  blamed: (statement: Statement) => boolean,
): Promise<Subject> {
  if (isInferred(subject)) return subject;
  const recipes: Recipe[] = [];
  const splits: Split[] = [];
  for (const statement of statementsOf(subject.up).filter(blamed)) {
    const commands = await commandsOf(statement.sql);
    const found = commands.map(({ sql, action }) => recipeFor(action, sql, facts)).filter(isRecipe);
    const split = found.length > 0 ? splitOf(subject, subject.up, statement, commands) : null;
    if (split) splits.push(split);
    recipes.push(...found);
  }
  for (const statement of statementsOf(subject.down)) {
    const commands = await commandsOf(statement.sql);
    const undone = commands.some(({ action }) => recipes.some(({ undoes }) => undoes(action)));
    const split = undone ? splitOf(subject, subject.down, statement, commands) : null;
    if (split) splits.push(split);
  }
  return splits.length > 0 ? withSplits(subject, splits) : subject;
}

function isRecipe(value: ReturnType<typeof recipeFor>): value is Recipe {
  return typeof value === 'object';
}

interface Command {
  /** As a statement of its own. */
  readonly sql: string;
  readonly action: Action;
  /** Of the command alone, in the statement that holds it. */
  readonly from: number;
  readonly to: number;
}

/** One where a statement does one thing; none where it cannot be taken apart. */
async function commandsOf(sql: string): Promise<readonly Command[]> {
  const parsed = await parseSql(sql);
  const [only, second] = parsed.ok ? parsed.statements : [];
  if (!only || second) return [];
  const actions = actionsOf(only.node);
  const [first] = actions;
  if (first && actions.length === 1) return [{ sql, action: first, from: 0, to: sql.length }];
  const tokens = tokenize(sql);
  const name = endOfName(sql, tokens);
  const last = tokens[name - 1];
  if (!last || !('AlterTableStmt' in only.node)) return [];
  const head = sql.slice(0, last.end);
  const runs = commaRuns(sql, tokens.slice(name));
  const commands = runs.flatMap(([from, to], index) => {
    const action = actions[index];
    return action ? [{ sql: index === 0 ? sql.slice(0, to) : `${head} ${sql.slice(from, to)}`, action, from, to }] : [];
  });
  return runs.length === actions.length && isInOrder(commands) ? commands : [];
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

function names({ sql, from, to }: Command, name: string): boolean {
  return sql.slice(sql.length - (to - from)).includes(name);
}

interface Split {
  readonly statement: Statement;
  readonly edit: Edit;
  readonly commands: readonly Command[];
  /** Where each command begins in the text of the edit. */
  readonly starts: readonly number[];
}

function splitOf(subject: Subject, script: Script, statement: Statement, commands: readonly Command[]): Split | null {
  const { file } = statement.place;
  const source = subject.sources.get(file);
  if (source === undefined || commands.length < 2) return null;
  const site = siteOf(source, file, statement, statementsOf(script));
  // A comment that accepts something is about the statement as it is.
  if (!site || /strata-lint-ignore\b(?!-file)/.test(around(source, site))) return null;
  const indent = /[ \t]*$/.exec(source.slice(0, site.from))?.[0] ?? '';
  const [texts, gaps] =
    site.kind === 'sql'
      ? [commands.map(({ sql }) => sql), gapsOf(statement.sql, commands, `\n${indent}`)]
      : [commands.map(({ sql }) => sqlCall(site.call.receiver, sql)), commands.map(() => `\n${indent}`)];
  if (site.kind === 'call' && gapsOf(statement.sql, commands, '').some((gap) => gap !== ';')) return null;
  let text = '';
  const starts = texts.map((one, index) => {
    const start = text.length;
    text += one + (index < texts.length - 1 ? gaps[index] : '');
    return start;
  });
  const to = site.kind === 'sql' ? site.from + statement.sql.length : site.to;
  return { statement, edit: { from: site.from, to, text }, commands, starts };
}

/** From the end of the statement before to the end of its own last line. */
function around(source: string, { from, to }: { readonly from: number; readonly to: number }): string {
  const end = source.indexOf('\n', to);
  return source.slice(source.lastIndexOf(';', from - 1) + 1, end < 0 ? source.length : end);
}

/** What takes the place of each comma, with the comments around it. */
function gapsOf(sql: string, commands: readonly Command[], blank: string): readonly string[] {
  return commands.slice(1).map(({ from }, index) => {
    const gap = sql.slice(commands[index]?.to, from);
    if (/^\s*,\s*$/.test(gap)) return `;${blank}`;
    const comma = tokenize(gap)[0]?.start ?? 0;
    return `${gap.slice(0, comma)};${gap.slice(comma + 1)}`;
  });
}

function withSplits(subject: Subject, splits: readonly Split[]): Subject {
  const sources = new Map(subject.sources);
  for (const file of new Set(splits.map(({ statement }) => statement.place.file))) {
    const edits = splits.filter(({ statement }) => statement.place.file === file).map(({ edit }) => edit);
    sources.set(file, edited(subject.sources.get(file) ?? '', edits) ?? '');
  }
  const moved = (statement: Statement): readonly Statement[] => {
    const { file } = statement.place;
    const old = subject.sources.get(file);
    const at = old === undefined ? null : offsetAt(old, statement.place);
    if (at === null) return [statement];
    const before = splits.filter((one) => one.statement.place.file === file && one.edit.to <= at);
    const shift = before.reduce((sum, { edit: { from, to, text } }) => sum + text.length - (to - from), 0);
    const placeOf = placer(file, sources.get(file) ?? '');
    const split = splits.find((one) => one.statement === statement);
    if (!split) return [{ ...statement, place: placeOf(at + shift) }];
    return split.commands.map(({ sql }, index) => {
      return { ...statement, sql, place: placeOf(split.edit.from + shift + (split.starts[index] ?? 0)) };
    });
  };
  const apart = (script: Script): Script =>
    script.kind === 'statements' ? { ...script, statements: script.statements.flatMap(moved) } : script;
  return { ...subject, sources, up: apart(subject.up), down: apart(subject.down) };
}
