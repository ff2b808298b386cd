import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'unbatched-rows',
  level: 'warning',
  summary:
    'UPDATE or DELETE of a whole table in one statement locks all its rows, doubles its size and delays replicas',
  lock: 'ROW EXCLUSIVE on the table, and every row until COMMIT',
  grows: true,
  covers: [],
  bad: "UPDATE bookings SET currency = 'USD'",
  good: "UPDATE bookings SET currency = 'USD' WHERE id BETWEEN 1 AND 1000",
  bodies: true,
  judge(action, scene) {
    if (action.kind !== 'update' && action.kind !== 'delete') return [];
    if (action.where?.reach === 'bounded' || isNew(action.table, scene)) return [];
    const table = show(action.table);
    const rows = `${table}${size(action.table, scene)}`;
    const verb = action.kind.toUpperCase();
    const range = `${action.kind === 'update' ? `UPDATE ${table} SET …` : `DELETE FROM ${table}`} WHERE id BETWEEN 1 AND 1000; and so on.`;
    const batches = 'Write "-- strata: in-batches" on the line before it, in a migration of its own';
    return [
      {
        subject: table,
        message:
          action.where === null
            ? `${verb} without WHERE changes every row of ${rows} at once`
            : `the ${action.where.merge ? 'MERGE' : verb} may change every row of ${rows} at once: no value bounds its condition`,
        hint:
          scene.inside === null && !action.where?.merge
            ? `${batches}; or work in ranges: ${range}`
            : `Work in batches: ${range}`,
      },
    ];
  },
};
