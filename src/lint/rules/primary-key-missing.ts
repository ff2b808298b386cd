import { type StateRule, show } from '../rule.ts';

export const rule: StateRule = {
  name: 'primary-key-missing',
  level: 'off',
  summary: 'without a primary key rows cannot be told apart, nor be updated by logical replication',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (body text)',
  good: 'CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)',
  examine({ tables }) {
    return tables
      .filter(({ made, constraints }) => {
        const knowable = made.from === 'itself';
        return knowable && !constraints.some(({ constraint }) => constraint.kind === 'primary key');
      })
      .map(({ name, by }) => ({
        subject: show(name),
        message: `${show(name)} has no primary key`,
        hint: `ALTER TABLE ${show(name)} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY; or name the columns that identify a row: PRIMARY KEY (…)`,
        by,
      }));
  },
};
