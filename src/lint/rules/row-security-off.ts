import { type ActionRule, isNew, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'row-security-off',
  level: 'warning',
  summary: 'a table whose row level security is switched off shows all its rows to everybody who may read it',
  lock: 'ACCESS EXCLUSIVE for a moment',
  covers: ['pg-schema-diff:AUTHZ_UPDATE'],
  bad: 'ALTER TABLE notes DISABLE ROW LEVEL SECURITY',
  good: 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY',
  only: 'up',
  judge(action, scene) {
    if (action.kind !== 'disable row security' && action.kind !== 'unforce row security') return [];
    if (isNew(action.table, scene)) return [];
    const again = action.kind === 'disable row security' ? 'enable row security' : 'force row security';
    const later = scene.actions.slice(scene.index + 1);
    if (later.some((one) => one.kind === again && same(one.table, action.table))) return [];
    const table = show(action.table);
    const whom = action.kind === 'disable row security' ? 'everybody who may read it' : 'its owner';
    return [
      {
        subject: table,
        message: `${table} shows all its rows to ${whom} from now on`,
        hint: `Change the policies instead: ALTER POLICY … ON ${table} USING (…); or say why: -- strata-lint-ignore row-security-off: …`,
      },
    ];
  },
};
