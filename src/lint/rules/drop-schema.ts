import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'drop-schema',
  level: 'error',
  summary: 'DROP SCHEMA … CASCADE and DROP DATABASE lose more than a migration can name',
  lock: 'ACCESS EXCLUSIVE on everything in it',
  covers: ['squawk:ban-drop-database', 'atlas:DS101'],
  bad: 'DROP SCHEMA sales CASCADE',
  good: 'DROP SCHEMA sales',
  judge(action) {
    if (action.kind === 'drop database') {
      const hint = 'A migration works inside one database. Drop databases by hand, after a backup.';
      return [{ subject: action.name, message: `DROP DATABASE ${action.name} loses everything in it`, hint }];
    }
    if (action.kind !== 'drop' || action.what !== 'schema' || !action.cascade) return [];
    return action.names.map((name) => ({
      subject: show(name),
      message: `DROP SCHEMA ${show(name)} CASCADE loses everything in it, named or not`,
      hint: `Drop its objects by name, then: DROP SCHEMA ${show(name)};`,
    }));
  },
};
