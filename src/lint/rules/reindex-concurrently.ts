import type { ActionOf } from '../action.ts';
import { type ActionRule, isNew, type Scene, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'reindex-concurrently',
  level: 'error',
  summary: 'REINDEX without CONCURRENTLY keeps writers out, and readers who would use the index',
  lock: 'SHARE on the table, ACCESS EXCLUSIVE on the index',
  grows: true,
  covers: ['squawk:require-concurrent-reindex'],
  bad: 'REINDEX TABLE bookings',
  good: 'REINDEX TABLE CONCURRENTLY bookings',
  judge(action, scene) {
    if (action.kind !== 'reindex' || action.concurrently || isOfNew(action, scene)) return [];
    const name = action.name ? show(action.name) : action.what;
    return [
      {
        subject: name,
        message: `REINDEX ${action.what.toUpperCase()} ${name} keeps writers out until it is done`,
        hint:
          action.what === 'system'
            ? 'PostgreSQL has no concurrent form for catalogs: run it in a quiet hour, outside migrations.'
            : `In a migration with pgm.noTransaction(): REINDEX ${action.what.toUpperCase()} CONCURRENTLY ${name};`,
      },
    ];
  },
};

function isOfNew({ name, what }: ActionOf<'reindex'>, scene: Scene): boolean {
  const table = name && what === 'index' ? scene.facts.tableOfIndex(name) : name;
  return table !== null && (what === 'index' || what === 'table') && isNew(table, scene);
}
