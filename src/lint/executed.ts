/**
 * The SQL that EXECUTE runs, as far as its expression tells: literals joined by ||, and format(). A name that only the run
 * knows is put in as `SOME_NAME`, a value as a literal; anything else that is not known leaves nothing to be judged.
 */
import { ident, literal } from '../base/ident.ts';
import { parseSql } from '../syntax/parse.ts';
import { SOME_NAME } from './action.ts';
import { inside, list, type Node, record, stringOf, text } from './tree.ts';

export interface Executed {
  readonly sql: string;
  /** Every word of it is known. */
  readonly whole: boolean;
  /** Where the SQL begins in the expression, when it is one literal that stands there as it is; else 0. */
  readonly start: number;
}

export async function executedSql(expression: string): Promise<Executed | null> {
  if (!/['$]/.test(expression)) return null;
  const parsed = await parseSql(`SELECT ${expression}`);
  const [target, second] = parsed.ok ? list(record(parsed.statements[0]?.node.SelectStmt).targetList) : [];
  const value = target && !second ? pieceOf(record(record(target.ResTarget).val)) : null;
  if (value?.kind !== 'sql') return null;
  const opening = /^\s*(?:'|\$\w*\$)/.exec(expression)?.[0].length ?? 0;
  const asIs = expression.startsWith(value.sql, opening);
  return { sql: value.sql, whole: value.whole, start: asIs ? opening : 0 };
}

/** `sql`: a piece of the text; `unknown`: a value that the run gives, `name`: one that can only be a relation or a type. */
type Value =
  | { readonly kind: 'sql'; readonly sql: string; readonly whole: boolean }
  | { readonly kind: 'unknown'; readonly name: boolean };

const UNKNOWN: Value = { kind: 'unknown', name: false };
const A_NAME = sql(ident(SOME_NAME), false);
const A_LITERAL = sql(literal(SOME_NAME), false);

function sql(piece: string, whole: boolean): Value {
  return { kind: 'sql', sql: piece, whole };
}

function pieceOf(node: Node): Value {
  const [kind, body] = inside(node);
  if (kind === 'A_Const') {
    const constant = text(record(body.sval).sval) ?? record(body.ival).ival;
    return constant === undefined || constant === null ? UNKNOWN : sql(String(constant), true);
  }
  if (kind === 'TypeCast') {
    const type = list(record(body.typeName).names).map(stringOf).at(-1) ?? '';
    const value = pieceOf(record(body.arg));
    return value.kind === 'sql' ? value : { kind: 'unknown', name: /^reg(?:class|type)$/.test(type) || isName(value) };
  }
  if (kind === 'A_Expr' && list(body.name).map(stringOf).join('') === '||') {
    return joined([pieceOf(record(body.lexpr)), pieceOf(record(body.rexpr))]);
  }
  return kind === 'FuncCall' ? called(body) : UNKNOWN;
}

function isName(value: Value): boolean {
  return value.kind === 'unknown' && value.name;
}

/** In the middle of SQL a regclass is a name; nobody knows what else a value would be. */
function joined(parts: readonly Value[]): Value {
  const known = parts.map((part) => (isName(part) ? A_NAME : part));
  const pieces = known.flatMap((part) => (part.kind === 'sql' ? [part] : []));
  if (pieces.length < parts.length) return UNKNOWN;
  return sql(
    pieces.map((piece) => piece.sql).join(''),
    pieces.every(({ whole }) => whole),
  );
}

function called({ funcname, args }: Node): Value {
  const name = list(funcname).map(stringOf).at(-1);
  const values = list(args).map(pieceOf);
  const [first = UNKNOWN] = values;
  if (name === 'quote_ident') return quotedName(first);
  if (name === 'quote_literal' || name === 'quote_nullable') return quotedLiteral(first);
  return name === 'format' && first.kind === 'sql' ? formatted(first.sql, values.slice(1)) : UNKNOWN;
}

function quotedName(value: Value): Value {
  return value.kind === 'sql' && value.sql !== '' ? sql(ident(value.sql), value.whole) : A_NAME;
}

function quotedLiteral(value: Value): Value {
  return value.kind === 'sql' ? sql(literal(value.sql), value.whole) : A_LITERAL;
}

function formatted(template: string, values: readonly Value[]): Value {
  const parts: Value[] = [];
  let [at, next] = [0, 0];
  for (const { 0: all, 1: position, 2: letter, index } of template.matchAll(/%(?:(\d+)\$)?-?\d*([sIL%])/g)) {
    parts.push(sql(template.slice(at, index), true));
    at = index + all.length;
    if (letter === '%') parts.push(sql('%', true));
    else {
      const value = values[position === undefined ? next : Number(position) - 1] ?? UNKNOWN;
      next = position === undefined ? next + 1 : Number(position);
      parts.push(letter === 'I' ? quotedName(value) : letter === 'L' ? quotedLiteral(value) : value);
    }
  }
  return joined([...parts, sql(template.slice(at), true)]);
}
