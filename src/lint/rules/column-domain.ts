import { type ActionRule, isNew, show, size } from '../rule.ts';

/** Even a null has to pass the constraint, so the server writes one into every row: up to PostgreSQL 18, with DEFAULT or without. */
export const rule: ActionRule = {
  name: 'column-domain',
  level: 'error',
  summary: 'a new column of a domain with a CHECK or NOT NULL rewrites the table',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: [],
  bad: 'CREATE DOMAIN cents AS int CHECK (value >= 0); ALTER TABLE bookings ADD COLUMN tip cents',
  good: 'CREATE DOMAIN cents AS int; ALTER TABLE bookings ADD COLUMN tip cents',
  judge(action, scene) {
    if (action.kind !== 'add column' || action.column.array || isNew(action.table, scene)) return [];
    const { table, column } = action;
    if (!scene.facts.constrained({ schema: column.typeSchema, name: column.type })) return [];
    const check = `${table.name}_${column.name}_check`;
    return [
      {
        subject: `${show(table)}.${column.name}`,
        message: `the domain ${column.type} has a constraint that every row of ${show(table)}${size(table, scene)} is written anew for`,
        hint: `Add ${show(column.name)} with the type that ${column.type} stands for, and its rule as: ALTER TABLE ${show(table)} ADD CONSTRAINT ${show(check)} CHECK (…) NOT VALID; then in the next migration: ALTER TABLE ${show(table)} VALIDATE CONSTRAINT ${show(check)};`,
      },
    ];
  },
};
