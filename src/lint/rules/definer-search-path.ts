import { type ActionRule, type Problem, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'definer-search-path',
  level: 'error',
  summary: 'a SECURITY DEFINER routine without its own search_path runs whatever functions its caller puts in the way',
  lock: null,
  covers: [],
  bad: 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$',
  good: 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT 1 $$',
  judge(action) {
    if (action.kind !== 'create routine' || !action.securityDefiner) return [];
    const name = show(action.name);
    if (action.searchPath !== null) return pathFaults(name, action.searchPath);
    return [
      {
        subject: name,
        message: `${name} runs with its owner's rights and its caller's search_path`,
        hint: `Add to ${name}: SET search_path = public, pg_temp`,
      },
    ];
  },
};

/** Unless it is listed, pg_temp is searched before everything else; "$user" is whoever calls. An empty path is safe. */
function pathFaults(name: string, path: readonly string[]): readonly Problem[] {
  const own = path.filter((schema) => schema !== '' && schema !== 'pg_temp');
  const temp = own.length === 0 || path.indexOf('pg_temp') === path.length - 1;
  if (temp && !path.includes('$user')) return [];
  const why = path.includes('$user') ? 'a schema of the caller’s name' : 'the caller’s temporary tables';
  const safe = [...own.filter((schema) => schema !== '$user'), 'pg_temp'].map(show).join(', ');
  const hint = `Write in ${name}: SET search_path = ${safe}`;
  return [{ subject: name, message: `${name} runs with its owner's rights and finds ${why} first`, hint }];
}
