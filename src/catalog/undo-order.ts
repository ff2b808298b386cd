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
  const ranked = changes
    .map((change) => ({ change, rank: rankOf(change) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ change }) => change);
  const of = (wanted: (change: Change) => boolean): readonly Change[] => ranked.filter(wanted);
  return [
    ...inNeedOrder(
      of((change) => change.action === 'add' && !isLast(change)),
      'add',
    ),
    ...of((change) => change.action === 'alter' && !isLast(change)),
    ...inNeedOrder(
      of((change) => change.action === 'drop' && !isLast(change)),
      'drop',
    ),
    ...of(isLast),
  ];
}

/** Changed foreign keys and default privileges wait until everything that was missing is there. */
function isLast(change: Change): boolean {
  return rankOf(change) > 250 && change.action !== 'drop';
}

function rankOf(change: Change): number {
  const { action, object } = change;
  // What is made anew is granted as they are now.
  if (object === 'default privilege') return 1000;
  // The other table, and the key that it refers to, must be there before it comes, and after it has gone.
  const key = object === 'constraint' && (action === 'drop' ? change.before : change.after).kind === 'foreign key';
  if (action === 'add') return key ? -1 : GOING.indexOf(object);
  const rank = COMING.indexOf(object) + (action === 'alter' ? 100 : 200);
  return key ? 250 + rank : rank;
}
