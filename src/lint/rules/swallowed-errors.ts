import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'swallowed-errors',
  level: 'warning',
  summary:
    'EXCEPTION WHEN OTHERS that raises nothing and reads no diagnostics hides every error, also those nobody thought of',
  lock: null,
  covers: [],
  bad: 'DO $$ BEGIN CREATE TABLE a (id int); EXCEPTION WHEN OTHERS THEN PERFORM 1; END $$',
  good: 'DO $$ BEGIN CREATE TABLE a (id int); EXCEPTION WHEN duplicate_table THEN NULL; END $$',
  judge(action) {
    if (action.kind !== 'do' && action.kind !== 'create routine') return [];
    const subject = action.kind === 'do' ? 'DO' : show(action.name);
    return action.content.swallowed.map((offset) => ({
      subject,
      message: `${subject} swallows every error`,
      hint: 'Name the errors that may pass (WHEN unique_violation THEN …), or tell what happened: RAISE WARNING $$%$$, SQLERRM;',
      offset,
    }));
  },
};
