/**
 * The history in the database: schema_migrations, the journal beside it, and the lease table. Names come from the
 * configuration, so every text is a template filled here; nothing is created until something is written.
 *
 * Reading costs one round trip when the tables are there. When they are not, a second one looks for a history under
 * another name: replaying everything because a setting changed is the worst thing a migration tool can do.
 */
import { ToolError } from '../base/errors.ts';
import { ident, literal, NAME_BYTES, qname } from '../base/ident.ts';
import type { QName } from '../catalog/model.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import type { AppliedMigration, InterruptedMigration } from './model.ts';
import createText from './sql/create.sql';
import elsewhereText from './sql/elsewhere.sql';
import readText from './sql/read.sql';

/** Where the history is: `config.history`. */
export interface HistoryName {
  readonly schema: string;
  readonly table: string;
}

export interface History {
  /** False: the tables do not exist yet. */
  readonly present: boolean;
  /** In order of application. */
  readonly applied: readonly AppliedMigration[];
  readonly interrupted: readonly InterruptedMigration[];
}

/** Suffixes of the tables beside the history; the longest decides how long the history's own name may be. */
const BESIDE = { journal: '_journal', lock: '_lock', batches: '_batches', journal_index: '_journal_steps' } as const;

/** All tables that the toolkit itself keeps: what a Snapshot of the project's own database leaves out. */
export function ownTables({ schema, table }: HistoryName): readonly QName[] {
  return [table, table + BESIDE.journal, table + BESIDE.lock, table + BESIDE.batches].map((name) => ({ schema, name }));
}

/** Fills `{history}`, `{journal}`, `{lock}`, `{batches}`, `{journal_index}` of a text with quoted names. */
export function withNames(text: string, history: HistoryName): string {
  const { schema, table } = history;
  if (Buffer.byteLength(table + BESIDE.journal_index) > NAME_BYTES) {
    throw new ToolError('CONFIG_INVALID', `history.table "${table}" is too long`, {
      hint: `Choose a name of at most ${NAME_BYTES - BESIDE.journal_index.length} bytes: tables beside it get longer names.`,
    });
  }
  const names: Readonly<Record<string, string>> = {
    history: qname(schema, table),
    journal: qname(schema, table + BESIDE.journal),
    lock: qname(schema, table + BESIDE.lock),
    batches: qname(schema, table + BESIDE.batches),
    journal_index: ident(table + BESIDE.journal_index),
  };
  return text.replace(/\{(\w+)\}/g, (all, name: string) => names[name] ?? all);
}

/** The statements that read the history, to be sent with others in one batch; their results go to `historyOf`. */
export function readSql(history: HistoryName): string {
  return withNames(readText, history);
}

export function historyOf(results: readonly BatchResult[]): History {
  const [applied, steps] = results;
  return {
    present: true,
    applied: (applied?.rows ?? []) as unknown as AppliedMigration[],
    interrupted: (steps?.rows ?? []).map((row) => interruptedOf(row as unknown as StepRow)),
  };
}

/** One round trip; two when there is no history yet. Throws HISTORY_FOREIGN when the table is not ours. */
export async function readHistory(session: Session, history: HistoryName): Promise<History> {
  try {
    return historyOf(await session.batch(readSql(history)));
  } catch (thrown) {
    if (isMissing(thrown)) return { present: false, applied: [], interrupted: [] };
    throw asHistoryFault(thrown, history);
  }
}

/** Creates schema and tables that are missing, and reads what is there then: one round trip. Idempotent, but not race-free. */
export async function createHistory(
  session: Session,
  history: HistoryName,
  options: { readonly schemaFound: boolean },
): Promise<History> {
  // CREATE SCHEMA IF NOT EXISTS asks for a privilege on the database even when there is nothing to create.
  const schema = options.schemaFound ? '' : `CREATE SCHEMA IF NOT EXISTS ${ident(history.schema)};\n`;
  const create = `SET LOCAL client_min_messages = warning;\n${schema}${withNames(createText, history)}`;
  const results = await session.batch(`BEGIN;\n${create};\nCOMMIT;\n${readSql(history)}`);
  return historyOf(results.slice(-2));
}

/** SQL that is true when the history's schema exists. */
export function schemaFoundSql({ schema }: HistoryName): string {
  return `to_regnamespace(${literal(ident(schema))}) IS NOT NULL`;
}

/**
 * Refuses when there is no history here, but one elsewhere that knows a migration of this project by name: the
 * configuration points to the wrong place. Histories of other projects in the same database are no obstacle.
 */
export async function refuseElsewhere(
  session: Session,
  history: HistoryName,
  names: ReadonlySet<string>,
): Promise<void> {
  const found = await session.query<{ schema: string; table: string; foreign: boolean }>(elsewhereText);
  for (const place of found) {
    // Another run has created it since we looked: read again under the lock, it is no reason to refuse.
    if (place.schema === history.schema && place.table === history.table) continue;
    const rows = await session.query<{ name: string }>(`SELECT name FROM ${qname(place.schema, place.table)}`);
    const known = rows.filter(({ name }) => names.has(name));
    if (known.length === 0) continue;
    const where = `"${place.schema}"."${place.table}"`;
    throw new ToolError(
      'HISTORY_ELSEWHERE',
      `"${history.schema}"."${history.table}" does not exist, but ${where} does`,
      {
        detail: `${where} says that ${known.length} migration(s) of this project are applied, ${known.at(-1)?.name} among them`,
        hint: place.foreign
          ? `Adopt that history with: strata baseline ${known.at(-1)?.name.split('_')[0]}`
          : `Set history to { "schema": "${place.schema}", "table": "${place.table}" } in the configuration. If this is to be a second history: strata baseline none`,
      },
    );
  }
}

interface StepRow {
  readonly version: string;
  readonly direction: 'up' | 'down';
  readonly event: 'begun' | 'done' | 'failed';
  readonly statement: number;
  readonly total: number;
  readonly checksum: string | null;
  readonly detail: string | null;
}

function interruptedOf(row: StepRow): InterruptedMigration {
  const { version, direction, total, checksum } = row;
  const done = row.event === 'done' ? row.statement : row.statement - 1;
  return { version, direction, done, total, begun: row.event === 'begun', checksum, error: row.detail };
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof ServerError && thrown.sqlstate === SQLSTATE.undefinedTable && thrown.completed === 0;
}

/** A table of the right name and the wrong shape, or one that this role may not read. */
export function asHistoryFault(thrown: unknown, { schema, table }: HistoryName): unknown {
  if (!(thrown instanceof ServerError)) return thrown;
  const where = `"${schema}"."${table}"`;
  if (thrown.sqlstate === SQLSTATE.insufficientPrivilege) {
    return new ToolError('HISTORY_FOREIGN', `this role may not read or write the history ${where}`, {
      detail: thrown.message,
      hint: `As its owner: GRANT SELECT, INSERT, UPDATE, DELETE ON ${where} TO the role that runs migrations.`,
      cause: thrown,
    });
  }
  if (!['42703', SQLSTATE.undefinedTable, '42809'].includes(thrown.sqlstate)) return thrown;
  return new ToolError('HISTORY_FOREIGN', `${where} is not a history that strata wrote`, {
    detail: thrown.message,
    hint: `Choose another name with history.table in the configuration, then record what is applied: strata baseline VERSION.`,
    cause: thrown,
  });
}
