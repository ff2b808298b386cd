import { type Rule, show } from '../rule.ts';

/** A handler that does nothing but go on: no RAISE, no assignment, nothing logged. */
const SWALLOWS = /\bexception\s+when\s+others\s+then\s*(?:null\s*;\s*)?end\b/i;

export const rule: Rule = {
  name: 'swallowed-errors',
  level: 'warning',
  summary: 'EXCEPTION WHEN OTHERS THEN NULL hides every error, also those nobody thought of',
  lock: null,
  covers: [],
  bad: 'DO $$ BEGIN CREATE TABLE a (id int); EXCEPTION WHEN OTHERS THEN NULL; END $$',
  good: 'DO $$ BEGIN CREATE TABLE a (id int); EXCEPTION WHEN duplicate_table THEN NULL; END $$',
  judge(action) {
    if (action.kind !== 'do' && action.kind !== 'create routine') return [];
    if (!SWALLOWS.test(action.body.replace(/--[^\n]*/g, '').replace(/\/\*[\s\S]*?\*\//g, ''))) return [];
    const subject = action.kind === 'do' ? 'DO' : show(action.name);
    const hint = 'Name the errors that may pass: EXCEPTION WHEN unique_violation THEN NULL; all others should fail.';
    return [{ subject, message: `${subject} swallows every error`, hint }];
  },
};
