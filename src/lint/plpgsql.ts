/** What a PL/pgSQL parse tree holds that rules ask about, each with its offset in the body. */
import { tokenize } from '../syntax/lexer.ts';
import { quotedVariables, type Unquoted, unquotedPart } from './dynamic.ts';
import { list, type Node, record, text } from './tree.ts';

export interface BodyNotes {
  /** Whole statements, as the grammar took them out of the body. */
  readonly statements: readonly { readonly sql: string; readonly offset: number }[];
  /** What EXECUTE and its kin run: the part of the expression that is put into the text as it is. */
  readonly dynamic: readonly (Unquoted & { readonly offset: number })[];
  /** Handlers of OTHERS that tell nobody. */
  readonly swallowed: readonly number[];
  /** The expressions that EXECUTE and its kin run. */
  readonly executes: readonly { readonly query: string; readonly offset: number }[];
}

export function bodyNotes(functions: readonly Node[], body: string): BodyNotes {
  const lines = lineStarts(body);
  const handlers = othersOffsets(body);
  const notes = { statements: [], dynamic: [], swallowed: [], executes: [] } as {
    statements: { sql: string; offset: number }[];
    dynamic: (Unquoted & { offset: number })[];
    swallowed: number[];
    executes: { query: string; offset: number }[];
  };
  let seen = 0;
  const visit = (value: unknown, line: number, key: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, line, key);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = record(value);
    const here = typeof node.lineno === 'number' ? node.lineno : line;
    if (key === 'PLpgSQL_expr') note(node, here);
    if (key === 'PLpgSQL_exception' && names(node).includes('others')) {
      if (!speaks(node)) notes.swallowed.push(handlers[seen] ?? lines[here - 1] ?? 0);
      seen += 1;
    }
    for (const [name, inner] of Object.entries(node)) {
      if (isDynamic(key, name)) addDynamic(record(record(inner).PLpgSQL_expr), here);
      visit(inner, here, name);
    }
  };
  const note = (expression: Node, line: number): void => {
    const sql = text(expression.query) ?? '';
    if (expression.parseMode === 0) notes.statements.push({ sql, offset: offsetIn(body, lines, line, sql) });
  };
  const addDynamic = (expression: Node, line: number): void => {
    const query = text(expression.query) ?? '';
    const offset = offsetIn(body, lines, line, query);
    notes.executes.push({ query, offset });
    const found = unquotedPart(query, quoted);
    if (found) notes.dynamic.push({ ...found, offset });
  };
  let quoted: ReadonlySet<string> = new Set();
  for (const one of functions.map(({ PLpgSQL_function }) => record(PLpgSQL_function))) {
    quoted = quotedVariables(one);
    visit(one.action, 1, 'action');
  }
  return notes;
}

function isDynamic(kind: string, field: string): boolean {
  return (
    field === 'dynquery' ||
    (field === 'query' && (kind === 'PLpgSQL_stmt_dynexecute' || kind === 'PLpgSQL_stmt_dynfors'))
  );
}

function names(exception: Node): readonly string[] {
  return list(exception.conditions).map(({ PLpgSQL_condition }) => text(record(PLpgSQL_condition).condname) ?? '');
}

/** Raises, reads the diagnostics or names the error; what only goes on is silent. */
function speaks(exception: Node): boolean {
  const told = JSON.stringify(exception.action ?? []);
  return /"PLpgSQL_stmt_(?:raise|getdiag)"/.test(told) || /\bsql(?:errm|state)\b/i.test(told);
}

function lineStarts(body: string): readonly number[] {
  const starts = [0];
  for (let next = body.indexOf('\n'); next >= 0; next = body.indexOf('\n', next + 1)) starts.push(next + 1);
  return starts;
}

/** Where `sql` stands at or after the beginning of its line; the first word of the line when it does not stand there as it is. */
function offsetIn(body: string, lines: readonly number[], line: number, sql: string): number {
  const from = lines[line - 1] ?? 0;
  const exact = body.indexOf(sql, from);
  if (exact >= 0) return exact;
  const begin = body.indexOf(sql.split(/\s/, 2).join(' '), from);
  if (begin >= 0 && begin < (lines[line] ?? body.length)) return begin;
  const text = body.slice(from, lines[line]);
  return from + text.length - text.trimStart().length;
}

/** The beginnings of `WHEN … OTHERS`, in order, outside strings and comments. */
function othersOffsets(body: string): readonly number[] {
  const words = tokenize(body).filter(({ kind }) => kind === 'word' || kind === 'punctuation');
  let when = -1;
  return words.flatMap(({ start, end }) => {
    const word = body.slice(start, end).toLowerCase();
    if (word === 'when') when = start;
    if (word === 'then') when = -1;
    return word === 'others' && when >= 0 ? [when] : [];
  });
}
