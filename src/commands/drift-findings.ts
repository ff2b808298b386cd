/** A difference between the promised and the live catalog as a Finding, with the statements that take it back. */
import { type Finding, finding } from '../base/finding.ts';
import type { Change } from '../catalog/change.ts';
import { describe } from '../catalog/describe.ts';
import type { Sides } from '../catalog/sql-remedy.ts';
import { undoSql } from '../catalog/sql-undo.ts';

const KINDS = { add: 'unknown', drop: 'missing', alter: 'changed' } as const;

/** `before` is the promise, `after` what is there. The fingerprint holds until one of both definitions changes. */
export function driftFinding(change: Change, sides: Sides): Finding {
  const told = describe(change);
  const what = {
    add: `${change.object} ${told.subject} is in the database, but no migration makes it`,
    drop: `${change.object} ${told.subject} is not in the database, but the migrations make it`,
    alter: told.message,
  }[change.action];
  const both = `migrations: ${told.before ?? 'none'}\ndatabase:   ${told.after ?? 'none'}`;
  return finding({
    code: `drift/${KINDS[change.action]}`,
    level: 'error',
    subject: told.subject,
    message: what,
    hint: `${advice(change, sides)}\n${both}`,
    key: `${change.object}\n${told.before}\n${told.after}`,
  });
}

const WORDS = {
  add: {
    choice: 'Write it as a migration, or take it away',
    none: 'Write it as a migration: no statement takes it away',
  },
  drop: { choice: 'Write a migration that drops it, or bring it back', none: 'No statement brings it back' },
  alter: { choice: 'Write the change as a migration, or take it back', none: 'No statement takes it back' },
} as const;

/** Statements that can be pasted as they are, and what they leave. */
function advice(change: Change, sides: Sides): string {
  const { sql, why } = undoSql(change, sides);
  const { choice, none } = WORDS[change.action];
  const reasons = why.join('; ');
  if (sql.length === 0) return reasons === '' ? `${choice}.` : `${none}: ${reasons}.`;
  const text = sql.map((one) => `${one};`).join('\n');
  return [
    `${choice}:${text.includes('\n') ? '\n' : ' '}${text}`,
    ...(reasons === '' ? [] : [`Note: ${reasons}.`]),
  ].join('\n');
}
