import { lateConstraints } from '../constraints.ts';
import { usingIndex } from '../forms.ts';
import { isPartitioned } from '../partitions.ts';
import { type ActionRule, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'unique-using-index',
  level: 'error',
  summary: 'UNIQUE and PRIMARY KEY on a table with rows build their index under the strongest lock',
  lock: 'ACCESS EXCLUSIVE until the index is built',
  grows: true,
  covers: [
    'squawk:disallowed-unique-constraint',
    'squawk:constraint-missing-not-valid',
    'squawk:adding-serial-primary-key-field',
    'strong_migrations:add_unique_constraint',
    'atlas:MF101',
    'atlas:PG104',
    'atlas:PG105',
    'atlas:MF102',
    'eugene:E7',
  ],
  bad: 'ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)',
  good: 'ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key',
  judge(action, scene) {
    const late = [...lateConstraints(action, scene, 'unique'), ...lateConstraints(action, scene, 'primary key')];
    return late
      .filter(({ table, constraint, only }) => constraint.usingIndex === null && !(only && isPartitioned(table, scene)))
      .map(({ table, constraint }) => {
        const primary = constraint.kind === 'primary key';
        const name =
          constraint.name ?? (primary ? `${table.name}_pkey` : `${table.name}_${constraint.columns.join('_')}_key`);
        const [on, key] = [show(table), show(name)];
        const [index, add] = (scene.alone && usingIndex(scene.sql, { table, constraint, name })) || [
          `the same index with CREATE UNIQUE INDEX CONCURRENTLY ${key} ON ${on}`,
          `ALTER TABLE ${on} ADD CONSTRAINT ${key} ${constraint.kind.toUpperCase()} USING INDEX ${key}`,
        ];
        const parted = `ALTER TABLE ONLY ${on} ADD CONSTRAINT ${key} ${constraint.kind.toUpperCase()} (${constraint.columns.map(show).join(', ')}); then on each partition the index, built concurrently, and the constraint USING INDEX, and: ALTER INDEX ${key} ATTACH PARTITION …;`;
        return {
          subject: `${show(table)}.${name}`,
          message: `${constraint.kind.toUpperCase()} ${name} builds its index while nobody else can use ${show(table)}${size(table, scene)}`,
          hint: isPartitioned(table, scene) ? parted : `First, with pgm.noTransaction(): ${index}; then: ${add};`,
        };
      });
  },
};
