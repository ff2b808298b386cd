/** The part of the generated procedures file that is the same in every project; it stands there, so that applications run without the tool. */

export const CLIENT = `
/** Client, pool client or pool of \`pg\`, or anything else that sends a query. */
export interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

type Argument = readonly [name: string, type: string, value: unknown];

/** Arguments that are undefined are not sent: their defaults hold. */
async function run(db: Queryable, head: string, args: readonly Argument[], tail: string): Promise<unknown[]> {
  const given = args.filter(([, , value]) => value !== undefined);
  const gap = args.findIndex(([name, , value]) => !name.includes('=>') && value === undefined);
  if (gap >= 0 && args.slice(gap).some(([, , value]) => value !== undefined)) {
    throw new TypeError(\`argument \${gap + 1} has no name, so it cannot be left out before others\`);
  }
  const list = given.map(([name, type], at) => \`\${name}$\${at + 1}::\${type}\`).join(', ');
  const text = given.length === 0 ? head + tail.replace(/^, /, '') : head + list + tail;
  try {
    return (await db.query(text, given.map(([, , value]) => value))).rows;
  } catch (thrown) {
    throw typedError(thrown);
  }
}

`;

/** Parts that stand in the file when a function needs them. */
export const PARTS: Readonly<Record<string, string>> = {
  nothing: `async function nothing(rows: Promise<unknown[]>): Promise<void> {
  await rows;
}

`,
  oneRow: `/** A composite that is NULL arrives as one row of NULLs: where a row of a table is promised, that is an error. */
async function oneRow<Row>(rows: Promise<unknown[]>, name: string, whole: boolean): Promise<Row> {
  const [row] = (await rows) as (Row & object)[];
  if (row === undefined || (whole && Object.values(row).every((value) => value === null))) {
    throw new NullResultError(\`\${name} returned NULL in place of a row\`);
  }
  return row;
}

/** The function promises a row of a table and returned NULL. Declare it \`RETURNS SETOF\` when it may find none. */
export class NullResultError extends Error {
  override readonly name = 'NullResultError';
}

`,
  allRows: `async function allRows<Row>(rows: Promise<unknown[]>): Promise<Row[]> {
  return (await rows) as Row[];
}

`,
  oneValue: `async function oneValue<Value>(rows: Promise<unknown[]>): Promise<Value> {
  const [row] = (await rows) as { value: Value }[];
  return row?.value as Value;
}

`,
  allValues: `async function allValues<Value>(rows: Promise<unknown[]>): Promise<Value[]> {
  return ((await rows) as { value: Value }[]).map(({ value }) => value);
}

`,
  json: `function json(value: unknown): unknown {
  return value === undefined || value === null ? value : JSON.stringify(value);
}

`,
  fits: `/** \`known\`: argument to whether it is required. */
function fits(args: object, known: Readonly<Record<string, boolean>>): boolean {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const missing = Object.keys(known).some((name) => known[name] && !given.some(([other]) => other === name));
  return !missing && given.every(([name]) => name in known);
}

`,
};

