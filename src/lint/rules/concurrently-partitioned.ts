import type { ActionOf } from '../action.ts';
import { indexesByPartition, isPartitioned } from '../partitions.ts';
import { type ActionRule, type Problem, type Scene, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'concurrently-partitioned',
  level: 'error',
  summary:
    'PostgreSQL refuses CREATE INDEX CONCURRENTLY on a partitioned table, and DROP INDEX CONCURRENTLY of its indexes',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE logs (at timestamptz) PARTITION BY RANGE (at); CREATE INDEX CONCURRENTLY logs_at ON logs (at)',
  good: 'CREATE INDEX CONCURRENTLY logs_2025_at ON logs_2025 (at)',
  judge(action, scene) {
    if (action.kind === 'drop') return dropped(action, scene);
    if (action.kind !== 'create index' || !action.concurrently || !isPartitioned(action.table, scene)) return [];
    return [
      {
        subject: action.name ?? show(action.table),
        message: `${show(action.table)} is partitioned: it takes no concurrent index`,
        hint: indexesByPartition(action),
      },
    ];
  },
};

function dropped(action: ActionOf<'drop'>, scene: Scene): readonly Problem[] {
  if (action.what !== 'index' || !action.concurrently) return [];
  return action.names.flatMap((name) => {
    const table = scene.facts.tableOfIndex(name);
    if (!table || !isPartitioned(table, scene)) return [];
    return [
      {
        subject: show(name),
        message: `${show(name)} is the index of a partitioned table: it cannot be dropped concurrently`,
        hint: `Drop it in a quiet hour, within lock_timeout: DROP INDEX ${show(name)};`,
      },
    ];
  });
}
