/**
 * Error classes that an application names: by SQLSTATE (`BK003`), or by the constraint that was violated, written as PostgreSQL calls it,
 * with its table or schema and table before it where the name alone is not enough (`users.email_key`).
 */
import type { TypeSource } from '../catalog/type-source.ts';
import { docSafe, literalText, property, quoted } from './names.ts';
import { ERROR_CLASSES } from './procedures-runtime.ts';

type Errors = Readonly<Record<string, string>>;

/** Classes in the order of what they are for, and the two tables by which the base class knows them. */
export function ownErrors(errors: Errors, snapshot: TypeSource): string {
  const entries = Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = [...new Set(entries.map(([, name]) => name))].filter((name) => !ERROR_CLASSES.includes(`${name}Error`));
  const classes = names.map((name) => {
    const keys = entries.flatMap(([key, own]) => (own === name ? [key] : []));
    const bases = new Set(keys.map((key) => baseOf(key, snapshot)));
    const base = bases.size === 1 ? [...bases][0] : 'DatabaseError';
    return `/** ${keys.map(meaning).join(', ')} */\nexport class ${name}Error extends ${base} {\n  override readonly name = ${quoted(`${name}Error`)};\n}\n\n`;
  });
  const own = entries.filter(([key]) => isState(key)).map(([key, name]) => `  ${property(key)}: ${name}Error,\n`);
  const named = entries
    .filter(([key]) => !isState(key))
    .map(([key, name]) => `  [${literalText(key)}, ${name}Error],\n`);
  return `${classes.join('')}const OWN: Readonly<Record<string, typeof DatabaseError>> = {\n${own.join('')}};

/** By constraint, as the configuration writes it. */
const NAMED: ReadonlyMap<string, typeof DatabaseError> = new Map<string, typeof DatabaseError>([${named.length === 0 ? '' : `\n${named.join('')}`}]);`;
}

/** Names that are no constraint of a table that was read: a unique index has such a name, and a slip of the pen. */
export function unknownConstraints(errors: Errors, snapshot: TypeSource): readonly string[] {
  return Object.keys(errors).filter((key) => !isState(key) && kindsOf(key, snapshot).length === 0);
}

const BASES: Readonly<Record<string, string>> = {
  'primary key': 'UniqueViolationError',
  unique: 'UniqueViolationError',
  'foreign key': 'ForeignKeyViolationError',
  check: 'CheckViolationError',
  'not null': 'NotNullViolationError',
  exclude: 'ExclusionViolationError',
};

/** Only unique indexes have no constraint and yet a name in the server's errors. */
function baseOf(key: string, snapshot: TypeSource): string {
  if (isState(key)) return 'DatabaseError';
  const kinds = new Set(kindsOf(key, snapshot).map((kind) => BASES[kind] ?? 'DatabaseError'));
  return kinds.size > 1 ? 'DatabaseError' : ([...kinds][0] ?? 'UniqueViolationError');
}

function kindsOf(key: string, { tables }: TypeSource): readonly string[] {
  return tables.flatMap(({ schema, name, constraints }) =>
    constraints
      .filter((one) => [one.name, `${name}.${one.name}`, `${schema}.${name}.${one.name}`].includes(key))
      .map(({ kind }) => kind),
  );
}

function isState(key: string): boolean {
  return /^[0-9A-Z]{5}$/.test(key);
}

function meaning(key: string): string {
  return `${isState(key) ? 'SQLSTATE' : 'constraint'} ${docSafe(key)}`;
}
