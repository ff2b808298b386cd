import { type ActionRule, show } from '../rule.ts';

/** A value that was concatenated ends the literal or the name it was meant for: SQL injection, also by a table's name. */
export const rule: ActionRule = {
  name: 'dynamic-sql',
  level: 'warning',
  summary: 'EXECUTE of text put together with || or %s runs whatever the values say',
  lock: null,
  covers: [],
  bad: "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM ' || t; END $$",
  good: "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('DELETE FROM %I', t); END $$",
  judge(action) {
    if (action.kind !== 'do' && action.kind !== 'create routine') return [];
    const subject = action.kind === 'do' ? 'DO' : show(action.name);
    // A DO block runs once, on its author's own values; a %s there was thought about.
    const told = action.content.dynamic.filter(({ by }) => by === '||' || action.kind !== 'do');
    return told.map(({ part, offset }) => ({
      subject,
      message: `${subject} puts ${part.length > 40 ? `${part.slice(0, 40)}…` : part} into SQL as it is`,
      hint: `Use format(): %I for names, %L for values, or give values by USING: EXECUTE format('… %I …', ${part});`,
      offset,
    }));
  },
};
