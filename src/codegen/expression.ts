/**
 * A reader of PostgreSQL's deparsed boolean expressions, just deep enough for CHECK constraints. What it does not know
 * becomes `other`, never a guess: a constraint that is not understood narrows nothing.
 *
 * Not the real parser (syntax/parse.ts): that one loads a megabyte of WebAssembly, which alone would double the time of
 * `types` on a small schema. Deparsed text makes this easy: it is fully parenthesised and its casts are explicit.
 */

export type Expr =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'literal'; readonly type: 'string' | 'number' | 'boolean'; readonly text: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly Expr[] }
  | { readonly kind: 'cast'; readonly of: Expr; readonly type: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expr[] }
  | { readonly kind: 'not'; readonly of: Expr }
  | { readonly kind: 'is null' | 'is not null'; readonly of: Expr }
  | { readonly kind: 'operator'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'any'; readonly op: string; readonly left: Expr; readonly array: Expr }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'other' };

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'sign';
  /** Words as written (deparsed keywords are upper case, names lower), strings and quoted names without their quotes. */
  readonly text: string;
}

const OTHER: Expr = { kind: 'other' };
const OPERATORS = new Set(['=', '<>', '<', '<=', '>', '>=', '~', '~*', '!~', '!~*', '~~', '<@', '@>']);

export function parseExpression(text: string): Expr {
  const tokens = tokenize(text);
  return tokens === null ? OTHER : boolean(tokens);
}

/** The same few checks stand on many tables, and those of a parent on all its children: each text is read once. */
export function rememberingParser(): (text: string) => Expr {
  const parsed = new Map<string, Expr>();
  return (text) => {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const expression = parseExpression(text);
    parsed.set(text, expression);
    return expression;
  };
}

