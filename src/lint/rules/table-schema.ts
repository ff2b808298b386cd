import { type Rule, show } from '../rule.ts';

export const rule: Rule = {
  name: 'table-schema',
  level: 'off',
  summary: 'a table without a schema lands wherever search_path points',
  lock: null,
  covers: ['squawk:require-table-schema'],
  bad: 'CREATE TABLE users (id bigint)',
  good: 'CREATE TABLE public.users (id bigint)',
  judge(action) {
    if (action.kind !== 'create table' || action.table.schema !== null || action.temporary) return [];
    const table = show(action.table);
    return [
      { subject: table, message: `${table} is created without a schema`, hint: `Write: CREATE TABLE public.${table}` },
    ];
  },
};
