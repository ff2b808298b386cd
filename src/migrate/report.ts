/**
 * A failed run in words: which migration, which statement, which line, what the server said, and above all what
 * state the database is in now.
 */
import { type Code, messageOf, ToolError } from '../base/errors.ts';
import type { PlanStep } from '../base/plan.ts';
import { ServerError } from '../pg/server-error.ts';
import { describeBlocker } from '../pg/session.ts';
import type { Execution, StepFailure, StepResult } from './execution.ts';
import { locate } from './locate.ts';

export interface Account {
  readonly steps: readonly PlanStep[];
  readonly results: readonly StepResult[];
  /** How many steps were committed before. */
  readonly done: number;
  /** What was in one transaction with the failed step. */
  readonly group: readonly PlanStep[];
  /** After a lost connection: what the history says. Null: it could not be asked. */
  readonly committed: boolean | null;
}

export function runError(execution: Execution, account: Account, failure: StepFailure): ToolError {
  const detail = [...whereLines(execution, failure), ...serverLines(failure.cause), ...blockerLines(failure)];
  detail.push(`state: ${stateText(account, failure)}`);
  const inner = failure.cause instanceof ToolError ? failure.cause : undefined;
  if (inner?.more.detail) detail.unshift(inner.more.detail);
  return new ToolError(failure.code, headline(account, failure), {
    detail: detail.join('\n'),
    hint: hintText(account, failure),
    cause: failure.cause,
    data: { results: account.results },
  });
}

function headline({ committed }: Account, { code, spot, cause }: StepFailure): string {
  const { step, number, total, atCommit } = spot;
  const what = `${step.direction === 'down' ? 'down of ' : ''}${step.name}`;
  const at = atCommit ? ' at its commit' : number === undefined ? '' : ` at statement ${number} of ${total}`;
  const heads: Partial<Record<Code, string>> = {
    RUN_INTERRUPTED: `interrupted in ${what}${at}`,
    LOCK_TIMEOUT: `${what} did not get a lock${at}`,
    LOCK_LOST: `${what}: ${messageOf(cause)}`,
    CONNECTION_LOST: `the connection broke in ${what}${committed ? ', after it was committed' : ''}`,
    MIGRATION_UNFINISHED: `${what} cannot be resumed: statements that are done were changed since`,
    INDEX_INVALID: `${what} built an index that is not valid: ${messageOf(cause)}`,
  };
  if (heads[code]) return heads[code];
  if (cause instanceof ToolError) return `${what} failed${at}: ${cause.message}`;
  return `migration ${what} failed${at}: ${messageOf(cause).split('\n')[0]}`;
}

function whereLines(execution: Execution, { spot, cause }: StepFailure): string[] {
  const { step, statement, position } = spot;
  const file = execution.files.get(step.version);
  if (!statement || !file || cause === undefined) return [step.file];
  const { place, frame } = locate(file, statement, position);
  return [`${place.file}:${place.line}:${place.column}`, frame];
}

function serverLines(cause: unknown): string[] {
  if (!(cause instanceof ServerError)) return [];
  const { fields, message } = cause;
  const line = (name: string, text: string | undefined): string[] => (text ? [`${name}: ${text}`] : []);
  return [
    `${fields.severity ?? 'ERROR'}: ${message} (SQLSTATE ${fields.sqlstate})`,
    ...line('DETAIL', fields.detail),
    ...line('HINT', fields.hint),
    ...line('QUERY', fields.internalQuery),
    ...line('WHERE', fields.where),
  ];
}

function blockerLines({ code, blockers }: StepFailure): string[] {
  if (code !== 'LOCK_TIMEOUT') return [];
  if (blockers.length === 0) return ['blocked by: nobody was seen'];
  return blockers.map((blocker) => `blocked by: ${describeBlocker(blocker)}`);
}

/** What is in the database now, and what is not. */
function stateText(account: Account, { spot, left }: StepFailure): string {
  const { steps, done, group, committed } = account;
  const verb = spot.step.direction === 'up' ? 'applied' : 'reverted';
  const before =
    done > 0
      ? `; before it, ${listed(steps.slice(0, done))} ${done === 1 ? 'was' : 'were'} done and stay${done === 1 ? 's' : ''}`
      : '';
  const later = steps.slice(steps.indexOf(spot.step) + 1);
  const after = later.length > 0 ? `; ${listed(later)} not run` : '';
  if (left.kind === 'part') {
    const { done: finished, total } = left;
    const part = finished === 0 ? 'none' : finished === 1 ? 'statement 1' : `statements 1 to ${finished}`;
    return `${part} of the ${total} statements of ${spot.step.name} ${finished > 1 ? 'are' : 'is'} done and recorded${before}${after}`;
  }
  if (left.kind === 'unknown' && committed === null) {
    const { steps: sent } = left;
    const was = sent.length === 1 ? 'was' : 'were';
    const rest = later.slice(sent.length - 1);
    const unsent = rest.length > 0 ? `; ${listed(rest)} not run` : '';
    return `unknown whether ${listed(sent)} ${was} ${verb}: the server could not be asked${before}${unsent}`;
  }
  if (committed) return `${spot.step.name} is ${verb}${before}${after}`;
  const back =
    group.length > 1
      ? `everything was rolled back (one transaction for ${group.length} migrations)`
      : `${spot.step.name} was rolled back`;
  return `${back}${before}${after}`;
}

function hintText({ committed }: Account, { code, spot, left, blockers, cause }: StepFailure): string | undefined {
  const { step } = spot;
  const again = `strata ${step.direction}`;
  if (cause instanceof ToolError && cause.more.hint) return cause.more.hint;
  if (code === 'LOCK_TIMEOUT') {
    const end =
      blockers[0] && !blockers[0].autovacuum ? `, or end it: SELECT pg_terminate_backend(${blockers[0].pid});` : '';
    return `Run ${again} when that session is done${end}`;
  }
  if (code === 'CONNECTION_LOST') {
    return committed === null
      ? 'When the server is back, see: strata status'
      : `When the server is stable, go on with: ${again}`;
  }
  if (code === 'RUN_INTERRUPTED') return `Go on with: ${again}`;
  if (code === 'MIGRATION_UNFINISHED')
    return `Undo the edit of ${step.file}, or undo its statements by hand and say so: strata repair ${step.version}`;
  if (code === 'INDEX_INVALID')
    return `For a partitioned table attach every partition's index; else run ${again} again: the index is dropped and built anew.`;
  if (left.kind === 'part')
    return `Correct ${step.file} and run ${again} again: it goes on at statement ${left.done + 1}.`;
  return `Correct ${step.file} and run ${again} again.`;
}

/** The names of steps; the first and the last, when there are many. */
export function listed(steps: readonly PlanStep[]): string {
  const names = steps.map((step) => step.name);
  if (names.length <= 3) return names.join(', ');
  return `${names[0]} to ${names.at(-1)} (${names.length})`;
}
