import { about } from '../about.ts';
import type { Action, ActionOf, Name } from '../action.ts';
import { defaultPartition } from '../partitions.ts';
import { type ActionRule, isNew, type Problem, type Scene, same, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'attach-partition-check',
  level: 'warning',
  summary:
    'a new partition is read as a whole, and so is the default one, unless a valid CHECK proves that their rows belong there',
  lock: 'ACCESS EXCLUSIVE on the partition, and on the default one, for the whole scan',
  grows: true,
  covers: [],
  bad: 'ALTER TABLE logs ATTACH PARTITION logs_2024 FOR VALUES FROM (2024) TO (2025)',
  good: `ALTER TABLE logs_2024 ADD CONSTRAINT bounds CHECK (year IS NOT NULL AND year >= 2024 AND year < 2025) NOT VALID;
    ALTER TABLE logs_2024 VALIDATE CONSTRAINT bounds;
    ALTER TABLE logs ATTACH PARTITION logs_2024 FOR VALUES FROM (2024) TO (2025)`,
  judge(action, scene) {
    const own = action.kind === 'attach partition' ? attached(action, scene) : [];
    return [...own, ...defaultRead(action, scene)];
  },
};

function attached({ table: parent, partition: name }: ActionOf<'attach partition'>, scene: Scene): readonly Problem[] {
  if (isNew(name, scene) || isChecked(name, scene)) return [];
  const [table, partition] = [show(parent), show(name)];
  return [
    {
      subject: partition,
      message: `attaching ${partition}${size(name, scene)} to ${table} reads all of it while nobody can use it`,
      hint: `Add a CHECK that says its bounds, NOT NULL included, NOT VALID; VALIDATE it in the next migration; attach then, and drop the CHECK.`,
    },
  ];
}

/** A new partition takes rows away from the default one, so the server looks whether any are there. */
function defaultRead(action: Action, scene: Scene): readonly Problem[] {
  const [parent, isDefault] =
    action.kind === 'attach partition'
      ? [action.table, action.isDefault]
      : action.kind === 'create table' && action.from === 'partition'
        ? [action.parents[0], action.isDefault]
        : [];
  const rest = parent && !isDefault ? defaultPartition(parent, scene) : null;
  if (!parent || !rest || isNew(rest, scene) || isChecked(rest, scene)) return [];
  const [table, name] = [show(parent), show(rest)];
  return [
    {
      subject: name,
      message: `a new partition of ${table} reads all of the default one, ${name}${size(rest, scene)}, while nobody can use it`,
      hint: `Add a CHECK to ${name} that rules the new bounds out, NOT VALID; VALIDATE it in the next migration; attach then, and drop the CHECK.`,
    },
  ];
}

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