const TOKEN =
  /\s+|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(::|[()[\],.]|[-+*/<>=~!@#%^&|`?:]+)/gy;

/** Null where a character is none of PostgreSQL's. */
export function tokenize(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    const [, word, quoted, string, number, sign] = match;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll('""', '"') });
    else if (string !== undefined) pushString(tokens, string);
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

/** The deparser writes `E'…'` when a string holds a backslash, and then doubles it. */
function pushString(tokens: Token[], raw: string): void {
  const before = tokens.at(-1);
  const escaped = before?.kind === 'word' && before.text === 'E';
  if (escaped) tokens.pop();
  const text = raw.replaceAll("''", "'");
  tokens.push({ kind: 'string', text: escaped ? text.replaceAll('\\\\', '\\') : text });
}

function boolean(tokens: readonly Token[]): Expr {
  const ors = split(tokens, (t) => isWord(t, 'OR'));
  if (ors.length > 1) return { kind: 'or', parts: ors.map(boolean) };
  const ands = split(tokens, (t) => isWord(t, 'AND'));
  if (ands.length > 1) return { kind: 'and', parts: ands.map(boolean) };
  if (isWord(tokens[0], 'NOT')) return { kind: 'not', of: boolean(tokens.slice(1)) };
  return nullTest(tokens) ?? comparison(tokens) ?? operand(tokens);
}

function nullTest(tokens: readonly Token[]): Expr | null {
  if (!isWord(tokens.at(-1), 'NULL')) return null;
  if (isWord(tokens.at(-2), 'IS')) return { kind: 'is null', of: operand(tokens.slice(0, -2)) };
  if (isWord(tokens.at(-2), 'NOT') && isWord(tokens.at(-3), 'IS')) {
    return { kind: 'is not null', of: operand(tokens.slice(0, -3)) };
  }
  return null;
}

function comparison(tokens: readonly Token[]): Expr | null {
  const isOperator = (t: Token): boolean => t.kind === 'sign' && OPERATORS.has(t.text);
  const sides = split(tokens, isOperator);
  if (sides.length === 1) return null;
  const [left, right] = sides;
  if (sides.length > 2 || !left?.length || !right?.length) return OTHER;
  const op = tokens[left.length]?.text ?? '';
  const inner = enclosed(right.slice(1), '(', ')');
  if (isWord(right[0], 'ANY') && inner) return { kind: 'any', op, left: operand(left), array: operand(inner) };
  if (isWord(right[0], 'ALL')) return OTHER;
  return { kind: 'operator', op, left: operand(left), right: operand(right) };
}

function operand(tokens: readonly Token[]): Expr {
  const casts = split(tokens, (t) => t.kind === 'sign' && t.text === '::');
  if (casts.length > 1) {
    const type = typeText(casts.at(-1) ?? []);
    const length = tokens.length - (casts.at(-1)?.length ?? 0) - 1;
    return { kind: 'cast', of: operand(tokens.slice(0, length)), type };
  }
  const [first] = tokens;
  if (first === undefined) return OTHER;
  if (tokens.length === 1) return single(first);
  const inner = enclosed(tokens, '(', ')');
  if (inner) return boolean(inner);
  const items = isWord(first, 'ARRAY') ? enclosed(tokens.slice(1), '[', ']') : null;
  if (items) return { kind: 'array', items: list(items) };
  const args = first.kind === 'word' ? enclosed(tokens.slice(1), '(', ')') : null;
  if (args) return { kind: 'call', name: first.text, args: list(args) };
  return OTHER;
}

function single(token: Token): Expr {
  if (token.kind === 'quoted') return { kind: 'column', name: token.text };
  if (token.kind === 'string' || token.kind === 'number')
    return { kind: 'literal', type: token.kind, text: token.text };
  if (token.kind !== 'word') return OTHER;
  if (token.text === 'true' || token.text === 'false') return { kind: 'literal', type: 'boolean', text: token.text };
  if (token.text === 'NULL') return { kind: 'null' };
  // VALUE is a domain's own value; other upper-case words are keywords such as CURRENT_USER.
  if (token.text !== 'VALUE' && token.text !== token.text.toLowerCase()) return OTHER;
  return { kind: 'column', name: token.text };
}

function list(tokens: readonly Token[]): Expr[] {
  return tokens.length === 0 ? [] : split(tokens, (t) => t.kind === 'sign' && t.text === ',').map(operand);
}

/** The tokens between one pair of brackets that encloses everything; null when there is no such pair. */
export function enclosed(tokens: readonly Token[], open: string, close: string): readonly Token[] | null {
  if (!isSign(tokens[0], open) || !isSign(tokens.at(-1), close)) return null;
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    depth += nesting(token);
    if (depth === 0 && at < tokens.length - 1) return null;
  }
  return tokens.slice(1, -1);
}

/** Pieces between separators that stand outside all brackets and CASE … END. */
export function split(tokens: readonly Token[], separates: (token: Token) => boolean): (readonly Token[])[] {
  const pieces: (readonly Token[])[] = [];
  let depth = 0;
  let from = 0;
  for (const [at, token] of tokens.entries()) {
    depth += nesting(token);
    if (depth > 0 || !separates(token)) continue;
    pieces.push(tokens.slice(from, at));
    from = at + 1;
  }
  pieces.push(tokens.slice(from));
  return pieces;
}

function nesting(token: Token): -1 | 0 | 1 {
  if (token.kind === 'sign') return '(['.includes(token.text) ? 1 : ')]'.includes(token.text) ? -1 : 0;
  return isWord(token, 'CASE') ? 1 : isWord(token, 'END') ? -1 : 0;
}

/** `character varying(3)`, `text[]`, `public."Mood"`: written as format_type() does. */
function typeText(tokens: readonly Token[]): string {
  let text = '';
  let before: Token | undefined;
  for (const token of tokens) {
    const name = token.kind === 'quoted' ? `"${token.text}"` : token.text;
    const spaced = before !== undefined && before.kind !== 'sign' && token.kind !== 'sign';
    text += spaced ? ` ${name}` : name;
    before = token;
  }
  return text;
}

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text === word;
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}
