import { type ActionRule, isNew, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'detach-concurrently',
  level: 'warning',
  summary:
    'DETACH PARTITION without CONCURRENTLY waits for every query of the partitioned table, and everybody waits behind it',
  lock: 'ACCESS EXCLUSIVE on the partitioned table',
  covers: ['squawk:require-concurrent-partition-detach'],
  bad: 'ALTER TABLE logs DETACH PARTITION logs_2024',
  good: 'ALTER TABLE logs DETACH PARTITION logs_2024 CONCURRENTLY',
  judge(action, scene) {
    if (action.kind !== 'detach partition' || action.concurrently || isNew(action.table, scene)) return [];
    const [table, partition] = [show(action.table), show(action.partition)];
    return [
      {
        subject: partition,
        message: `detaching ${partition} locks ${table} against reads and writes`,
        hint: `In a migration with pgm.noTransaction(): ALTER TABLE ${table} DETACH PARTITION ${partition} CONCURRENTLY;`,
      },
    ];
  },
};