export const ERRORS = `
/** What the server says about an error, as \`pg\` gives it. */
interface ServerFields {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** An error of the server with a class of its own. \`cause\` is the driver's. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError';
  /** SQLSTATE. */
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly constraint: string | undefined;
  /** Columns of the constraint, or the one column that the server names. */
  readonly columns: readonly string[];

  constructor(cause: ServerFields) {
    super(cause.message, { cause });
    this.code = cause.code;
    this.detail = cause.detail;
    this.hint = cause.hint;
    this.schema = cause.schema;
    this.table = cause.table;
    this.constraint = cause.constraint;
    const known = constraints[\`\${cause.schema}.\${cause.table}.\${cause.constraint}\`];
    this.columns = known ?? (cause.column === undefined ? [] : [cause.column]);
  }

  /**
   * The row that it is about, by the server's detail: \`{ email: 'a@b.example' }\`, values as text. Of a unique or exclusion constraint, what
   * should have been written; of a foreign key, what is missing or still referred to. Undefined when the server does not say (a key that
   * the role may not read, NOT NULL, CHECK) or when its words have more than one meaning. Not enumerable: loggers do not print it.
   */
  get key(): Readonly<Record<string, string>> | undefined {
    return keysIn(this)[0];
  }

  /** Of an exclusion constraint, the same columns of the row that was there already. */
  get existingKey(): Readonly<Record<string, string>> | undefined {
    return keysIn(this)[1];
  }
}

type Key = Readonly<Record<string, string>>;

/** Quoted or not: \`email\`, \`"e mail"\`. */
const NAME = /^(?:\\x22(?:[^\\x22]|\\x22\\x22)+\\x22|[^\\x22(), ]+)$/;

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/**
 * \`Key (a, b)=(1, 2) already exists.\`, in whatever language the server speaks. An exclusion constraint names the row that was there as
 * well, in the same form; where anything else does, a value looks so.
 */
function keysIn({ code, columns, detail = '' }: DatabaseError): readonly (Key | undefined)[] {
  const at = detail.indexOf(')=(') + 3;
  const head = detail.slice(detail.indexOf('('), at);
  const names = head.slice(1, -3).split(', ');
  // Of a foreign key, names stand without their quotes: a comma may be a name's own.
  const all = [0, names.length].includes(columns.length) && names.every((name) => NAME.test(name));
  const known = code.startsWith('23') && at > 2 && all;
  const parts = known ? detail.slice(at).split(head) : [];
  return parts.length === (code === '23P01' ? 2 : 1) ? parts.map((part) => keyIn(part, names)) : [];
}

/** Up to the last bracket, unless that one may stand in the name of a table. NULL looks like the text: UNIQUE NULLS NOT DISTINCT. */
function keyIn(text: string, names: readonly string[]): Key | undefined {
  const end = text.lastIndexOf(')');
  const values = names.length === 1 ? [text.slice(0, end)] : text.slice(0, end).split(', ');
  const cut = end < 0 || text.slice(end).split('"').length % 2 === 0;
  if (cut || values.length !== names.length || values.includes('null')) return undefined;
  return Object.fromEntries(names.map((name, index) => [unquoted(name), values[index] ?? '']));
}

export class UniqueViolationError extends DatabaseError {
  override readonly name: string = 'UniqueViolationError';
}

export class ForeignKeyViolationError extends DatabaseError {
  override readonly name: string = 'ForeignKeyViolationError';
}

export class CheckViolationError extends DatabaseError {
  override readonly name: string = 'CheckViolationError';
}

export class NotNullViolationError extends DatabaseError {
  override readonly name: string = 'NotNullViolationError';
}

export class ExclusionViolationError extends DatabaseError {
  override readonly name: string = 'ExclusionViolationError';
}

/** The role lacks a privilege, or a row level security policy says no. */
export class PermissionError extends DatabaseError {
  override readonly name = 'PermissionError';
}

/** Lost against another transaction (40001, 40P01): running the whole transaction again may succeed. */
export class ConflictError extends DatabaseError {
  override readonly name = 'ConflictError';
}

/* OWN */

const STANDARD: Readonly<Record<string, typeof DatabaseError>> = {
  '23505': UniqueViolationError,
  '23503': ForeignKeyViolationError,
  '23001': ForeignKeyViolationError,
  '23514': CheckViolationError,
  '23502': NotNullViolationError,
  '23P01': ExclusionViolationError,
  '42501': PermissionError,
  '40001': ConflictError,
  '40P01': ConflictError,
};

/** Columns by \`schema.table.constraint\`. */
const constraints: Readonly<Record<string, readonly string[]>> = {
/* CONSTRAINTS */};

function named({ schema, table, constraint }: ServerFields): typeof DatabaseError | undefined {
  if (constraint === undefined) return undefined;
  return (
    NAMED.get(\`\${schema}.\${table}.\${constraint}\`) ?? NAMED.get(\`\${table}.\${constraint}\`) ?? NAMED.get(constraint)
  );
}

/** The error with a class by its constraint or its SQLSTATE; what has none comes back as it is. For queries of your own. */
export function typedError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof DatabaseError) return thrown;
  const { code, constraint } = thrown as Error & { code?: unknown; constraint?: unknown };
  if (typeof code !== 'string') return thrown;
  // From PostgreSQL 18 on ON DELETE RESTRICT says 23001; without a constraint it is a trigger's own.
  const standard = code === '23001' && constraint === undefined ? undefined : STANDARD[code];
  const known = OWN[code] ?? (standard === undefined ? undefined : (named(thrown as Error & ServerFields) ?? standard));
  return known === undefined ? thrown : new known(thrown as Error & ServerFields);
}

`;

const DECLARED = /^(?:export )?(?:async )?(?:class|function|const|interface|type) (\w+)/gm;

function declared(text: string): readonly string[] {
  return [...text.matchAll(DECLARED)].map(([, name = '']) => name);
}

/** Classes that stand in every file: the configuration need not name another one. */
export const ERROR_CLASSES: readonly string[] = declared(ERRORS).filter((name) => /^[A-Z].*Error$/.test(name));

/** Whatever the file may declare by itself: no type and no function of the database is called so. */
export const OWN_NAMES: readonly string[] = [
  ...[CLIENT, ERRORS, ...Object.values(PARTS)].flatMap(declared),
  ...['OWN', 'NAMED'],
];
