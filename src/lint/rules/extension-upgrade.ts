import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'extension-upgrade',
  level: 'note',
  summary: 'a new version of an extension runs its own script, whose locks and changes nobody has reviewed here',
  lock: 'whatever the script of the extension takes',
  covers: ['pg-schema-diff:UPGRADING_EXTENSION_VERSION'],
  bad: 'ALTER EXTENSION postgis UPDATE',
  good: 'CREATE EXTENSION postgis',
  only: 'up',
  judge(action) {
    if (action.kind !== 'upgrade extension') return [];
    const name = show(action.name);
    const hint = `Read the scripts of ${name} between the two versions, and measure: strata plan --rehearse`;
    return [{ subject: action.name, message: `${name} is brought to another version by its own script`, hint }];
  },
};
