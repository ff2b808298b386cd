import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'vacuum-full',
  level: 'error',
  summary: 'VACUUM FULL and CLUSTER write the table anew while nobody can use it',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: ['squawk:prefer-repack'],
  bad: 'VACUUM FULL bookings',
  good: 'VACUUM bookings',
  judge(action) {
    if (action.kind !== 'vacuum full' && action.kind !== 'cluster') return [];
    const table = action.table ? show(action.table) : 'every table';
    return [
      {
        subject: table,
        message: `${action.kind.toUpperCase()} writes ${table} anew while nobody can use it`,
        hint: `Use pg_repack or pg_squeeze: pg_repack --table=${table}`,
      },
    ];
  },
};
