import { type Rule, show } from '../rule.ts';

export const rule: Rule = {
  name: 'definer-search-path',
  level: 'error',
  summary: 'a SECURITY DEFINER routine without its own search_path runs whatever functions its caller puts in the way',
  lock: null,
  covers: [],
  bad: 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$',
  good: 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT 1 $$',
  judge(action) {
    if (action.kind !== 'create routine' || !action.securityDefiner || action.setsSearchPath) return [];
    const name = show(action.name);
    return [
      {
        subject: name,
        message: `${name} runs with its owner's rights and its caller's search_path`,
        hint: `Add to ${name}: SET search_path = public, pg_temp`,
      },
    ];
  },
};
