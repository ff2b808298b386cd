import { concurrently } from '../forms.ts';
import { indexesByPartition, isPartitioned } from '../partitions.ts';
import { type ActionRule, isNew, show, size } from '../rule.ts';

/** A plain build holds SHARE until it is done; CONCURRENTLY takes longer and lets writers through. */
export const rule: ActionRule = {
  name: 'index-concurrently',
  level: 'error',
  summary: 'CREATE INDEX without CONCURRENTLY keeps writers out while it builds',
  lock: 'SHARE: no INSERT, UPDATE or DELETE until the index is built',
  grows: true,
  covers: [
    'squawk:require-concurrent-index-creation',
    'strong_migrations:add_index',
    'strong_migrations:add_reference',
    'atlas:PG101',
    'eugene:E6',
    'pg-schema-diff:INDEX_BUILD',
    'pg-schema-diff:ACQUIRES_SHARE_LOCK',
  ],
  bad: 'CREATE INDEX idx_bookings_price ON bookings (price_cents)',
  good: 'CREATE INDEX CONCURRENTLY idx_bookings_price ON bookings (price_cents)',
  judge(action, scene) {
    if (action.kind !== 'create index' || action.concurrently || isNew(action.table, scene)) return [];
    const { table, name } = action;
    // ON ONLY is for partitioned tables, where it builds nothing; on any other it means nothing.
    if (action.only && scene.facts.table(table)?.table.kind !== 'table') return [];
    return [
      {
        subject: name ?? show(table),
        message: `the build of ${name ?? 'the index'} keeps writers out of ${show(table)}${size(table, scene)} until it is done`,
        hint: isPartitioned(table, scene)
          ? indexesByPartition(action)
          : `Put it into a migration of its own, with pgm.noTransaction(): ${concurrently(scene.sql)};`,
      },
    ];
  },
};
