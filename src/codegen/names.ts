/** Names for TypeScript from names of SQL: any identifier in, valid and distinct TypeScript out. */
import { OWN_NAMES } from './procedures-runtime.ts';
import { HELPERS } from './typemap.ts';
import type { Value } from './value-class.ts';

/**
 * Globals that generated text refers to, and those whose shadowing would confuse everyone who imports the file. A type
 * that would be called so is numbered.
 */
const TAKEN = [
  ...['Array', 'Boolean', 'Buffer', 'Date', 'Error', 'Function', 'Map', 'Number', 'Object', 'Promise', 'ReadonlyArray'],
  ...['Record', 'RegExp', 'Set', 'String', 'Symbol', 'Uint8Array', 'Brand', 'Partial', 'Pick', 'Omit', 'Required'],
  ...['Database', 'KyselyTable', 'KyselyView', 'JsonSchema', 'TypeError', 'ReadonlyMap', 'Readonly', 'undefined'],
  ...OWN_NAMES,
  // Names of functions: words that cannot be one, and arguments of all of them.
  ...'await break case catch class const continue debugger default delete do else enum export extends'.split(' '),
  ...'eval false finally for function if implements import in instanceof interface let new null package'.split(' '),
  ...'arguments private protected public return static super switch this throw true try typeof var void'.split(' '),
  ...'while with yield db args given'.split(' '),
  ...Object.keys(HELPERS),
];

/** Hands out names that are not taken yet: the first comer keeps the plain one. Case matters, as in TypeScript. */
export class NameRegistry {
  readonly #taken: Set<string>;

  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set<string>([...TAKEN, ...reserved]);
  }

  /** Finds the first base in `bases`, then the last with 2, 3, …, for which none of the `forms` is taken; takes them all. */
  claim(bases: readonly string[], forms: readonly ((base: string) => string)[] = [(base) => base]): string {
    for (const base of this.#candidates(bases)) {
      const names = forms.map((form) => form(base));
      if (names.some((name) => this.#taken.has(name))) continue;
      for (const name of names) this.#taken.add(name);
      return base;
    }
    return '';
  }

  *#candidates(bases: readonly string[]): Generator<string, void> {
    yield* bases;
    for (let n = 2; ; n += 1) yield `${bases.at(-1)}${n}`;
  }
}

/** `tutor_profiles` to `TutorProfiles`, `weird name!` to `WeirdName`, `2fa` to `_2fa`, `!?` to `Unnamed`. */
export function pascal(name: string): string {
  // Nearly all names: a tenth of the whole work on a large schema went into splitting them with Unicode in mind.
  if (/^[a-z][a-z\d]*(_[a-z\d]+)*$/.test(name)) return name.split('_').map(capitalised).join('');
  const parts = name.split(/[^\p{ID_Continue}]+|_+/u).filter((part) => part !== '');
  const joined = parts.map(capitalised).join('');
  if (joined === '') return 'Unnamed';
  return /^\p{ID_Start}/u.test(joined) ? joined : `_${joined}`;
}

/** `BookingState` to `bookingState`. */
export function camel(typeName: string): string {
  const [first = ''] = typeName;
  return first.toLowerCase() + typeName.slice(first.length);
}

/** `expected_version` and `ExpectedVersion` to `expectedVersion`; what is no plain identifier stays as it is. */
export function camelWords(name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return name;
  return camel(name.replace(/(?<=[^_])_+([^_])/g, (_, next: string) => next.toUpperCase()));
}

function capitalised(part: string): string {
  const [first = ''] = part;
  return first.toUpperCase() + part.slice(first.length);
}

/** Words that the rules of `singular()` get wrong, by what takes the place of their ending. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ie: 'movies cookies calories zombies selfies rookies hoodies brownies pies ties lies dies',
    sis: 'analyses paralyses catalyses hypotheses syntheses parentheses theses diagnoses prognoses crises',
    f: 'shelves halves wolves calves loaves thieves selves',
    fe: 'knives wives',
    che: 'caches niches psyches aches headaches avalanches',
    use: 'fuses muses ruses abuses excuses refuses',
    ix: 'matrices appendices',
    ex: 'indices vertices',
    z: 'quizzes',
    o: 'heroes potatoes tomatoes echoes vetoes',
  }).flatMap(([ending, words]) => words.split(' ').map((word) => [word, ending] as const)),
);

/** Letters of the plural's ending: `mov|ies`, `analy|ses`, `quiz|zes`. */
const ENDINGS: Readonly<Record<string, number>> = { ix: 4, ex: 4, z: 4, use: 4, che: 4 };

/** The English singular of a table name's last word: `tutor_availabilities` to `tutor_availability`. When in doubt, the name stays. */
export function singular(name: string): string {
  const [word = ''] = /[A-Z]?[a-z]+$|[A-Z]+$/.exec(name) ?? [];
  const ending = IRREGULAR.get(word.toLowerCase());
  if (ending !== undefined)
    return name.slice(0, -(ENDINGS[ending] ?? 3)) + (/[A-Z]$/.test(name) ? ending.toUpperCase() : ending);
  if (name.length < 4 || /(ss|us|is|news|series|species)$/i.test(name)) return name;
  if (/[^aeiou]ies$/i.test(name) && name.length > 4) return name.slice(0, -3) + (/S$/.test(name) ? 'Y' : 'y');
  if (/(sses|shes|ches|xes|zzes)$/i.test(name) || /[^aeo]uses$/i.test(name)) return name.slice(0, -2);
  return /[^s]s$/i.test(name) ? name.slice(0, -1) : name;
}

/** A property name: bare when it is a plain ASCII identifier, else a string. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** A TypeScript string literal. Whatever an editor or the parser could take for a line end is escaped. */
export function quoted(text: string): string {
  const escaped = text.replace(
    /[\ud800-\udbff][\udc00-\udfff]|[\\'\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/g,
    (char) => {
      if (char.length === 2) return char;
      if (char === '\\' || char === "'") return `\\${char}`;
      if (char === '\n') return '\\n';
      return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
  return `'${escaped}'`;
}

/** A value as a literal type. */
export function literalText(value: Value): string {
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** A name of the database in one line of a comment, which it cannot end. */
export function docSafe(text: string): string {
  return text.replaceAll('*/', '*\\/').replace(/\s+/g, ' ');
}

/** A JSDoc block. A comment of the database cannot end it or break out of its lines. */
export function jsdoc(lines: readonly string[], indent = ''): string {
  const clean = lines
    .join('\n')
    .replaceAll('*/', '*\\/')
    .split(/\r\n|[\n\r\u2028\u2029\u0085\u000b\u000c]/)
    .map((line) => line.replace(/[\u0000-\u0008\u000e-\u001f\u007f]/g, ' ').trimEnd());
  if (clean.length === 1) return `${indent}/** ${clean[0]} */\n`;
  return `${indent}/**\n${clean.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}
