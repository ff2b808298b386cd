/**
 * The bodies of routines and DO blocks: the SQL in them, what they run by EXECUTE, and which errors they swallow. PL/pgSQL
 * is parsed by PostgreSQL's own grammar, which counts lines but not columns: what is found is looked for in the text of
 * its line, and what the grammar has changed (PERFORM, INTO) is placed where its line begins.
 */
import { tokenize } from '../syntax/lexer.ts';
import { type ParsedBody, parsePlpgsql, parseSql } from '../syntax/parse.ts';
import { type Action, type ActionOf, type Body, EMPTY_BODY } from './action.ts';
import { actionsOf } from './actions.ts';
import { executedSql } from './executed.ts';
import { bodyNotes } from './plpgsql.ts';
import type { Node } from './tree.ts';

export type Routine = ActionOf<'do'> | ActionOf<'create routine'>;

/** One action of a body; `start`: where its SQL stands in the whole statement, UTF-16 units. */
export interface InnerAct {
  readonly action: Action;
  readonly sql: string;
  readonly start: number;
}

export interface ReadBody {
  readonly body: Body;
  readonly acts: readonly InnerAct[];
  /** What PostgreSQL would say when the routine is made; null: nothing. */
  readonly fault: { readonly message: string; readonly offset: number; readonly sure: boolean } | null;
}

const EMPTY: ReadBody = { body: EMPTY_BODY, acts: [], fault: null };

/** `sql` is the statement that makes the routine. Bodies in other languages have nothing to tell. */
export async function readBody(routine: Routine, sql: string): Promise<ReadBody> {
  const found = await bodyOf(routine, sql);
  return { ...found, acts: found.acts.map((act) => ({ ...act, action: withVariables(act.action) })) };
}

/** What looks like a column of another table may be a variable or a parameter: one value. */
function withVariables(action: Action): Action {
  const joins = (action.kind === 'update' || action.kind === 'delete') && action.where?.reach === 'joined';
  return joins ? { ...action, where: { ...action.where, reach: 'bounded' } } : action;
}

async function bodyOf(routine: Routine, sql: string): Promise<ReadBody> {
  if (routine.kind === 'create routine' && routine.statements.length > 0) return inlineBody(routine.statements, sql);
  if (routine.body.trim() === '') return EMPTY;
  const at = bodyStart(sql, routine.body);
  if (routine.language === 'sql') return sqlBody(routine.body, at);
  return routine.language === 'plpgsql' ? plpgsqlBody(await parsePlpgsql(sql), routine, at) : EMPTY;
}

/** `BEGIN ATOMIC` and `RETURN`: parsed with the statement itself. */
function inlineBody(nodes: readonly Node[], sql: string): ReadBody {
  const acts = nodes.flatMap((node) => actionsOf(node)).map((action) => ({ action, sql, start: 0 }));
  return { ...EMPTY, acts };
}

async function sqlBody(body: string, at: number): Promise<ReadBody> {
  const parsed = await parseSql(body);
  if (!parsed.ok) {
    return { ...EMPTY, fault: { message: parsed.fault.message, offset: at + parsed.fault.offset, sure: true } };
  }
  const acts = parsed.statements.flatMap(({ node, start, end }) => {
    const sql = body.slice(start, end);
    const blank = sql.length - sql.trimStart().length;
    return actionsOf(node).map((action) => ({ action, sql: sql.trim(), start: at + start + blank }));
  });
  return { ...EMPTY, acts };
}

async function plpgsqlBody(parsed: ParsedBody, { body, kind }: Routine, at: number): Promise<ReadBody> {
  const isBlock = kind === 'do';
  if (!parsed.ok) {
    const near = /at or near "([\s\S]+)"$/.exec(parsed.message)?.[1] ?? /^"([^"]+)"/.exec(parsed.message)?.[1] ?? '';
    const offset = near === '' ? 0 : Math.max(0, body.indexOf(near));
    // What the parser says of types it cannot look up may be wrong; of its grammar it may not.
    return { ...EMPTY, fault: { message: parsed.message, offset: at + offset, sure: SURE.test(parsed.message) } };
  }
  const { statements, dynamic, swallowed, executes } = bodyNotes(parsed.functions, body);
  const acts: InnerAct[] = [];
  for (const { sql, offset } of statements) acts.push(...(await actsOf(sql, at + offset)));
  const unseen: number[] = [];
  for (const { query, offset } of executes) {
    const found = await executedSql(query);
    // What a routine makes SQL of when it is called is its caller's; a DO block is judged for what it says.
    const judged = found && (found.whole || isBlock) ? await actsOf(found.sql, at + offset + found.start) : [];
    acts.push(...judged);
    if (!found?.whole || judged.length === 0) unseen.push(at + offset);
  }
  const shifted = dynamic.map((one) => ({ ...one, offset: at + one.offset }));
  const moved = swallowed.map((offset) => at + offset);
  acts.sort((a, b) => a.start - b.start);
  return { body: { dynamic: shifted, swallowed: moved, executes: unseen }, acts, fault: null };
}

async function actsOf(sql: string, start: number): Promise<readonly InnerAct[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return [];
  return parsed.statements.flatMap(({ node }) => actionsOf(node)).map((action) => ({ action, sql, start }));
}

const SURE = /^syntax error|is not a known variable$|^missing |^unterminated /;

/** Where the text of the body begins in the statement. A quote doubled in it moves what follows by one: no matter. */
function bodyStart(sql: string, body: string): number {
  const plain = sql.indexOf(body);
  if (plain >= 0) return plain;
  const token = tokenize(sql).find(({ kind, start, end }) => kind === 'string' && end - start > body.length);
  return token ? token.start + 1 : 0;
}
