import type { Action } from '../action.ts';
import { type ActionRule, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'down-loses-data',
  level: 'error',
  summary: 'a down that drops what its up did not create loses data that were there before',
  lock: null,
  covers: ['pg-schema-diff:DELETES_DATA'],
  bad: { up: 'ALTER TABLE users ADD COLUMN nick text', down: 'ALTER TABLE users DROP COLUMN email' },
  good: { up: 'ALTER TABLE users ADD COLUMN nick text', down: 'ALTER TABLE users DROP COLUMN nick' },
  only: 'down',
  judge(action, scene) {
    return lost(action, scene).map((what) => ({
      subject: what,
      message: `the down drops ${what}, which the up of this migration does not create`,
      hint: `Let the down undo exactly what the up does; drop ${what} in the up of a migration of its own.`,
    }));
  },
};

function lost(action: Action, { other, actions, index }: Scene): readonly string[] {
  // What the down itself made before, to put back what up took away, is its own.
  const made = [...other, ...actions.slice(0, index)];
  if (action.kind === 'truncate') return action.tables.map(show);
  if (action.kind === 'drop column') {
    const { table, column } = action;
    const ours = made.some(
      (one) =>
        (one.kind === 'create table' && same(one.table, table)) ||
        (one.kind === 'add column' && same(one.table, table) && one.column.name === column) ||
        (one.kind === 'rename' && (one.to === column || one.to === table.name)),
    );
    return ours ? [] : [`${show(table)}.${column}`];
  }
  if (action.kind !== 'drop' || action.what !== 'table') return [];
  return action.names.filter((table) => !made.some((one) => makes(one, table))).map(show);
}

/** Also what cannot be seen into: a DO block may have created it. */
function makes(action: Action, table: Parameters<typeof show>[0] & object): boolean {
  if (action.kind === 'do') return action.body.includes(table.name);
  return (
    (action.kind === 'create table' && same(action.table, table)) ||
    (action.kind === 'rename' && action.to === table.name)
  );
}
