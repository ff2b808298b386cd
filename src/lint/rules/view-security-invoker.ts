import { about } from '../about.ts';
import type { Name } from '../action.ts';
import { type ActionRule, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'view-security-invoker',
  level: 'error',
  summary: 'a view without security_invoker shows rows that row level security hides from who looks',
  lock: null,
  covers: [],
  bad: 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE VIEW all_notes AS SELECT * FROM notes',
  good: 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE VIEW all_notes WITH (security_invoker = true) AS SELECT * FROM notes',
  judge(action, scene) {
    if (action.kind !== 'create view' || action.securityInvoker) return [];
    const guarded = action.tables.find((table) => isGuarded(table, scene));
    if (!guarded) return [];
    const name = show(action.name);
    return [
      {
        subject: name,
        message: `${name} reads ${show(guarded)} with its owner's eyes: row level security does not apply`,
        hint: `Write: CREATE VIEW ${name} WITH (security_invoker = true) AS …`,
      },
    ];
  },
};

function isGuarded(table: Name, scene: Scene): boolean {
  const done = [...about(scene.before, table), ...about(scene.actions, table, scene.index)];
  if (done.some((one) => one.kind === 'enable row security' && same(one.table, table))) return true;
  return scene.facts.table(table)?.table.rowSecurity.enabled === true;
}
