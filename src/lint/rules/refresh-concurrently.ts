import { about } from '../about.ts';
import { type ActionRule, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'refresh-concurrently',
  level: 'warning',
  summary: 'REFRESH MATERIALIZED VIEW without CONCURRENTLY keeps readers out of the view while its query runs',
  lock: 'ACCESS EXCLUSIVE on the view until it is full again',
  covers: [],
  bad: 'REFRESH MATERIALIZED VIEW tutor_statistics',
  good: 'REFRESH MATERIALIZED VIEW CONCURRENTLY tutor_statistics',
  judge(action, { actions, index }) {
    if (action.kind !== 'refresh' || action.concurrently) return [];
    const { table: view } = action;
    const made = about(actions, view, index).some((one) => one.kind === 'create view' && same(one.name, view));
    if (made) return [];
    if (!action.withData) {
      const hint = `Let it have its rows until new ones are there: REFRESH MATERIALIZED VIEW CONCURRENTLY ${show(view)};`;
      return [
        {
          subject: show(view),
          message: `${show(view)} is emptied: whoever reads it fails until it is filled again`,
          hint,
        },
      ];
    }
    return [
      {
        subject: show(view),
        message: `nobody can read ${show(view)} until its query has run`,
        hint: `With a unique index on the view: REFRESH MATERIALIZED VIEW CONCURRENTLY ${show(view)};`,
      },
    ];
  },
};
