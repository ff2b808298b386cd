import { about } from '../about.ts';
import type { Name } from '../action.ts';
import { type ActionRule, isNew, type Scene, same, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'attach-partition-check',
  level: 'warning',
  summary:
    'ATTACH PARTITION reads the whole table to be attached, unless a valid CHECK proves that its rows belong there',
  lock: 'ACCESS EXCLUSIVE on the partition for the whole scan',
  covers: [],
  bad: 'ALTER TABLE logs ATTACH PARTITION logs_2024 FOR VALUES FROM (2024) TO (2025)',
  good: `ALTER TABLE logs_2024 ADD CONSTRAINT bounds CHECK (year IS NOT NULL AND year >= 2024 AND year < 2025) NOT VALID;
    ALTER TABLE logs_2024 VALIDATE CONSTRAINT bounds;
    ALTER TABLE logs ATTACH PARTITION logs_2024 FOR VALUES FROM (2024) TO (2025)`,
  judge(action, scene) {
    if (action.kind !== 'attach partition' || isNew(action.partition, scene) || isChecked(action.partition, scene))
      return [];
    const [table, partition] = [show(action.table), show(action.partition)];
    return [
      {
        subject: partition,
        message: `attaching ${partition}${size(action.partition, scene)} to ${table} reads all of it while nobody can use it`,
        hint: `Add a CHECK that says its bounds, NOT NULL included, NOT VALID; VALIDATE it in the next migration; attach then, and drop the CHECK.`,
      },
    ];
  },
};

/** Whether a CHECK says the bounds is not judged: nobody writes another one right before attaching. */
function isChecked(partition: Name, { actions, index, before, facts }: Scene): boolean {
  const valid = facts.table(partition)?.table.constraints.some((one) => one.kind === 'check' && one.validated);
  const mine = (list: Scene['actions'], until?: number): boolean =>
    about(list, partition, until).some(
      (one) =>
        (one.kind === 'validate constraint' && same(one.table, partition)) ||
        (one.kind === 'add constraint' &&
          same(one.table, partition) &&
          one.constraint.kind === 'check' &&
          !one.constraint.notValid),
    );
  return valid === true || mine(actions, index) || mine(before);
}
