import { type StateRule, show } from '../rule.ts';

export const rule: StateRule = {
  name: 'created-at-missing',
  level: 'off',
  summary: 'every table tells when a row came: created_at timestamptz NOT NULL DEFAULT now()',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (id bigint PRIMARY KEY, created_at timestamptz)',
  good: 'CREATE TABLE notes (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now())',
  examine({ tables }) {
    return tables
      .filter(({ made, columns }) => {
        const found = columns.get('created_at')?.column;
        return made.from === 'itself' && !(found?.type === 'timestamptz' && found.notNull && found.default !== null);
      })
      .map(({ name, columns, by }) => ({
        subject: show(name),
        message: `${show(name)} has no created_at that is never null and fills itself`,
        hint: 'Write: created_at timestamptz NOT NULL DEFAULT now()',
        by: columns.get('created_at')?.by ?? by,
      }));
  },
};
