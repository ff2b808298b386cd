import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'concurrently-if-not-exists',
  level: 'warning',
  summary: 'IF NOT EXISTS takes the INVALID index that a failed concurrent build left for a good one',
  lock: null,
  covers: [],
  bad: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_email ON users (email)',
  good: 'CREATE INDEX CONCURRENTLY idx_users_email ON users (email)',
  judge(action) {
    if (action.kind !== 'create index' || !action.concurrently || !action.ifNotExists) return [];
    const name = action.name ?? show(action.table);
    return [
      {
        subject: name,
        message: `IF NOT EXISTS would keep ${name} when an earlier build left it INVALID`,
        hint: `Leave IF NOT EXISTS out: strata finds an INVALID ${name} itself, drops it and builds it again.`,
      },
    ];
  },
};
