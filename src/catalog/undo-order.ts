/**
 * Changes in the order in which the statements that take them back run one after the other: what is too much goes first, what hangs on
 * something before it; then what is otherwise; then what is missing comes, what others need first.
 */
import type { Change, Kind } from './change.ts';
import { inNeedOrder } from './undo-needs.ts';

/** Each hangs on some behind it. */
const GOING: readonly Kind[] = [
  'policy',
  'trigger',
  'rule',
  'view',
  'constraint',
  'index',
  'statistics',
  'column',
  'table',
  'routine',
  'sequence',
  'type',
  'extension',
  'schema',
  'unmodelled',
];

const COMING: readonly Kind[] = [
  'schema',
  'extension',
  'type',
  'sequence',
  'routine',
  'table',
  'column',
  'constraint',
  'index',
  'statistics',
  'view',
  'rule',
  'trigger',
  'policy',
  'unmodelled',
];

/** Those of one rank stay as they were, unless one needs another. */
export function inUndoOrder(changes: readonly Change[]): readonly Change[] {
  const of = (phase: Phase): readonly Change[] =>
    changes.filter((change) => phaseOf(change) === phase).sort((a, b) => rankOf(a) - rankOf(b));
  return [...inNeedOrder(of('add'), 'add'), ...of('alter'), ...inNeedOrder(of('drop'), 'drop'), ...of('last')];
}

type Phase = Change['action'] | 'last';

/** Changed foreign keys and default privileges wait until everything that was missing is there. */
function phaseOf(change: Change): Phase {
  const waits = change.object === 'default privilege' || (change.action === 'alter' && isForeignKey(change));
  return waits && change.action !== 'drop' ? 'last' : change.action;
}

/** In its phase. */
function rankOf(change: Change): number {
  // What is made anew is granted as they are now.
  if (change.object === 'default privilege') return COMING.length + 1;
  // The other table, and the key that it refers to, must be there before it comes, and after it has gone.
  if (isForeignKey(change)) return change.action === 'add' ? -1 : COMING.length;
  return (change.action === 'add' ? GOING : COMING).indexOf(change.object);
}

function isForeignKey(change: Change): boolean {
  if (change.object !== 'constraint') return false;
  return (change.action === 'drop' ? change.before : change.after).kind === 'foreign key';
}
