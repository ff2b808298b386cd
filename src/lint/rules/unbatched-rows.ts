import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'unbatched-rows',
  level: 'warning',
  summary:
    'UPDATE or DELETE of a whole table in one statement locks all its rows, doubles its size and delays replicas',
  lock: 'ROW EXCLUSIVE on the table, and every row until COMMIT',
  covers: [],
  bad: "UPDATE bookings SET currency = 'USD'",
  good: "UPDATE bookings SET currency = 'USD' WHERE id BETWEEN 1 AND 1000",
  bodies: true,
  judge(action, scene) {
    if ((action.kind !== 'update' && action.kind !== 'delete') || action.where || isNew(action.table, scene)) return [];
    const table = show(action.table);
    return [
      {
        subject: table,
        message: `${action.kind.toUpperCase()} without WHERE changes every row of ${table}${size(action.table, scene)} at once`,
        hint: `Work in batches, outside this migration: ${action.kind === 'update' ? `UPDATE ${table} SET …` : `DELETE FROM ${table}`} WHERE id BETWEEN 1 AND 1000; and so on.`,
      },
    ];
  },
};
