import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'reindex-concurrently',
  level: 'error',
  summary: 'REINDEX without CONCURRENTLY keeps writers out, and readers who would use the index',
  lock: 'SHARE on the table, ACCESS EXCLUSIVE on the index',
  grows: true,
  covers: ['squawk:require-concurrent-reindex'],
  bad: 'REINDEX TABLE bookings',
  good: 'REINDEX TABLE CONCURRENTLY bookings',
  judge(action) {
    if (action.kind !== 'reindex' || action.concurrently) return [];
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
