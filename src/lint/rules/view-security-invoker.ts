import { about } from '../about.ts';
import type { Action, ActionOf, Name } from '../action.ts';
import { type ActionRule, doneSoFar, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'view-security-invoker',
  level: 'error',
  summary: 'a view without security_invoker shows rows that row level security hides from who looks',
  lock: null,
  covers: [],
  bad: 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE VIEW all_notes AS SELECT * FROM notes',
  good: 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE VIEW all_notes WITH (security_invoker = true) AS SELECT * FROM notes',
  judge(action, scene) {
    return exposed(action, scene).map(({ view, guarded }) => {
      const name = show(view.name);
      const materialized = view.kind === 'create view' && view.materialized;
      const table = guarded ? show(guarded) : 'its tables';
      return {
        subject: name,
        message: materialized
          ? `${name} keeps the rows of ${table} that its owner saw: row level security does not apply`
          : `${name} reads ${table} with its owner's eyes: row level security does not apply`,
        hint: materialized
          ? `Let nobody read ${name} whom the policies of ${table} hide rows from, or write: CREATE VIEW ${name} WITH (security_invoker = true) AS …`
          : view.kind === 'create view' && view === action
            ? `Write: CREATE VIEW ${name} WITH (security_invoker = true) AS …`
            : `ALTER VIEW ${name} SET (security_invoker = true);`,
      };
    });
  },
};

type View = ActionOf<'create view' | 'view security'>;

interface Exposed {
  readonly view: View;
  /** Null: its tables are not known. */
  readonly guarded: Name | null;
}

function exposed(action: Action, scene: Scene): readonly Exposed[] {
  if (action.kind === 'enable row security') {
    // Views that were there first, and stay as they are.
    const views = doneSoFar(action.table, scene).filter(
      (one) => one.kind === 'create view' && one.tables.some((table) => same(table, action.table)),
    );
    return views.flatMap((view) => {
      if (view.kind !== 'create view' || last(view.name, scene) !== view) return [];
      return view.securityInvoker ? [] : [{ view, guarded: action.table }];
    });
  }
  if (action.kind === 'create view') {
    const guarded = action.securityInvoker ? undefined : action.tables.find((table) => isGuarded(table, scene));
    return guarded ? [{ view: action, guarded }] : [];
  }
  if (action.kind !== 'view security' || action.invoker) return [];
  // What the up has set, its down may take back.
  const undoes =
    scene.direction === 'down' &&
    scene.other.some((one) => one.kind === 'view security' && one.invoker && same(one.name, action.name));
  if (undoes) return [];
  const made = created(action.name, scene);
  if (!made) return [{ view: action, guarded: null }];
  const guarded = made.tables.find((table) => isGuarded(table, scene));
  return guarded ? [{ view: action, guarded }] : [];
}

function created(view: Name, scene: Scene): ActionOf<'create view'> | undefined {
  const found = doneSoFar(view, scene).findLast((one) => one.kind === 'create view' && same(one.name, view));
  return found?.kind === 'create view' ? found : undefined;
}

/** What was done to the view at last: made, secured or dropped. */
function last(view: Name, { before, actions }: Scene): Action | undefined {
  return [...about(before, view), ...about(actions, view)].findLast(
    (one) =>
      ((one.kind === 'create view' || one.kind === 'view security') && same(one.name, view)) ||
      (one.kind === 'drop' && one.names.some((name) => same(name, view))),
  );
}

function isGuarded(table: Name, scene: Scene): boolean {
  const done = doneSoFar(table, scene);
  if (done.some((one) => one.kind === 'enable row security' && same(one.table, table))) return true;
  return scene.facts.table(table)?.table.rowSecurity.enabled === true;
}
