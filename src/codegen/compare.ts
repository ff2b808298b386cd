/**
 * Is a generated file still what the schema gives? Compared as tokens, declaration by declaration, because teams run
 * prettier or biome over generated files: quotes, commas, semicolons, line breaks, leading `|` and property quotes do not
 * count; types and doc comments do. The header does not count either: older versions wrote another one.
 */

/** One declaration or member that differs. `was`: in the file; `is`: what the schema gives; null where there is none. */
export interface Difference {
  /** `BookingRow`, `BookingRow.state`. */
  readonly name: string;
  readonly was: string | null;
  readonly is: string | null;
}

/** Empty when the file is fresh. In the order of the new text, then what only the file has. */
export function differences(fileText: string, newText: string): readonly Difference[] {
  if (fileText === newText) return [];
  const [was, is] = [declarations(tokens(fileText)), declarations(tokens(newText))];
  const changed = [...is].flatMap(([name, text]): Difference[] => {
    const before = was.get(name) ?? null;
    return before === text ? [] : [{ name, was: before, is: text }];
  });
  const gone = [...was].flatMap(([name, text]) => (is.has(name) ? [] : [{ name, was: text, is: null }]));
  return [...changed, ...gone].filter(({ name }, _, all) => !all.some((other) => covers(other, name)));
}

/** An interface that is new or gone as a whole is said once, not member by member. */
function covers(other: Difference, name: string): boolean {
  return (other.was === null || other.is === null) && name.startsWith(`${other.name}.`) && !other.name.includes('.');
}

/** As in a diff: `-` stands in the file, `+` is what the schema gives. */
export function diffText(found: readonly Difference[]): string {
  return found
    .flatMap(({ name, was, is }) => [
      ...(was === null ? [] : [`- ${name}: ${was}`]),
      ...(is === null ? [] : [`+ ${name}: ${is}`]),
    ])
    .map((line) => shortened(line.replaceAll('\n', ' ')))
    .join('\n');
}

/** A whole JSON Schema can be one declaration. */
function shortened(line: string): string {
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|[\s\S]/gu;

function tokens(text: string): readonly string[] {
  const out: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const kept = normalised(token, out.at(-1));
    if (kept !== '') out.push(kept);
  }
  return out;
}

function normalised(token: string, before: string | undefined): string {
  if (token.startsWith('/**')) return docText(token);
  if (/^(\s|\/\/|\/\*|[;,])/.test(token)) return '';
  // A leading `|` only says that the union was broken into lines.
  if (token === '|' && (before === undefined || '=:(<'.includes(before))) return '';
  return /^['"]./.test(token) ? JSON.stringify(unescaped(token.slice(1, -1))) : token;
}

function docText(token: string): string {
  if (token.includes('written by `strata types`')) return '';
  const body = token.slice(3, -2).replace(/^\s*\* ?/gm, ' ');
  return `/** ${body.replace(/\s+/g, ' ').trim()} */`;
}

function unescaped(body: string): string {
  return body.replace(
    /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([\s\S]))/g,
    (_, braces, four, two, char) => {
      const code = braces ?? four ?? two;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return char === 'n' ? '\n' : char === 't' ? '\t' : char === 'r' ? '\r' : String(char);
    },
  );
}

/** Text by name: whole declarations, and members of interfaces one by one. Order of members is not a difference. */
function declarations(all: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const declaration of splitAt(all, isDeclaration).filter(({ length }) => length > 0)) {
    const at = declaration.findIndex((token) => KEYWORDS.has(token));
    const name = at < 0 ? '(start)' : (declaration[at + 1] ?? '');
    const open = declaration[at] === 'interface' ? declaration.indexOf('{', at) : -1;
    const members =
      open < 0 ? [] : splitAt(declaration.slice(open + 1, -1), isMember).filter(({ length }) => length > 0);
    found.set(name, printed(open < 0 ? declaration : declaration.slice(0, open)));
    for (const member of members) found.set(`${name}.${memberName(member)}`, printed(plainName(member)));
  }
  return found;
}

const KEYWORDS = new Set(['interface', 'type', 'const']);

function isDeclaration(at: number, all: readonly string[], depth: number): boolean {
  return depth === 0 && (all[at] === 'export' || all[at] === 'declare');
}

function isMember(at: number, all: readonly string[], depth: number): boolean {
  const token = all[at] ?? '';
  if (depth !== 0 || !/^["\p{ID_Start}$_\d]/u.test(token) || token === 'readonly') return false;
  const next = all[at + 1];
  return next === ':' || next === '(' || (next === '?' && all[at + 2] === ':');
}

/** Pieces that begin where `starts` says; `readonly` and doc comments before that belong to the piece. */
function splitAt(
  all: readonly string[],
  starts: (at: number, all: readonly string[], depth: number) => boolean,
): readonly (readonly string[])[] {
  const begins: number[] = [];
  let depth = 0;
  for (const [at, token] of all.entries()) {
    if (starts(at, all, depth)) begins.push(withPrefix(all, at));
    if ('{(['.includes(token)) depth += 1;
    else if ('})]'.includes(token)) depth -= 1;
  }
  const from = [...(begins[0] === 0 ? [] : [0]), ...begins];
  return from.map((begin, index) => all.slice(begin, from[index + 1] ?? all.length));
}

function withPrefix(all: readonly string[], at: number): number {
  const before = all[at - 1];
  return before === 'readonly' || before?.startsWith('/**') ? withPrefix(all, at - 1) : at;
}

function memberName(member: readonly string[]): string {
  const name = member.find((token) => token !== 'readonly' && !token.startsWith('/**')) ?? '';
  return name.startsWith('"') ? String(JSON.parse(name)) : name;
}

/** `"id": number` and `id: number` are the same member. */
function plainName(member: readonly string[]): readonly string[] {
  const at = member.findIndex((token) => token !== 'readonly' && !token.startsWith('/**'));
  return member.map((token, index) => (index === at && token.startsWith('"') ? String(JSON.parse(token)) : token));
}

/** Tokens as a person would write them on one line. */
function printed(all: readonly string[]): string {
  let text = '';
  for (const [at, token] of all.entries()) {
    const before = all[at - 1] ?? '';
    const tight = text === '' || ':?)]>.'.includes(token) || '([<.'.includes(before) || opensAfter(token, before);
    text += tight ? token : ` ${token}`;
  }
  return text;
}

/** `name(`, `Brand<`, `xs)[number]`: no space; `= [`, `: (`: one. */
function opensAfter(token: string, before: string): boolean {
  return '([<'.includes(token) && /^([\p{ID_Start}$_)\]]|"$)/u.test(before) && before !== 'readonly';
}
