import type { Action } from '../action.ts';
import { type ActionRule, show } from '../rule.ts';

const CHANGES =
  /^(?:add|drop|set|alter|rename|attach|detach|move|enable|disable|force|unforce|create|cluster|vacuum|reindex|validate)\b/;

/** Of the session. */
const SETTINGS = /^set(?: search path)?$/;

/** Unlike a migration, nobody reviews when it runs, and the history knows nothing of it. Temporary tables are its own. */
export const rule: ActionRule = {
  name: 'routine-ddl',
  level: 'warning',
  summary: 'a routine that changes the schema takes its locks whenever somebody calls it, and no migration tells of it',
  lock: 'what the statement takes, up to ACCESS EXCLUSIVE, at every call',
  covers: ['pg-schema-diff:HAS_UNTRACKABLE_DEPENDENCIES'],
  bad: 'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE users ADD COLUMN nick text; END $$',
  good: 'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE picked (id int); END $$',
  bodies: true,
  judge(action, { inside, sql }) {
    if (inside === null || !CHANGES.test(action.kind) || SETTINGS.test(action.kind) || isTemporary(action)) return [];
    const what = sql.split(/\s+/, 3).join(' ');
    return [
      {
        subject: inside,
        message: `${inside} changes the schema when it is called: ${what} …`,
        hint: `Move it from ${inside} into a migration, where it is planned, linted and undone.`,
      },
    ];
  },
};

function isTemporary(action: Action): boolean {
  if (action.kind === 'create table') return action.temporary;
  if (action.kind === 'create index') return false;
  return action.kind === 'drop' && action.ifExists && action.names.every((name) => show(name).startsWith('pg_temp.'));
}
