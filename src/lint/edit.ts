/**
 * Edits of an author's file that leave everything else as it is: a statement that stands there as it was sent, or the builder
 * call that rendered it. What cannot be told for certain is not edited.
 */
import type { Statement } from '../base/plan.ts';
import { offsetAt } from '../syntax/place.ts';

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Where a statement stands. `sql`: as SQL, in its file or in a string; `call`: as a call of the builder. */
export type Site =
  | { readonly kind: 'sql'; readonly from: number; readonly to: number }
  | { readonly kind: 'call'; readonly from: number; readonly to: number; readonly call: Call };

export interface Call {
  readonly receiver: string;
  readonly method: string;
  /** Of each argument. */
  readonly args: readonly { readonly from: number; readonly to: number }[];
}

/** `all`: every statement of the script, since a call may stand for several. Null: it cannot be told. */
export function siteOf(source: string, file: string, statement: Statement, all: readonly Statement[]): Site | null {
  if (statement.place.file !== file) return null;
  const at = offsetAt(source, statement.place);
  if (at === null) return null;
  if (source.startsWith(statement.sql, at)) {
    const end = at + statement.sql.length;
    if (file.endsWith('.sql')) return { kind: 'sql', from: at, to: end + semicolon(source, end) };
    return inString(source, at, end, file, all);
  }
  if (
    all.filter(({ place }) => place.line === statement.place.line && place.column === statement.place.column).length > 1
  )
    return null;
  const call = callAt(source, at);
  return call && { kind: 'call', from: at, to: call.to, call };
}

function semicolon(source: string, at: number): number {
  return /^\s*;/.exec(source.slice(at, at + 80))?.[0].length ?? 0;
}

/** `pgm.sql('…')`: the whole call when nothing else stands in it. */
function inString(source: string, at: number, end: number, file: string, all: readonly Statement[]): Site | null {
  const opening = /([\w$]+)\s*\.\s*sql\s*\(\s*(?:(`)[^`]*|'[^']*|"[^"]*)$/.exec(source.slice(0, at));
  const call = opening ? callAt(source, opening.index) : null;
  if (!opening || !call) return null;
  const inside = all.filter(({ place }) => {
    const other = place.file === file ? offsetAt(source, place) : null;
    return other !== null && other >= opening.index && other < call.to;
  });
  if (inside.length === 1) return { kind: 'call', from: opening.index, to: call.to, call };
  // Text in quotes cannot be replaced by text with quotes; in a template only ` and $ matter.
  return opening[2] ? { kind: 'sql', from: at, to: end + semicolon(source, end) } : null;
}

/** A call that is a statement of its own: nothing before it on its line, nothing but `;` behind it. */
function callAt(source: string, at: number): (Call & { readonly to: number }) | null {
  const head = /^([\w$]+)\s*\.\s*([\w$]+)\s*\(/.exec(source.slice(at, at + 200));
  const line = source.slice(source.lastIndexOf('\n', at - 1) + 1, at);
  if (!head || line.trim() !== '') return null;
  const open = at + head[0].length;
  const args: { from: number; to: number }[] = [];
  let [depth, from] = [0, open];
  for (let next = open; next < source.length; next = skip(source, next)) {
    const sign = source[next];
    if (depth === 0 && (sign === ',' || sign === ')')) {
      if (source.slice(from, next).trim() !== '') args.push(trimmed(source, from, next));
      from = next + 1;
    }
    if (depth === 0 && sign === ')') {
      const tail = /^[ \t]*(?:;|(?=\n|$))/.exec(source.slice(next + 1));
      return tail && { receiver: head[1] ?? '', method: head[2] ?? '', args, to: next + 1 + tail[0].length };
    }
    if (sign === '(' || sign === '[' || sign === '{') depth += 1;
    if (sign === ')' || sign === ']' || sign === '}') depth -= 1;
  }
  return null;
}

function trimmed(source: string, from: number, to: number): { readonly from: number; readonly to: number } {
  const text = source.slice(from, to);
  return { from: from + text.length - text.trimStart().length, to: to - (text.length - text.trimEnd().length) };
}

/** The next offset that counts: strings, templates and comments are passed over as a whole. */
function skip(source: string, at: number): number {
  const rest = source.slice(at, at + 2);
  if (rest === '//') return endOf(source, '\n', at);
  if (rest === '/*') return endOf(source, '*/', at);
  const quote = source[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return at + 1;
  for (let next = at + 1; next < source.length; next += 1) {
    if (source[next] === '\\') next += 1;
    else if (source[next] === quote) return next + 1;
  }
  return source.length;
}

function endOf(source: string, mark: string, at: number): number {
  const end = source.indexOf(mark, at);
  return end < 0 ? source.length : end + mark.length;
}

/** Takes the site away, and its line with it when nothing else is on it. */
export function removal(source: string, { from, to }: Site): Edit {
  const start = source.lastIndexOf('\n', from - 1) + 1;
  const after = /^[ \t]*\n/.exec(source.slice(to))?.[0].length ?? 0;
  const whole = after > 0 && source.slice(start, from).trim() === '';
  return whole ? { from: start, to: to + after, text: '' } : { from, to, text: '' };
}

/** Other SQL in its place, one statement or several. */
export function replacement(source: string, site: Site, statements: readonly string[]): Edit {
  const indent = /[ \t]*$/.exec(source.slice(0, site.from))?.[0] ?? '';
  const { from, to } = site;
  const text =
    site.kind === 'sql'
      ? statements.map((sql) => `${sql};`)
      : statements.map((sql) => sqlCall(site.call.receiver, sql));
  return { from, to, text: text.join(`\n${indent}`) };
}

export function sqlCall(receiver: string, sql: string): string {
  const plain = !/['\\\n]/.test(sql);
  return plain ? `${receiver}.sql('${sql}');` : `${receiver}.sql(\`${sql.replace(/[\\`]|\$\{/g, '\\$&')}\`);`;
}

/** `concurrently: true` among the options of createIndex or dropIndex; null when they are not written out. */
export function concurrentOption(source: string, site: Site): Edit | null {
  if (site.kind !== 'call' || !/^(?:createIndex|addIndex|dropIndex)$/.test(site.call.method)) return null;
  const [, columns, options] = site.call.args;
  if (!columns) return null;
  if (!options) return { from: columns.to, to: columns.to, text: ', { concurrently: true }' };
  const text = source.slice(options.from, options.to);
  if (!text.startsWith('{')) return null;
  const rest = text.slice(1).trim() === '}' ? ' concurrently: true ' : ' concurrently: true,';
  return { from: options.from + 1, to: options.from + 1, text: rest };
}

/** Null when two edits overlap. */
export function edited(source: string, edits: readonly Edit[]): string | null {
  const sorted = [...edits].sort((a, b) => a.from - b.from || a.to - b.to);
  let [text, at] = ['', 0];
  for (const edit of sorted) {
    if (edit.from < at) return null;
    text += source.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return text + source.slice(at);
}
