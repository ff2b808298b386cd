import type { Action, Name } from '../action.ts';
import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'table-schema',
  level: 'off',
  summary: 'a table without a schema is made, altered or dropped wherever search_path points',
  lock: null,
  covers: ['squawk:require-table-schema'],
  bad: 'CREATE TABLE users (id bigint); ALTER TABLE users ADD COLUMN nick text',
  good: 'CREATE TABLE public.users (id bigint); ALTER TABLE public.users ADD COLUMN nick text',
  judge(action) {
    return tablesOf(action)
      .filter(({ schema }) => schema === null)
      .map((table) => ({
        subject: show(table),
        message: `"${action.kind}" names ${show(table)} without a schema`,
        hint: `Write the schema before it: public.${show(table)}`,
      }));
  },
};

function tablesOf(action: Action): readonly Name[] {
  if (action.kind === 'create table') return action.temporary ? [] : [action.table];
  if (action.kind === 'drop') return action.what === 'table' ? action.names : [];
  if (action.kind === 'rename')
    return action.on && /^(?:table|column|tabconstraint)$/.test(action.what) ? [action.on] : [];
  const alters = /^(?:add|drop|set|validate|attach|detach|alter|enable|disable|force|unforce)\b/.test(action.kind);
  return alters && 'table' in action && action.table ? [action.table] : [];
}
