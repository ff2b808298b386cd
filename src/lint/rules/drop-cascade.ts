import type { ActionOf } from '../action.ts';
import { type ActionRule, isMade, isNew, type Problem, type Scene, show } from '../rule.ts';

/** What columns, policies and triggers of any table may rest on. */
const TAKES_ALONG =
  /^(?:type|domain|extension|function|procedure|aggregate|routine|operator|collation|foreign server)$/;

export const rule: ActionRule = {
  name: 'drop-cascade',
  level: 'error',
  summary: 'CASCADE drops columns, policies and triggers of tables that nobody has named; DROP OWNED whole tables',
  lock: 'ACCESS EXCLUSIVE on every table that loses something',
  covers: [],
  bad: 'DROP TYPE mood CASCADE',
  good: 'DROP TYPE mood',
  only: 'up',
  judge(action, scene) {
    if (action.kind === 'drop owned') {
      const who = action.roles.map(show).join(', ');
      const hint = `Give away what ${who} owns, and take what it may: REASSIGN OWNED BY ${who} TO …; REVOKE … FROM ${who};`;
      return [{ subject: who, message: `DROP OWNED drops every table and whatever else ${who} owns`, hint }];
    }
    if (action.kind === 'drop constraint') return action.cascade ? keysAlong(action, scene) : [];
    if (action.kind !== 'drop' || !action.cascade || !TAKES_ALONG.test(action.what)) return [];
    return action.names
      .filter((name) => !isMade(name, scene))
      .map((name) => {
        const users = (scene.facts.tablesOf(name) ?? []).map(show);
        const along =
          users.length > 0 ? `: columns of ${users.join(', ')}` : ' of any table: columns, policies, triggers';
        return {
          subject: show(name),
          message: `DROP ${action.what.toUpperCase()} ${show(name)} CASCADE takes along what rests on it${along}`,
          hint: `Drop what rests on it by name, then: DROP ${action.what.toUpperCase()} ${show(name)};`,
        };
      });
  },
};

/** What a primary key or UNIQUE takes along are foreign keys of other tables; nothing rests on the others. */
function keysAlong({ table, constraint }: ActionOf<'drop constraint'>, scene: Scene): readonly Problem[] {
  const live = scene.facts.table(table)?.table.constraints.find(({ name }) => name === constraint);
  if (isNew(table, scene) || (live && live.kind !== 'primary key' && live.kind !== 'unique')) return [];
  const [on, name] = [show(table), show(constraint)];
  return [
    {
      subject: `${on}.${constraint}`,
      message: `DROP CONSTRAINT ${name} CASCADE takes along the foreign keys of every table that refers to ${on} by it`,
      hint: `Drop those by name, then: ALTER TABLE ${on} DROP CONSTRAINT ${name};`,
    },
  ];
}
