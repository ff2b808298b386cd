import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'domain-with-constraint',
  level: 'off',
  summary: 'the constraint of a domain cannot be changed table by table; a CHECK of each table can',
  lock: null,
  covers: ['squawk:ban-create-domain-with-constraint'],
  bad: "CREATE DOMAIN email AS text CHECK (value ~ '@')",
  good: 'CREATE DOMAIN email AS text',
  judge(action) {
    if (action.kind !== 'create domain' || !action.constrained) return [];
    const name = show(action.name);
    return [
      {
        subject: name,
        message: `the domain ${name} has a constraint`,
        hint: `Put the CHECK on the columns that use ${name}.`,
      },
    ];
  },
};
