import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'truncate',
  level: 'error',
  summary: 'TRUNCATE loses every row; with CASCADE also those of tables that are not named',
  lock: 'ACCESS EXCLUSIVE',
  covers: ['squawk:ban-truncate-cascade'],
  bad: 'TRUNCATE users CASCADE',
  good: 'DELETE FROM users WHERE id = 1',
  bodies: true,
  judge(action, scene) {
    if (action.kind !== 'truncate') return [];
    const more = action.cascade ? ', and of every table that refers to it' : '';
    return action.tables
      .filter((table) => action.cascade || !isNew(table, scene))
      .map((table) => ({
        subject: show(table),
        message: `TRUNCATE loses every row of ${show(table)}${size(table, scene)}${more}`,
        hint: `Take a backup (strata backup create), name every table and leave CASCADE out: TRUNCATE ${action.tables.map(show).join(', ')};`,
      }));
  },
};
