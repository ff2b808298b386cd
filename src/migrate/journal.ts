/**
 * The texts that record what a run does. They travel in the same message and the same transaction as the statements they
 * are about, so that there is no moment in which the schema and its history disagree.
 */
import { literal, nullable, type Sql } from '../base/ident.ts';
import type { Direction, PlanStep } from '../base/plan.ts';
import { VERSION } from '../base/version.ts';
import { type HistoryName, withNames } from './history.ts';
import type { AppliedMigration } from './model.ts';

export type JournalEvent =
  | 'applied'
  | 'reverted'
  /** A statement outside a transaction: about to start, over, or refused. */
  | 'begun'
  | 'done'
  | 'failed'
  | 'baseline'
  | 'repaired'
  /** An interrupted migration was put back to its start by a person. */
  | 'cleared'
  /** The end of a run. */
  | 'finished';

export interface JournalEntry {
  readonly event: JournalEvent;
  readonly version?: string;
  readonly direction?: 'up' | 'down';
  /** Only for migrations that run outside a transaction: the next run reads where to go on from it. */
  readonly statement?: number;
  readonly total?: number;
  readonly checksum?: string | null;
  readonly detail?: string;
  /** The statements, as JSON. */
  readonly script?: string;
}

/**
 * Notes when a migration began, for the row that records it: the clocks of the transaction and of the statement stand
 * still while a message is worked through, and a message may hold many migrations. Ends with its transaction.
 */
export const BEGAN = "SELECT set_config('strata.began', clock_timestamp()::text, true)";

/** Milliseconds since BEGAN; since the message came, when the migration itself has reset every setting. */
const ELAPSED =
  "least(2147483647, 1000 * extract(epoch FROM clock_timestamp() - coalesce(nullif(current_setting('strata.began', true), '')::timestamptz, statement_timestamp())))::int";

/** The rows for a migration that has just been done: one into the history, one into the journal. */
export function appliedSql(history: HistoryName, run: string, step: PlanStep, more: Timing = {}): readonly string[] {
  const elapsed = more.durationMs === undefined ? ELAPSED : String(Math.round(more.durationMs));
  const record =
    step.direction === 'up'
      ? withNames(
          `INSERT INTO {history} (version, description, checksum, name, semantic_checksum, duration_ms, tool_version) VALUES (${[
            literal(step.version),
            literal(descriptionOf(step.name)),
            literal(step.checksum),
            literal(step.name),
            nullable(step.semanticChecksum),
            elapsed,
            literal(VERSION),
          ].join(', ')})`,
          history,
        )
      : withNames(
          `DELETE FROM {history} WHERE version IN (${[step.version, ...(step.standsFor ?? [])].map(literal).join(', ')})`,
          history,
        );
  const event = step.direction === 'up' ? 'applied' : 'reverted';
  const { version, direction, checksum } = step;
  const steps = more.statements === undefined ? {} : { statement: more.statements, total: more.statements };
  return [
    record,
    journalSql(history, run, { event, version, direction, checksum, ...scriptOf(step), ...steps }, elapsed),
  ];
}

export interface Timing {
  /** Default: measured by the server since it got the message. */
  readonly durationMs?: number;
  /** Statements of a migration that ran outside a transaction: ends what the journal says of its steps. */
  readonly statements?: number;
}

/** One row of the journal. `elapsed` is SQL for a number of milliseconds. */
export function journalSql(history: HistoryName, run: string, entry: JournalEntry, elapsed = 'NULL'): string {
  const { event, version, direction, statement, total, checksum, detail, script } = entry;
  const values: readonly (Sql | string)[] = [
    literal(run),
    literal(event),
    nullable(version),
    nullable(direction),
    String(statement ?? 'NULL'),
    String(total ?? 'NULL'),
    nullable(checksum),
    elapsed,
    nullable(detail?.replaceAll('\0', '')),
    nullable(script),
    literal(VERSION),
  ];
  return withNames(
    `INSERT INTO {journal} (run, event, version, direction, statement, total, checksum, duration_ms, detail, script, tool_version) VALUES (${values.join(', ')})`,
    history,
  );
}

/** The end of a run, with the hash of the catalog it leaves behind beside the last migration that is applied. */
export function finishedSql(history: HistoryName, run: string, detail: string, snapshotHash: string | null): string {
  const last = withNames('(SELECT version FROM {history} ORDER BY applied_order DESC LIMIT 1)', history);
  const hash =
    snapshotHash === null
      ? []
      : [withNames(`UPDATE {history} SET snapshot_hash = ${literal(snapshotHash)} WHERE version = ${last}`, history)];
  return [...hash, journalSql(history, run, { event: 'finished', detail, checksum: snapshotHash })].join(';\n');
}

export interface DurationRow {
  readonly version: string;
  readonly direction: Direction;
  readonly durationMs: number;
}

/** What the last `count` migrations of a run took: its rows are the newest, so the journal is read backwards from its end. */
export function durationsSql(history: HistoryName, run: string, count: number): string {
  return withNames(
    `SELECT version, direction, duration_ms AS "durationMs" FROM {journal} WHERE run = ${literal(run)} AND event IN ('applied', 'reverted') ORDER BY id DESC LIMIT ${count}`,
    history,
  );
}

/** A migration recorded as applied although it never ran here. */
export function baselineSql(history: HistoryName, run: string, step: Omit<PlanStep, 'script'>): string {
  const { version, checksum } = step;
  const [record = ''] = appliedSql(history, run, { ...step, direction: 'up' } as PlanStep, { durationMs: 0 });
  return `${record};\n${journalSql(history, run, { event: 'baseline', version, direction: 'up', checksum })}`;
}

/** The reviewed edit of an applied migration becomes its truth. */
export function repairedSql(
  history: HistoryName,
  run: string,
  applied: AppliedMigration,
  file: { readonly name: string; readonly checksum: string; readonly semanticChecksum: string | null },
): string {
  const update = withNames(
    `UPDATE {history} SET checksum = ${literal(file.checksum)}, semantic_checksum = ${nullable(file.semanticChecksum)}, name = ${literal(file.name)} WHERE version = ${literal(applied.version)}`,
    history,
  );
  const detail = `accepted ${file.checksum} in place of ${applied.checksum}`;
  const entry: JournalEntry = { event: 'repaired', version: applied.version, checksum: file.checksum, detail };
  return `${update};\n${journalSql(history, run, entry)}`;
}

/** Kept for `repair`, which shows what an edit changed: the file itself only tells what it says today. */
function scriptOf({ script, direction }: PlanStep): { readonly script?: string } {
  if (direction === 'down' || script?.kind !== 'statements') return {};
  return { script: JSON.stringify(script.statements.map(({ sql }) => sql)) };
}

function descriptionOf(name: string): string {
  return name.replace(/^[^_]*_/, '').replaceAll('_', ' ');
}
