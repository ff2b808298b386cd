import { type ActionRule, isNew, show, size } from '../rule.ts';

const WORDS: Readonly<Record<string, string>> = {
  AT_SetLogged: 'SET LOGGED',
  AT_SetUnLogged: 'SET UNLOGGED',
  AT_SetTableSpace: 'SET TABLESPACE',
  AT_SetAccessMethod: 'SET ACCESS METHOD',
};

export const rule: ActionRule = {
  name: 'rewrite-table',
  level: 'error',
  summary:
    'SET LOGGED, UNLOGGED, TABLESPACE and ACCESS METHOD write the whole table to another place while nobody can use it',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: [],
  bad: 'ALTER TABLE bookings SET LOGGED',
  good: 'ALTER TABLE bookings SET (fillfactor = 90)',
  judge(action, scene) {
    if (action.kind !== 'alter table' || isNew(action.table, scene)) return [];
    const words = WORDS[action.what];
    if (words === undefined) return [];
    const table = show(action.table);
    return [
      {
        subject: table,
        message: `${words} writes all of ${table}${size(action.table, scene)} and its indexes anew while nobody can use it`,
        hint: `Make a table beside it that is so from the start, write both by a trigger, copy in batches and swap the names, or use pg_repack.`,
      },
    ];
  },
};
