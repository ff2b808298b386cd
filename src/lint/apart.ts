/**
 * ALTER TABLE with several commands, taken apart where it stands: `ADD COLUMN …, ADD CONSTRAINT …` becomes two statements, so that
 * one of them can wait or move without the other. Only where two say what one said.
 */
import { type Script, type Statement, statementsOf } from '../base/plan.ts';
import { tokenize } from '../syntax/lexer.ts';
import { offsetAt, placer } from '../syntax/place.ts';
import { type Command, commandsOf } from './alter-commands.ts';
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
    if (gap === '' || /^\s*,\s*$/.test(gap)) return `;${blank}`;
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
