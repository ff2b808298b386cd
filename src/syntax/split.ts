/**
 * A script into its statements, as psql would send them: semicolons inside strings, comments, parentheses and the
 * BEGIN ATOMIC … END bodies of SQL-standard functions do not split.
 * What only psql understands (`\commands`, the data lines after COPY … FROM STDIN) is named as a fault: sent to the
 * server it would fail with a puzzling message, or worse, be taken for SQL.
 */
import { folded, type Token, tokenAt } from './lexer.ts';

export interface SplitStatement {
  /** From the first token to the last, without the semicolon. */
  readonly sql: string;
  /** Offsets of `sql` in the script, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** With offsets in `script`. */
  readonly tokens: readonly Token[];
  readonly script: string;
}

export interface SplitFault {
  readonly kind: 'unterminated' | 'psql-command' | 'copy-data';
  readonly offset: number;
  readonly text: string;
}

export interface SplitScript {
  /** Empty statements are left out. */
  readonly statements: readonly SplitStatement[];
  /** The first thing that keeps the script from being sent; null when it can be. */
  readonly fault: SplitFault | null;
}

export function splitScript(script: string, from = 0, to = script.length): SplitScript {
  const text = to === script.length ? script : script.slice(0, to);
  const statements: SplitStatement[] = [];
  let fault: SplitFault | null = null;
  let tokens: Token[] = [];
  const nesting = { parens: 0, atomic: 0, words: [] as string[], atomicNext: false };
  const flush = (): void => {
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (first && last) {
      const statement = {
        sql: text.slice(first.start, last.end),
        start: first.start,
        end: last.end,
        tokens,
        script: text,
      };
      statements.push(statement);
      fault ??= copyFault(text, statement);
    }
    tokens = [];
    Object.assign(nesting, { parens: 0, atomic: 0, words: [], atomicNext: false });
  };
  for (let token = tokenAt(text, from); token; token = tokenAt(text, token.end)) {
    if (token.kind === 'bad') fault ??= badFault(text, token);
    if (isSemicolon(text, token) && nesting.parens === 0 && nesting.atomic === 0) flush();
    else {
      follow(nesting, text, token);
      tokens.push(token);
    }
  }
  flush();
  return { statements, fault };
}

interface Nesting {
  parens: number;
  /** Depth of BEGIN ATOMIC, and of CASE inside it: both end with END. */
  atomic: number;
  /** The first words of the statement: is it CREATE [OR REPLACE] FUNCTION or PROCEDURE? */
  words: string[];
  atomicNext: boolean;
}

function isSemicolon(text: string, token: Token): boolean {
  return token.kind === 'punctuation' && text.charCodeAt(token.start) === 59;
}

function follow(nesting: Nesting, text: string, token: Token): void {
  if (token.kind === 'punctuation') {
    const code = text.charCodeAt(token.start);
    if (code === 40) nesting.parens += 1;
    else if (code === 41 && nesting.parens > 0) nesting.parens -= 1;
  }
  if (token.kind !== 'word') {
    nesting.atomicNext = false;
    return;
  }
  if (nesting.words.length < 4) nesting.words.push(folded(text, token));
  else if (nesting.words[0] !== 'create') return;
  if (nesting.parens === 0 && isRoutine(nesting.words)) followBody(nesting, folded(text, token));
}

function isRoutine([create, second, , fourth]: readonly string[]): boolean {
  if (create !== 'create') return false;
  const noun = second === 'or' ? fourth : second;
  return noun === 'function' || noun === 'procedure';
}

function followBody(nesting: Nesting, word: string): void {
  if (word === 'atomic' && nesting.atomicNext) nesting.atomic += 1;
  else if (word === 'case' && nesting.atomic > 0) nesting.atomic += 1;
  else if (word === 'end' && nesting.atomic > 0) nesting.atomic -= 1;
  nesting.atomicNext = word === 'begin';
}

function badFault(text: string, token: Token): SplitFault | null {
  const rest = text.slice(token.start, token.start + 40).split('\n', 1)[0] ?? '';
  if (rest.startsWith('\\')) return { kind: 'psql-command', offset: token.start, text: rest.trim() };
  const unterminated =
    token.end === text.length && /^(?:(?:[a-z]&?)?['"$]|\/\*)/i.test(rest) && token.end - token.start > 1;
  return unterminated || rest === "'" || rest === '"'
    ? { kind: 'unterminated', offset: token.start, text: rest.trim() }
    : null;
}

/** COPY … FROM STDIN: its data lines would be read as SQL. */
function copyFault(text: string, statement: SplitStatement): SplitFault | null {
  const [first] = statement.tokens;
  if (!first || folded(text, first) !== 'copy') return null;
  const words = statement.tokens.map((token) => (token.kind === 'word' ? folded(text, token) : ''));
  const from = words.lastIndexOf('from');
  if (from < 0 || words[from + 1] !== 'stdin') return null;
  return { kind: 'copy-data', offset: statement.start, text: statement.sql.split('\n', 1)[0] ?? '' };
}
