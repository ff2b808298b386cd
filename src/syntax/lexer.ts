/**
 * SQL into tokens, by PostgreSQL's lexical rules (scan.l, with standard_conforming_strings on).
 *
 * Our own, because the hot path (splitting, checksums, what refuses a transaction) goes over every statement of every
 * pending migration: libpg-query costs 20 ms and 14 MB before its first token, this costs nothing. It never throws:
 * what cannot be read (a string without an end, a stray backslash) becomes a token of kind `bad`.
 */

export type TokenKind =
  /** Key words and unquoted identifiers: the lexer does not tell them apart. */
  | 'word'
  /** `"name"` and U&"name". */
  | 'quoted'
  /** `'…'` with any prefix (E, B, X, N, U&), and its continuations on further lines. */
  | 'string'
  /** `$tag$…$tag$`. */
  | 'dollar'
  | 'number'
  /** `$1`. */
  | 'param'
  | 'operator'
  /** One of `( ) [ ] , ; : .` and `::`, `:=`, `..`. */
  | 'punctuation'
  | 'bad';

export interface Token {
  readonly kind: TokenKind;
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** All tokens from `from` on; white space and comments are left out. */
export function tokenize(sql: string, from = 0): Token[] {
  const tokens: Token[] = [];
  for (let token = tokenAt(sql, from); token; token = tokenAt(sql, token.end)) tokens.push(token);
  return tokens;
}

/** The first token at or after `from`, past white space and comments; null at the end. */
export function tokenAt(sql: string, from: number): Token | null {
  const start = skipBlank(sql, from);
  if (start >= sql.length) return null;
  const code = sql.charCodeAt(start);
  if (isWordStart(code)) return wordAt(sql, start);
  if (code === QUOTE) return closed('string', start, stringEnd(sql, start, false), sql);
  if (code === DOUBLE_QUOTE) return closed('quoted', start, quoteEnd(sql, start), sql);
  if (code === DOLLAR) return dollarAt(sql, start);
  if (code === 47 && sql.charCodeAt(start + 1) === 42) return { kind: 'bad', start, end: sql.length };
  return (
    match(NUMBER, 'number', sql, start) ??
    operatorAt(sql, start) ??
    match(PUNCTUATION, 'punctuation', sql, start) ?? { kind: 'bad', start, end: badEnd(sql, start) }
  );
}

/** A word as PostgreSQL folds it: ASCII letters in lower case, all others as they are. */
export function folded(sql: string, token: Token): string {
  const text = sql.slice(token.start, token.end);
  return WIDE.test(text) ? text.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : text.toLowerCase();
}

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const WIDE = /[\x80-\uffff]/;

const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const PUNCTUATION = /::|:=|\.\.|[()[\],;:.]/y;
const OPERATOR = /[~!@#^&|`?+\-*/%<>=]+/y;
const PARAM = /\$\d+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$/y;

function match(pattern: RegExp, kind: TokenKind, sql: string, start: number): Token | null {
  pattern.lastIndex = start;
  return pattern.test(sql) ? { kind, start, end: pattern.lastIndex } : null;
}

function closed(kind: TokenKind, start: number, end: number, sql: string): Token {
  return end < 0 ? { kind: 'bad', start, end: sql.length } : { kind, start, end };
}

/** Past white space, `--` comments and nested block comments; it stops before a block comment that has no end. */
function skipBlank(sql: string, from: number): number {
  let at = from;
  for (;;) {
    const code = sql.charCodeAt(at);
    if (code === 32 || (code >= 9 && code <= 13)) at += 1;
    else if (code === 45 && sql.charCodeAt(at + 1) === 45) at = lineEnd(sql, at);
    else if (code === 47 && sql.charCodeAt(at + 1) === 42) {
      const end = blockEnd(sql, at);
      if (end < 0) return at;
      at = end;
    } else return at;
  }
}

function lineEnd(sql: string, from: number): number {
  let at = from;
  while (at < sql.length && sql.charCodeAt(at) !== 10 && sql.charCodeAt(at) !== 13) at += 1;
  return at;
}

/** -1 when it has no end. */
function blockEnd(sql: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from + 2;
  for (let depth = 1; depth > 0; ) {
    const found = mark.exec(sql);
    if (!found) return -1;
    depth += found[0] === '/*' ? 1 : -1;
  }
  return mark.lastIndex;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128;
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || (code >= 48 && code <= 57) || code === DOLLAR;
}

function wordAt(sql: string, start: number): Token {
  const prefixed = prefixedAt(sql, start);
  if (prefixed) return prefixed;
  let end = start + 1;
  while (isWordPart(sql.charCodeAt(end))) end += 1;
  return { kind: 'word', start, end };
}

/** `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'`, `U&"…"`. */
function prefixedAt(sql: string, start: number): Token | null {
  const letter = sql.charCodeAt(start) | 32;
  const next = sql.charCodeAt(start + 1);
  if (next === QUOTE && (letter === 101 || letter === 98 || letter === 120 || letter === 110)) {
    return closed('string', start, stringEnd(sql, start + 1, letter === 101), sql);
  }
  if (next !== 38 || letter !== 117) return null;
  const third = sql.charCodeAt(start + 2);
  if (third === QUOTE) return closed('string', start, stringEnd(sql, start + 2, false), sql);
  return third === DOUBLE_QUOTE ? closed('quoted', start, quoteEnd(sql, start + 2), sql) : null;
}

/** Past `"…"`, doubled quotes inside; -1 when it has no end. */
function quoteEnd(sql: string, open: number): number {
  for (let at = open; ; ) {
    const end = sql.indexOf('"', at + 1);
    if (end < 0) return -1;
    if (sql.charCodeAt(end + 1) !== DOUBLE_QUOTE) return end + 1;
    at = end + 1;
  }
}

/**
 * Past `'…'` and its continuations; -1 when it has no end. A string goes on after white space with a newline in it,
 * under the rules of its first piece: `E'a' ⏎ 'b\'c'` is one string.
 */
function stringEnd(sql: string, open: number, escapes: boolean): number {
  for (let at = open + 1; at < sql.length; at += 1) {
    const code = sql.charCodeAt(at);
    if (escapes && code === 92) at += 1;
    else if (code === QUOTE && sql.charCodeAt(at + 1) === QUOTE) at += 1;
    else if (code === QUOTE) {
      const next = continuation(sql, at + 1);
      if (next < 0) return at + 1;
      at = next;
    }
  }
  return -1;
}

/** Where the string goes on (its next opening quote); -1 when it does not. */
function continuation(sql: string, from: number): number {
  let newline = false;
  for (let at = from; at < sql.length; ) {
    const code = sql.charCodeAt(at);
    if (code === QUOTE) return newline ? at : -1;
    if (code === 10 || code === 13) newline = true;
    if (code === 32 || (code >= 9 && code <= 13)) at += 1;
    else if (code === 45 && sql.charCodeAt(at + 1) === 45) at = lineEnd(sql, at);
    else return -1;
  }
  return -1;
}

function dollarAt(sql: string, start: number): Token {
  DOLLAR_TAG.lastIndex = start;
  if (DOLLAR_TAG.test(sql)) {
    const tag = sql.slice(start, DOLLAR_TAG.lastIndex);
    const end = sql.indexOf(tag, DOLLAR_TAG.lastIndex);
    return closed('dollar', start, end < 0 ? -1 : end + tag.length, sql);
  }
  return match(PARAM, 'param', sql, start) ?? { kind: 'bad', start, end: start + 1 };
}

/** The longest run of operator characters that holds no comment; `+` and `-` at its end only as PostgreSQL allows. */
function operatorAt(sql: string, start: number): Token | null {
  OPERATOR.lastIndex = start;
  if (!OPERATOR.test(sql)) return null;
  const run = sql.slice(start, OPERATOR.lastIndex);
  const comment = run.search(/--|\/\*/);
  let length = comment > 0 ? comment : run.length;
  while (length > 1 && /[+-]/.test(run.charAt(length - 1)) && !/[~!@#%^&|`?]/.test(run.slice(0, length))) length -= 1;
  return { kind: 'operator', start, end: start + length };
}

/** A character that SQL does not know, whole when it is a surrogate pair. */
function badEnd(sql: string, start: number): number {
  return start + ((sql.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
}
