/** What is recorded of a statement outside a transaction, and the pieces that carry it. */
import { sha256 } from '../base/canonical.ts';
import type { PlanStep, Statement } from '../base/plan.ts';
import type { Execution } from './execution.ts';
import { journalSql } from './journal.ts';
import { frames, type Piece } from './pieces.ts';

/** It is about to start. */
export function begunSql(
  { history, run }: Execution,
  { version, direction }: PlanStep,
  statements: readonly Statement[],
  done: number,
): string {
  const entry = { event: 'begun', version, direction, statement: done + 1, total: statements.length } as const;
  return journalSql(history, run, { ...entry, checksum: done === 0 ? null : checksumOf(statements, done) });
}

/** It is over. */
export function doneSql(
  { history, run }: Execution,
  step: PlanStep,
  statements: readonly Statement[],
  done: number,
): string {
  const { version, direction } = step;
  const checksum = checksumOf(statements, done + 1);
  return journalSql(history, run, {
    event: 'done',
    version,
    direction,
    statement: done + 1,
    total: statements.length,
    checksum,
  });
}

/** For the length of a transaction: the author's SET ROLE holds for his next statement again. */
export const OUR_ROLE = 'SET LOCAL role TO DEFAULT';

export function recordPieces(step: PlanStep, sql: string): Piece[] {
  return [...frames(step, [OUR_ROLE]), ...frames(step, [sql], 'record')];
}

/** Under a lease: proof, before a commit, that it is still ours. */
export function fencePieces(step: PlanStep, fence: string): Piece[] {
  return fence ? [{ kind: 'fence', sql: fence, step }] : [];
}

export function checksumOf(statements: readonly Statement[], count: number): string {
  return sha256(
    statements
      .slice(0, count)
      .map(({ sql }) => sql)
      .join('\0'),
  );
}
