import { about } from '../about.ts';
import { type ActionRule, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'concurrently-partitioned',
  level: 'error',
  summary: 'PostgreSQL refuses CREATE INDEX CONCURRENTLY on a partitioned table',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE logs (at timestamptz) PARTITION BY RANGE (at); CREATE INDEX CONCURRENTLY logs_at ON logs (at)',
  good: 'CREATE INDEX CONCURRENTLY logs_2025_at ON logs_2025 (at)',
  judge(action, scene) {
    if (action.kind !== 'create index' || !action.concurrently) return [];
    const { table, name } = action;
    const made = [...about(scene.before, table), ...about(scene.actions, table, scene.index)].some(
      (other) => other.kind === 'create table' && other.partitioned && same(other.table, table),
    );
    if (!made && !scene.facts.table(table)?.table.partitionKey) return [];
    return [
      {
        subject: name ?? show(table),
        message: `${show(table)} is partitioned: it takes no concurrent index`,
        hint: `CREATE INDEX ${name ? show(name) : 'name'} ON ONLY ${show(table)} (${action.columns.map(show).join(', ')}); then build one concurrently on each partition and attach it with ALTER INDEX … ATTACH PARTITION.`,
      },
    ];
  },
};
