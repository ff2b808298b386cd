import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'enum-value-order',
  level: 'off',
  summary: 'ADD VALUE without BEFORE or AFTER puts the value last, where ORDER BY may not want it',
  lock: null,
  covers: ['squawk:require-enum-value-ordering'],
  bad: "ALTER TYPE mood ADD VALUE 'fine'",
  good: "ALTER TYPE mood ADD VALUE 'fine' AFTER 'good'",
  judge(action) {
    if (action.kind !== 'add enum value' || action.placed) return [];
    return [
      {
        subject: `${action.type}.${action.value}`,
        message: `${action.value} becomes the last value of ${action.type}`,
        hint: `Say where it belongs: ALTER TYPE ${show(action.type)} ADD VALUE '${action.value}' AFTER '…';`,
      },
    ];
  },
};
