import { about } from '../about.ts';
import { type ActionRule, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'recreate-table',
  level: 'error',
  summary: 'DROP TABLE IF EXISTS before CREATE TABLE silently loses the rows of a table that is there already',
  lock: 'ACCESS EXCLUSIVE',
  covers: ['strong_migrations:create_table'],
  bad: 'DROP TABLE IF EXISTS wishes; CREATE TABLE wishes (id bigint)',
  good: 'CREATE TABLE wishes (id bigint)',
  only: 'up',
  judge(action, scene) {
    if (action.kind !== 'create table') return [];
    const dropped = about(scene.actions, action.table, scene.index).some(
      (one) => one.kind === 'drop' && one.what === 'table' && one.names.some((name) => same(name, action.table)),
    );
    if (!dropped) return [];
    const table = show(action.table);
    const hint = `Leave DROP TABLE ${table} out: when ${table} exists, the migration should fail.`;
    return [{ subject: table, message: `${table} is dropped and created anew: its rows are lost`, hint }];
  },
};
