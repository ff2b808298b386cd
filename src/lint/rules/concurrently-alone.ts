import type { Action } from '../action.ts';
import { type ActionRule, type Scene, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'concurrently-alone',
  level: 'warning',
  summary: 'other changes beside CREATE INDEX CONCURRENTLY lose the transaction that would take them back',
  lock: null,
  covers: ['squawk:ban-concurrent-index-creation-in-transaction', 'atlas:PG103'],
  bad: 'CREATE TABLE a (id int); CREATE INDEX CONCURRENTLY idx_users_email ON users (email)',
  good: 'CREATE INDEX CONCURRENTLY idx_users_email ON users (email)',
  judge(action, scene) {
    if (action.kind !== 'create index' || !action.concurrently) return [];
    const others = scene.actions.filter(
      (other) => !isConcurrent(other) && !isHarmless(other) && !takesOver(other, scene),
    );
    if (others.length === 0 || scene.actions.findIndex(isConcurrent) !== scene.index) return [];
    const name = action.name ?? `an index on ${show(action.table)}`;
    return [
      {
        subject: name,
        message: `${name} is built concurrently, so this migration has no transaction: when it fails, ${others.length} other changes stay`,
        hint: `Leave only ${name} in this migration, and move the rest into another.`,
      },
    ];
  },
};

function isConcurrent(action: Action): boolean {
  return 'concurrently' in action && action.concurrently;
}

/** SET, COMMENT and the like: nothing is half done when they stay. */
function isHarmless(action: Action): boolean {
  return (
    action.kind === 'set search path' ||
    action.kind === 'set' ||
    (action.kind === 'other' && ['CommentStmt', 'SelectStmt', 'GrantStmt'].includes(action.statement))
  );
}

/** ADD CONSTRAINT … USING INDEX of an index that this migration builds: when it fails, the next run goes on with it. */
function takesOver(action: Action, { actions }: Scene): boolean {
  const index = action.kind === 'add constraint' ? action.constraint.usingIndex : null;
  return index !== null && actions.some((one) => one.kind === 'create index' && one.concurrently && one.name === index);
}
