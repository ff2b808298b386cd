/**
 * The only importer of the SQL parser: PostgreSQL 18's own grammar in WebAssembly. Loaded when first asked (20 ms,
 * 14 MB), so it stays off the hot path of `up`. Bad SQL is an answer here, never an exception.
 */
import { offsetOfByte, offsetOfPosition } from './place.ts';

export interface SyntaxFault {
  /** The parser's words: `syntax error at or near "txt"`. */
  readonly message: string;
  /** UTF-16 units from the beginning of the text. */
  readonly offset: number;
}

/** One statement of the parse tree: the node, e.g. `{ CreateStmt: … }`, and where it stands (UTF-16 units). */
export interface ParsedStatement {
  readonly node: Readonly<Record<string, unknown>>;
  readonly start: number;
  readonly end: number;
}

export type Parsed =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[] }
  | { readonly ok: false; readonly fault: SyntaxFault };

/**
 * Parses by PostgreSQL 18's grammar: an older server may refuse what passes here, and hardly ever the reverse.
 * `start` of a statement is where its text begins after the previous semicolon, leading comments included.
 */
export async function parseSql(sql: string): Promise<Parsed> {
  const parser = await load();
  // A NUL cannot be passed to C, and PostgreSQL could not store it either.
  const nul = sql.indexOf('\0');
  if (nul >= 0) return { ok: false, fault: { message: 'invalid byte sequence: 0x00', offset: nul } };
  if (sql.trim() === '') return { ok: true, statements: [] };
  try {
    const tree = parser.parseSync(sql) as { readonly stmts?: readonly RawStatement[] };
    return { ok: true, statements: (tree.stmts ?? []).map((raw) => parsedStatement(sql, raw)) };
  } catch (thrown) {
    return { ok: false, fault: faultOf(sql, thrown) };
  }
}

export type ParsedBody =
  | { readonly ok: true; readonly functions: readonly Readonly<Record<string, unknown>>[] }
  | { readonly ok: false; readonly message: string };

/**
 * The PL/pgSQL of a CREATE FUNCTION, CREATE PROCEDURE or DO statement whose body is a string: `PLpgSQL_function` nodes as
 * libpg_query gives them, `lineno` counted from the body's first line. It ends the process of other statements with an
 * assertion, so nothing else may be passed. A fault has no position, only the server's words.
 */
export async function parsePlpgsql(sql: string): Promise<ParsedBody> {
  const parser = await load();
  if (sql.includes('\0')) return { ok: false, message: 'invalid byte sequence: 0x00' };
  try {
    const tree = parser.parsePlPgSQLSync(sql) as {
      readonly plpgsql_funcs?: readonly Readonly<Record<string, unknown>>[];
    };
    return { ok: true, functions: tree.plpgsql_funcs ?? [] };
  } catch (thrown) {
    return { ok: false, message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Null when the text is well-formed. */
export async function syntaxFault(sql: string): Promise<SyntaxFault | null> {
  const parsed = await parseSql(sql);
  return parsed.ok ? null : parsed.fault;
}

interface RawStatement {
  readonly stmt?: Readonly<Record<string, unknown>>;
  /** Bytes of UTF-8; both left out when zero (or, for the length, when the statement is the last). */
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

type Parser = typeof import('libpg-query');
let loaded: Promise<Parser> | undefined;

function load(): Promise<Parser> {
  loaded ??= import('libpg-query').then(async (parser) => {
    await parser.loadModule();
    return parser;
  });
  return loaded;
}

function parsedStatement(sql: string, raw: RawStatement): ParsedStatement {
  const from = raw.stmt_location ?? 0;
  const start = offsetOfByte(sql, from);
  const end = raw.stmt_len ? start + offsetOfByte(sql.slice(start), raw.stmt_len) : sql.length;
  return { node: raw.stmt ?? {}, start, end };
}

function faultOf(sql: string, thrown: unknown): SyntaxFault {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const details = (thrown as { sqlDetails?: { cursorPosition?: number } } | null)?.sqlDetails;
  return { message, offset: offsetOfPosition(sql, (details?.cursorPosition ?? 0) + 1) };
}
