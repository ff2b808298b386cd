/**
 * Is a generated file still what the schema gives? Compared as tokens, declaration by declaration, because teams run
 * prettier or biome over generated files: quotes, commas, semicolons, line breaks, leading `|`, quotes of properties and
 * parentheses of an arrow's only parameter do not count; types, bodies of functions and doc comments do. The header does
 * not count either: older versions wrote another one.
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

/** Comments, strings, templates, regular expressions (a slash where no value can end), words, numbers, single characters. */
const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|(?<=[(,=:[!&|?{};]\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|[\s\S]/gu;

function tokens(text: string): readonly string[] {
  const out: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const kept = normalised(token, out.at(-1));
    if (kept !== '') out.push(kept);
  }
  const bare = out.map((token, at) => (isProperty(out, at) ? String(JSON.parse(token)) : token));
  return bare.filter((_, at) => !isArrowParenthesis(bare, at));
}

/** `{"type": …}` and `{ type: … }` are the same; what stands before the `:` of `? :` or of a case is a value. */
function isProperty(all: readonly string[], at: number): boolean {
  const [token = '', before = '', next] = [all[at], all[at - 1], all[at + 1]];
  if (!/^"[\p{ID_Start}$_][\p{ID_Continue}$]*"$/u.test(token) || /^([?+\-*/=&|<!:([]|case)$/.test(before)) return false;
  return next === ':' || (next === '?' && all[at + 2] === ':');
}

/** `(x) => …` and `x => …` are the same. */
function isArrowParenthesis(all: readonly string[], at: number): boolean {
  const open = all[at] === '(' ? at : all[at] === ')' ? at - 2 : -1;
  const [bracket, word = '', ...rest] = open < 0 ? [] : all.slice(open, open + 5);
  return bracket === '(' && /^[\p{ID_Start}$_]/u.test(word) && rest.join('') === ')=>';
}

function normalised(token: string, before: string | undefined): string {
  if (token.startsWith('/**')) return docText(token);
  if (/^(\s|\/\/|\/\*|[;,])/.test(token)) return '';
  // A leading `|` only says that the union was broken into lines.
  if (token === '|' && (before === undefined || '=:(<'.includes(before))) return '';
  // What a template holds is code, its quotes too.
  if (token.startsWith('`')) {
    return token.replace(/\$\{([^}]*)\}/g, (_, code: string) => `\${${tokens(code).join(' ')}}`);
  }
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

/**
 * Text by name: whole declarations, and members of interfaces one by one. Order of members is not a difference. What has
 * the name of another one, as overloads do, is numbered.
 */
function declarations(all: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const declaration of splitAt(all, isDeclaration).filter(({ length }) => length > 0)) {
    const at = declaration.findIndex((token) => !isPrefix(token));
    const keyword = declaration[at] ?? '';
    const name = unused(found, KEYWORDS.has(keyword) ? (declaration[at + 1] ?? '') : '(start)');
    const open = keyword === 'interface' ? declaration.indexOf('{', at) : -1;
    const members =
      open < 0 ? [] : splitAt(declaration.slice(open + 1, -1), isMember).filter(({ length }) => length > 0);
    found.set(name, printed(open < 0 ? declaration : declaration.slice(0, open)));
    for (const member of members) found.set(unused(found, `${name}.${memberName(member)}`), printed(plainName(member)));
  }
  return found;
}

function unused(found: ReadonlyMap<string, string>, name: string): string {
  for (let n = 1; ; n += 1) {
    const numbered = n === 1 ? name : `${name} (${n})`;
    if (!found.has(numbered)) return numbered;
  }
}

const KEYWORDS = new Set(['interface', 'type', 'const', 'let', 'enum', 'function', 'class']);
const MODIFIERS = new Set(['export', 'declare', 'async', 'abstract', 'default']);

function isPrefix(token: string): boolean {
  return MODIFIERS.has(token) || token.startsWith('/**');
}

/** Exported or not. `as const`, `import type` and a function that is a value begin nothing. */
function isDeclaration(at: number, all: readonly string[], depth: number): boolean {
  if (depth !== 0 || !KEYWORDS.has(all[at] ?? '') || !/^[\p{ID_Start}$_]/u.test(all[at + 1] ?? '')) return false;
  return !/^(as|import|typeof|extends|[=:|&?<.])$/.test(all[at - 1] ?? '');
}

function isMember(at: number, all: readonly string[], depth: number): boolean {
  const token = all[at] ?? '';
  if (depth !== 0 || !/^["\p{ID_Start}$_\d]/u.test(token)) return false;
  const next = all[at + 1];
  return next === ':' || next === '(' || (next === '?' && all[at + 2] === ':');
}

/** Pieces that begin where `starts` says; `export`, `readonly` and doc comments before that belong to the piece. */
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
  return before === 'readonly' || isPrefix(before ?? '') ? withPrefix(all, at - 1) : at;
}

function memberName(member: readonly string[]): string {
  const name = member[nameAt(member)] ?? '';
  return name.startsWith('"') ? String(JSON.parse(name)) : name;
}

/** A member may itself be called `readonly`. */
function nameAt(member: readonly string[]): number {
  return member.findIndex((_, at) => isMember(at, member, 0));
}

/** `"id": number` and `id: number` are the same member. */
function plainName(member: readonly string[]): readonly string[] {
  const at = nameAt(member);
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
