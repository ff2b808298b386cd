import type { Action } from '../action.ts';
import { type ActionRule, show } from '../rule.ts';

/** Inside a transaction a failed migration leaves nothing, and our journal resumes the others: this is for other tools' files. */
export const rule: ActionRule = {
  name: 'robust-statement',
  level: 'off',
  summary: 'outside a transaction, IF [NOT] EXISTS lets a statement run twice',
  lock: null,
  covers: ['squawk:prefer-robust-stmts'],
  bad: 'CREATE INDEX CONCURRENTLY idx_users_email ON users (email); DROP INDEX CONCURRENTLY idx_users_mail',
  good: 'DROP INDEX CONCURRENTLY IF EXISTS idx_users_mail',
  judge(action, scene) {
    if (scene.transactional || !isFragile(action)) return [];
    const subject =
      action.kind === 'drop'
        ? action.names.map(show).join(', ')
        : 'table' in action && action.table
          ? show(action.table)
          : '';
    const word = action.kind === 'drop' || action.kind === 'drop column' ? 'IF EXISTS' : 'IF NOT EXISTS';
    return [
      {
        subject,
        message: `${action.kind} fails when it runs a second time`,
        hint: `Add ${word}, or rely on strata's journal, which goes on behind it.`,
      },
    ];
  },
};

function isFragile(action: Action): boolean {
  if (action.kind === 'drop' || action.kind === 'drop column') return !action.ifExists;
  return (action.kind === 'create table' || action.kind === 'add column') && !action.ifNotExists;
}
