import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'no-enum',
  level: 'off',
  summary: 'the values of a native enum cannot be taken away or ordered anew; those of a CHECK can, under a short lock',
  lock: null,
  covers: ['eugene:W13'],
  bad: "CREATE TYPE mood AS ENUM ('sad', 'glad')",
  good: "CREATE TABLE people (mood text CHECK (mood IN ('sad', 'glad')))",
  judge(action) {
    if (action.kind !== 'create enum') return [];
    const name = show(action.name);
    return [
      {
        subject: name,
        message: `${name} is a native enum`,
        hint: `Write: column text CHECK (column IN (…)), and no type ${name}.`,
      },
    ];
  },
};
