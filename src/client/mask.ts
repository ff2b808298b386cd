/**
 * A statement as hooks may see it: without its literals, which may be personal data. PostgreSQL's own lexical rules, since
 * whoever misreads the end of one literal shows the next one. `standard_conforming_strings` is taken to be on, as it is
 * by default: a backslash escapes in `E'…'` only.
 */

/** Not \s: to PostgreSQL whatever is not ASCII is a letter. */
const LETTER = 'A-Za-z_\\u0080-\\uffff';
const DIGITS = '\\d(?:_?\\d)*';
const POINT = `${DIGITS}(?:\\.(?!\\.)(?:${DIGITS})?)?|\\.${DIGITS}`;

/** What begins here: 1 something with an end to look for, 2 a number with the letters that touch it; else it is shown. */
const TOKEN = new RegExp(
  [
    `(--|/\\*|(?:[bBeEnNxX]|[uU]&)?'|(?:[uU]&)?"|\\$(?:[${LETTER}][\\w\\u0080-\\uffff]*)?\\$)`,
    `[${LETTER}][\\w$\\u0080-\\uffff]*|\\$\\d+`,
    `((?:${POINT})(?:[eE][+-]?${DIGITS})?[\\w\\u0080-\\uffff]*)`,
    '[\\s\\S]',
  ].join('|'),
  'y',
);

/** Between the parts of one string that goes on in another line, escapes and all. */
const CONTINUED = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\f\v\n\r]|--[^\n\r]*[\n\r])*'/y;

/**
 * Literals as `?`, comments as a space; parameters and identifiers stay. What has no end is `?` to the end.
 * `kept`: sticky; what it matches outside of literals is shown as it is.
 */
export function masked(text: string, kept?: RegExp): string {
  let shown = '';
  for (let at = 0; at < text.length; ) {
    const same = kept === undefined ? null : match(kept, text, at);
    const [token = '', opening, number] = same ?? match(TOKEN, text, at) ?? [];
    const end = same === null && opening !== undefined ? endOf(text, opening, at + opening.length) : at + token.length;
    if (end === null) return `${shown}?`;
    if (same !== null || (opening === undefined && number === undefined) || opening?.endsWith('"')) {
      shown += text.slice(at, end);
    } else shown += opening === '--' || opening === '/*' ? ' ' : '?';
    at = end;
  }
  return shown;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Null: there is none. */
function endOf(text: string, opening: string, from: number): number | null {
  if (opening === '--') return from + (match(/[^\n\r]*/y, text, from)?.[0].length ?? 0);
  if (opening === '/*') return endOfComment(text, from);
  if (opening.startsWith('$')) {
    const close = text.indexOf(opening, from);
    return close < 0 ? null : close + opening.length;
  }
  return /^e/i.test(opening) ? endOfEscaped(text, from) : endOfQuoted(text, opening.slice(-1), from);
}

/** Comments nest. */
function endOfComment(text: string, from: number): number | null {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let depth = 1; depth > 0; ) {
    const found = mark.exec(text);
    if (found === null) return null;
    depth += found[0] === '/*' ? 1 : -1;
  }
  return mark.lastIndex;
}

function endOfQuoted(text: string, quote: string, from: number): number | null {
  for (let at = from; ; at += 2) {
    at = text.indexOf(quote, at);
    if (at < 0) return null;
    if (text[at + 1] !== quote) return at + 1;
  }
}

/** No regular expression for the whole: its stack would not hold a long string. */
function endOfEscaped(text: string, from: number): number | null {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === "'" && text[at + 1] === "'") at += 1;
    else if (text[at] === "'") {
      const more = match(CONTINUED, text, at + 1);
      if (more === null) return at + 1;
      at += more[0].length;
    }
  }
  return null;
}
