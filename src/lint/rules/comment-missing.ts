import { literal } from '../../base/ident.ts';
import { type StateRule, show } from '../rule.ts';

export const rule: StateRule = {
  name: 'comment-missing',
  level: 'off',
  summary: 'a table or column without COMMENT leaves its meaning to be guessed, in generated types and pages too',
  lock: null,
  covers: [],
  bad: "CREATE TABLE notes (id bigint); COMMENT ON TABLE notes IS 'What somebody wrote down'",
  good: "CREATE TABLE notes (id bigint); COMMENT ON TABLE notes IS 'What somebody wrote down'; COMMENT ON COLUMN notes.id IS 'Surrogate key'",
  examine({ tables }) {
    const silent = (text: string | null): boolean => text === null || text.trim() === '';
    return tables
      .filter(({ made }) => made.from !== 'partition')
      .flatMap((table) => [
        ...(silent(table.comment) ? [{ what: 'TABLE', name: show(table.name), by: table.by }] : []),
        ...[...table.columns]
          .filter(([, { comment }]) => silent(comment))
          .map(([column, { by }]) => ({ what: 'COLUMN', name: `${show(table.name)}.${show(column)}`, by })),
      ])
      .map(({ what, name, by }) => ({
        subject: name,
        message: `the ${what.toLowerCase()} ${name} has no comment`,
        hint: `COMMENT ON ${what} ${name} IS ${literal('…')}; with the builder: comment: '…'`,
        by,
      }));
  },
};
