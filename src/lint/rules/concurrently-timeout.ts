import type { Action } from '../action.ts';
import { type ActionRule, show } from '../rule.ts';

const TIMEOUTS: readonly string[] = ['lock_timeout', 'statement_timeout', 'transaction_timeout'];

/** A concurrent build waits for every transaction that is older than it, by design; what cuts the wait off leaves half an index. */
export const rule: ActionRule = {
  name: 'concurrently-timeout',
  level: 'warning',
  summary:
    'a timeout that is set before a concurrent build cuts it off and leaves an INVALID index; strata’s own run sets both to 0 for it',
  lock: null,
  covers: [],
  bad: "SET lock_timeout = '2s'; CREATE INDEX CONCURRENTLY idx_users_email ON users (email)",
  good: 'SET statement_timeout = 0; CREATE INDEX CONCURRENTLY idx_users_email ON users (email)',
  judge(action, scene) {
    const what = buildOf(action);
    if (what === null) return [];
    const set = TIMEOUTS.flatMap((timeout) => {
      const last = scene.actions.slice(0, scene.index).findLast((one) => sets(one, timeout));
      return last?.kind === 'set' && isLimit(last.value) ? [`${timeout} of ${last.value}`] : [];
    });
    if (set.length === 0) return [];
    return [
      {
        subject: what,
        message: `${set.join(' and ')} cuts ${what} off while it waits for older transactions, as it must`,
        hint: `Leave SET out: strata runs it with lock_timeout and statement_timeout of 0, and every other statement with those of the configuration.`,
      },
    ];
  },
};

/** SET LOCAL does nothing where there is no transaction. */
function sets(action: Action, timeout: string): boolean {
  return action.kind === 'set' && !action.local && action.name === timeout;
}

function isLimit(value: string | null): boolean {
  return value !== null && !/^0*\s*[a-z]*$/.test(value);
}

/** What is built or dropped concurrently, by its name; null: nothing is. */
function buildOf(action: Action): string | null {
  if (!('concurrently' in action) || !action.concurrently) return null;
  if (action.kind === 'create index') return show(action.name ?? action.table);
  if (action.kind === 'drop') return action.names.map(show).join(', ');
  return action.kind === 'reindex' && action.name ? show(action.name) : null;
}
