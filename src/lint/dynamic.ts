/**
 * Which parts of an expression that EXECUTE runs are put into the SQL unquoted. Values are followed one step: a variable that
 * only ever gets literals and quoted text is as good as they are; parameters and what queries return are not.
 */
import { tokenize } from '../syntax/lexer.ts';
import { list, type Node, nodesOf, record, text } from './tree.ts';

export interface Unquoted {
  readonly part: string;
  readonly by: '||' | '%s';
}

const SAFE_CALLS = /^(?:quote_ident|quote_literal|quote_nullable|chr|repeat|to_char)$/i;
const SAFE_TYPES = /^(?:reg\w+|int\w*|integer|bigint|smallint|numeric|boolean|bool|uuid|oid|date)$/i;
const LITERAL = /^(?:[eE]?'(?:[^']|'')*'|\$(\w*)\$[\s\S]*\$\1\$|-?[\d.]+)$/;

/** The first operand of `||`, or value of a %s in format(), that is neither a literal nor quoted. Null: there is none. */
export function unquotedPart(query: string, quoted: ReadonlySet<string>): Unquoted | null {
  const operands = splitAt(query, '||');
  const loose = operands.length > 1 ? operands.find((operand) => !isSafe(operand, quoted)) : undefined;
  if (loose !== undefined) return { part: loose, by: '||' };
  const values = operands.flatMap((operand) => formatted(operand));
  const value = values.find((one) => !isSafe(one, quoted));
  return value === undefined ? null : { part: value, by: '%s' };
}

/** What the %s of a format() stand for; empty for all else. */
function formatted(expression: string): readonly string[] {
  const call = /^(?:pg_catalog\s*\.\s*)?format\s*\(([\s\S]*)\)$/i.exec(expression.trim());
  if (!call) return [];
  const [template = '', ...values] = splitAt(call[1] ?? '', ',');
  let next = 0;
  return [...template.matchAll(/%(?:(\d+)\$)?-?\d*([sIL%])/g)].flatMap(([, position, letter]) => {
    if (letter === '%') return [];
    const value = values[position === undefined ? next++ : Number(position) - 1];
    return letter === 's' && value !== undefined ? [value] : [];
  });
}

function isSafe(operand: string, quoted: ReadonlySet<string>): boolean {
  const bare = operand.trim();
  if (LITERAL.test(bare) || quoted.has(bare.toLowerCase())) return true;
  const cast = /::\s*([\w ]+?)\s*(?:::\s*text\s*)?$/i.exec(bare)?.[1];
  if (cast && SAFE_TYPES.test(cast)) return true;
  if (SAFE_CALLS.test(/^(?:pg_catalog\s*\.\s*)?(\w+)\s*\(/.exec(bare)?.[1] ?? '')) return true;
  return /^(?:pg_catalog\s*\.\s*)?format\s*\(/i.test(bare) && formatted(bare).every((one) => isSafe(one, quoted));
}

/** Variables whose text cannot break out: by their type, or by all that is ever assigned to them. */
export function quotedVariables(routine: Node): ReadonlySet<string> {
  const variables = list(routine.datums).map(({ PLpgSQL_var }) => record(PLpgSQL_var));
  const typed = variables.flatMap(({ refname, datatype }) => {
    const type = text(record(record(datatype).PLpgSQL_type).typname) ?? '';
    return SAFE_TYPES.test(type.replace(/^pg_catalog\./, '')) ? [String(refname).toLowerCase()] : [];
  });
  const safe = new Set(typed);
  const given = filledByQueries(routine);
  const assigned = assignments(routine, variables);
  for (const [name, values] of assigned) {
    if (!given.has(name) && values.every((value) => splitAt(value, '||').every((part) => isSafe(part, safe))))
      safe.add(name);
  }
  return safe;
}

/** Declared variables alone: a parameter has a value before the first assignment. */
function assignments(routine: Node, variables: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, value: string): unknown => found.set(name, [...(found.get(name) ?? []), value]);
  for (const { refname, default_val } of variables) {
    const value = text(record(record(default_val).PLpgSQL_expr).query);
    if (value !== null) add(String(refname).toLowerCase(), value);
  }
  for (const { expr } of nodesOf(routine.action, 'PLpgSQL_stmt_assign')) {
    const query = text(record(record(expr).PLpgSQL_expr).query) ?? '';
    const [, name, value] = /^\s*(\w+)\s*:?=\s*([\s\S]*)$/.exec(query) ?? [];
    if (name !== undefined && value !== undefined) add(name.toLowerCase(), value.trim());
  }
  const declared = new Set(
    variables.filter(({ lineno }) => lineno !== undefined).map(({ refname }) => String(refname)),
  );
  return new Map([...found].filter(([name]) => [...declared].some((one) => one.toLowerCase() === name)));
}

/** Targets of INTO and of loops over rows. */
function filledByQueries(routine: Node): ReadonlySet<string> {
  const rows = nodesOf(routine.action, 'PLpgSQL_row').flatMap(({ fields }) =>
    list(fields).map(({ name }) => String(name)),
  );
  return new Set(rows.map((name) => name.toLowerCase()));
}

/** At the top level: not inside parentheses, strings or comments. */
function splitAt(query: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const { start, end } of tokenize(query)) {
    const sign = query.slice(start, end);
    if (sign === '(' || sign === '[') depth += 1;
    else if (sign === ')' || sign === ']') depth -= 1;
    else if (depth === 0 && sign === separator) {
      parts.push(query.slice(from, start).trim());
      from = end;
    }
  }
  return [...parts, query.slice(from).trim()];
}
