import type { ActionOf } from '../action.ts';
import { type ActionRule, isNew, type Problem, type Scene, show, size } from '../rule.ts';

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
    if (action.kind === 'move all') return [allMoved(action)];
    if (action.kind === 'alter index') return indexMoved(action, scene);
    if (action.kind !== 'alter table' || isNew(action.table, scene) || isSo(action, scene)) return [];
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

/** What a table is already, it is not made anew. */
function isSo({ what, table }: ActionOf<'alter table'>, { facts }: Scene): boolean {
  const unlogged = facts.table(table)?.table.unlogged;
  return (what === 'AT_SetLogged' && unlogged === false) || (what === 'AT_SetUnLogged' && unlogged === true);
}

function indexMoved({ index, what }: ActionOf<'alter index'>, scene: Scene): readonly Problem[] {
  const table = scene.facts.tableOfIndex(index);
  if (what !== 'AT_SetTableSpace' || (table && isNew(table, scene))) return [];
  const name = show(index);
  return [
    {
      subject: name,
      message: `SET TABLESPACE writes all of ${name} anew; nobody can use ${table ? show(table) : 'its table'} meanwhile`,
      hint: `Build it there beside the old one, which needs no lock: REINDEX (CONCURRENTLY, TABLESPACE …) INDEX ${name};`,
    },
  ];
}

function allMoved({ what, from }: ActionOf<'move all'>): Problem {
  return {
    subject: from,
    message: `every ${what} of ${from} is written anew in one statement, each locked until all are`,
    hint: `Move one after the other, in migrations of their own and a quiet hour: ALTER ${what.toUpperCase()} … SET TABLESPACE …;`,
  };
}
