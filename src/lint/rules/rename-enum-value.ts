import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'rename-enum-value',
  level: 'warning',
  summary: 'a renamed enum value breaks the application that still runs and writes the old one',
  lock: null,
  covers: ['strong_migrations:rename_enum_value'],
  bad: "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  good: "ALTER TYPE mood ADD VALUE 'unhappy' AFTER 'sad'",
  only: 'up',
  judge(action) {
    if (action.kind !== 'rename enum value') return [];
    return [
      {
        subject: `${action.type}.${action.from}`,
        message: `${action.from} of ${action.type} is called ${action.to} from now on; whoever still writes ${action.from} fails`,
        hint: `Add the new value (ALTER TYPE ${show(action.type)} ADD VALUE '${action.to}';), move readers and rows, and leave the old one unused.`,
      },
    ];
  },
};
