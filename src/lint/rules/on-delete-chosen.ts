import { type StateRule, show } from '../rule.ts';

/** NO ACTION that is written out is a choice; the grammar does not tell it from silence, the text does. */
export const rule: StateRule = {
  name: 'on-delete-chosen',
  level: 'off',
  summary: 'a foreign key says what becomes of its rows when the other row is deleted',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (author_id int REFERENCES users)',
  good: 'CREATE TABLE notes (author_id int REFERENCES users ON DELETE CASCADE)',
  examine({ tables }) {
    return tables.flatMap((table) =>
      table.constraints
        .filter(
          ({ constraint, by }) => constraint.onDelete === 'NO ACTION' && !/on\s+delete\s+no\s+action/i.test(by.act.sql),
        )
        .map(({ constraint, by }) => {
          const columns = constraint.columns.join(', ');
          return {
            subject: `${show(table.name)}.${columns}`,
            message: `the foreign key of ${columns} does not say what a delete of ${constraint.references ? show(constraint.references) : 'the other row'} does`,
            hint: `Write ON DELETE RESTRICT, CASCADE or SET NULL; with the builder: onDelete: 'RESTRICT'`,
            by,
          };
        }),
    );
  },
};
