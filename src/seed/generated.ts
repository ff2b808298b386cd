/**
 * Seed sets that a program makes: `seeds/<set>/generate.ts` (or .mts, .js, .mjs). For load far beyond what files should hold: rows go by
 * COPY straight into their tables, in slices, so that neither this process nor the server (which keeps one entry a row for foreign
 * keys until the statement ends) needs memory that grows with the number of rows. The format is promised in docs/formats.md, Seeds.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { qname } from '../base/ident.ts';
import type { Runtime } from '../base/runtime.ts';
import { importTypeScript, placeOfError } from '../base/typescript.ts';
import type { QName } from '../catalog/model.ts';
import { type CopyValue, copyLine, copyRows } from '../pg/copy.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';

/** May be one of several parts of its table, told in this order. */
export interface GeneratedTable {
  /** In the first schema of the configuration, or `schema.table`. */
  readonly table: string;
  readonly columns: readonly string[];
  /** Told once, from the beginning; JSON and arrays as the text that PostgreSQL reads. */
  readonly rows: Iterable<readonly CopyValue[]>;
}

export interface GeneratedLoad {
  readonly table: string;
  readonly rows: number;
  readonly milliseconds: number;
}

/** Rows of one COPY statement. */
const SLICE = 50_000;

/** The module of a set, relative to the project folder; null when the set has none. */
export function generatorOf(place: { readonly root: string; readonly seeds: string }, set: string): string | null {
  const files = ['ts', 'mts', 'js', 'mjs'].map((language) => `${place.seeds}/${set}/generate.${language}`);
  return files.find((file) => existsSync(join(place.root, file))) ?? null;
}

/** Calls `generate` of the module. Throws SEED_GENERATOR when it is missing, throws, or gives something else than tables. */
export async function generatedTables(
  root: string,
  file: string,
  options: { readonly factor: number },
): Promise<readonly GeneratedTable[]> {
  const path = join(root, file);
  try {
    const { generate } = await importTypeScript(path);
    if (typeof generate !== 'function') throw new TypeError('it exports no function generate');
    const tables: unknown = await generate(options);
    if (!Array.isArray(tables) || !tables.every(isTable)) {
      throw new TypeError('generate does not return a list of { table, columns, rows }');
    }
    return tables;
  } catch (thrown) {
    throw brokenGenerator(file, path, thrown);
  }
}

function isTable(value: unknown): value is GeneratedTable {
  const { table, columns, rows } = (value ?? {}) as Partial<Record<keyof GeneratedTable, unknown>>;
  const iterable = typeof rows === 'object' && rows !== null && Symbol.iterator in rows;
  return typeof table === 'string' && Array.isArray(columns) && columns.every((c) => typeof c === 'string') && iterable;
}

function brokenGenerator(file: string, path: string, cause: unknown): ToolError {
  const place = placeOfError(cause, path);
  return new ToolError('SEED_GENERATOR', `${file}${place ? `:${place.line}` : ''}: ${messageOf(cause)}`, {
    hint: 'Export function generate({ factor }) that returns tables; see docs/formats.md, Seeds.',
    cause,
  });
}

/**
 * Loads the tables in the given order; call it inside a transaction. Throws SEED_FAILED with table and row of the first row that the
 * server refuses, and SEED_GENERATOR when the module throws while it tells its rows.
 */
export async function loadGenerated(
  session: Session,
  tables: readonly GeneratedTable[],
  around: { readonly file: string; readonly root: string; readonly schema: string; readonly runtime: Runtime },
): Promise<readonly GeneratedLoad[]> {
  const loads = new Map<string, GeneratedLoad>();
  let done = 0;
  for (const part of tables) {
    const { table } = part;
    const started = around.runtime.ticks();
    const before = loads.get(table) ?? { table, rows: 0, milliseconds: 0 };
    const rows = await loadPart(session, part, { ...around, before: before.rows }, (loaded) =>
      around.runtime.emit({ kind: 'progress', task: 'seed', done: done + loaded, unit: 'rows', text: table }),
    );
    done += rows;
    const milliseconds = before.milliseconds + around.runtime.ticks() - started;
    loads.set(table, { table, rows: before.rows + rows, milliseconds });
  }
  return [...loads.values()];
}

/** `before`: rows of the same table that are loaded already. */
type Around = Parameters<typeof loadGenerated>[2] & { readonly before: number };

async function loadPart(
  session: Session,
  { table, columns, rows }: GeneratedTable,
  around: Around,
  told: (rows: number) => void,
): Promise<number> {
  const name = nameOf(table, around.schema);
  const source = rows[Symbol.iterator]();
  const next = (): IteratorResult<readonly CopyValue[]> => {
    try {
      return source.next();
    } catch (thrown) {
      throw brokenGenerator(around.file, join(around.root, around.file), thrown);
    }
  };
  let loaded = 0;
  let row = next();
  function* slice(): Generator<string> {
    for (let count = 0; count < SLICE && !row.done; count += 1, row = next()) yield copyLine(row.value);
  }
  while (!row.done) {
    if (around.runtime.signal.aborted) {
      throw new ToolError('RUN_INTERRUPTED', 'seeding was interrupted; nothing was loaded');
    }
    try {
      loaded += await copyRows(session, qname(name.schema, name.name), columns, slice());
    } catch (thrown) {
      throw thrown instanceof ServerError ? refused(thrown, table, around.before + loaded, around) : thrown;
    }
    told(loaded);
  }
  return loaded;
}

/** `users` is in the first schema of the configuration, `auth.users` in its own. */
export function nameOf(table: string, schema: string): QName {
  const dot = table.indexOf('.');
  return dot < 0 ? { schema, name: table } : { schema: table.slice(0, dot), name: table.slice(dot + 1) };
}

/** COPY names the line of its own statement; rows are counted from 1 over the whole table. */
function refused(error: ServerError, table: string, before: number, { file }: Around): ToolError {
  const line = /COPY \S+, line (\d+)/.exec(error.fields.where ?? '')?.[1];
  const row = line === undefined ? null : before + Number(line);
  const facts = [
    `at ${file}, table ${table}${row === null ? '' : `, row ${row}`}`,
    error.fields.detail,
    error.fields.constraint && `constraint: ${error.fields.constraint}`,
    `SQLSTATE ${error.sqlstate}; nothing was loaded`,
  ];
  const hint =
    error.sqlstate === SQLSTATE.uniqueViolation
      ? 'Generated sets are loaded once: use a database without them.'
      : `Correct what ${file} says of ${table}, or the schema.`;
  return new ToolError('SEED_FAILED', `table ${table} refuses a row: ${error.message}`, {
    detail: facts.filter(Boolean).join('\n'),
    hint,
    cause: error,
  });
}
