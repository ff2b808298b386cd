import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'drop-table',
  level: 'warning',
  summary: 'DROP TABLE loses its rows and breaks the application that still runs and uses it',
  lock: 'ACCESS EXCLUSIVE, also on tables that its foreign keys refer to',
  covers: ['squawk:ban-drop-table', 'atlas:DS102', 'pg-schema-diff:DELETES_DATA'],
  bad: 'DROP TABLE wishes',
  good: 'CREATE TABLE wishes (id bigint); DROP TABLE wishes',
  only: 'up',
  judge(action, scene) {
    if (action.kind !== 'drop' || !/^(foreign )?table$|^materialized view$/.test(action.what)) return [];
    return action.names
      .filter((table) => !isNew(table, scene))
      .map((table) => ({
        subject: show(table),
        message: `DROP ${action.what.toUpperCase()} loses ${show(table)}${size(table, scene)}; whoever still uses it fails`,
        hint: `First deploy code that does not know ${show(table)}, rename it for a while (ALTER TABLE ${show(table)} RENAME TO ${show(`${table.name}_unused`)};), take a backup, then drop it.`,
      }));
  },
};
