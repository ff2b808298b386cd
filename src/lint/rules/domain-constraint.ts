import { type ActionRule, isNew, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'domain-constraint',
  level: 'warning',
  summary: 'a constraint that a domain gets later is checked in every table that uses it, under a lock on all of them',
  lock: 'SHARE on every table that has a column of the domain',
  grows: true,
  covers: ['squawk:ban-alter-domain-with-add-constraint'],
  bad: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (value ~ '@')",
  good: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (value ~ '@') NOT VALID",
  judge(action, scene) {
    if (action.kind !== 'add domain constraint' || action.notValid) return [];
    const users = scene.facts.tablesOf(action.name);
    if (users?.every((table) => isNew(table, scene))) return [];
    const name = action.constraint ?? 'the constraint';
    return [
      {
        subject: show(action.name),
        message: `${name} is checked at once in every table with a column of ${show(action.name)}`,
        hint: `Add it with NOT VALID, and in the next migration: ALTER DOMAIN ${show(action.name)} VALIDATE CONSTRAINT ${show(name)};`,
      },
    ];
  },
};
