import { about } from '../about.ts';
import type { ActionOf } from '../action.ts';
import { type ActionRule, isMade, isNew, type Problem, type Scene, same, show } from '../rule.ts';

const BREAKING: readonly string[] = [
  'table',
  'column',
  'schema',
  'view',
  'materialized view',
  'attribute',
  'type',
  'function',
  'procedure',
];

export const rule: ActionRule = {
  name: 'rename',
  level: 'warning',
  summary: 'a new name breaks the application that still runs and uses the old one',
  lock: 'ACCESS EXCLUSIVE for a moment',
  covers: [
    'squawk:renaming-column',
    'squawk:renaming-table',
    'strong_migrations:rename_column',
    'strong_migrations:rename_table',
    'strong_migrations:rename_schema',
    'atlas:BC101',
    'atlas:BC102',
  ],
  bad: 'ALTER TABLE users RENAME COLUMN name TO full_name',
  good: 'ALTER TABLE users ADD COLUMN full_name text',
  only: 'up',
  judge(action, scene) {
    if (action.kind === 'set schema') return moved(action, scene);
    if (action.kind === 'move object') return movedObject(action, scene);
    if (action.kind !== 'rename' || !BREAKING.includes(action.what) || isUnseen(action, scene)) return [];
    const { what, on, from, to } = action;
    return [
      {
        subject: on && what === 'column' ? `${show(on)}.${from}` : from,
        message: `the ${what} ${from} is called ${to} from now on; whoever still says ${from} fails`,
        hint:
          what === 'table' && on
            ? `Leave a view under the old name: ALTER TABLE ${show(on)} RENAME TO ${show(to)}; CREATE VIEW ${show(on)} WITH (security_invoker = true) AS SELECT * FROM ${show(to)};`
            : `Add ${show(to)} beside ${show(from)}, write both, move the readers, then drop ${show(from)}.`,
      },
    ];
  },
};

function moved({ table, schema }: ActionOf<'set schema'>, scene: Scene): readonly Problem[] {
  if (isNew(table, scene)) return [];
  return [
    {
      subject: show(table),
      message: `${show(table)} lies in schema ${schema} from now on; whoever looks for it where it was fails`,
      hint: `Leave a view in its place: CREATE VIEW ${show(table)} WITH (security_invoker = true) AS SELECT * FROM ${show({ schema, name: table.name })};`,
    },
  ];
}

function movedObject({ what, name, schema }: ActionOf<'move object'>, scene: Scene): readonly Problem[] {
  if (!BREAKING.includes(what) || isNew(name, scene) || isMade(name, scene)) return [];
  const message = `the ${what} ${show(name)} lies in schema ${schema} from now on; whoever looks for it where it was fails`;
  return [
    { subject: show(name), message, hint: `Make it anew in ${show(schema)}, move its users, then drop ${show(name)}.` },
  ];
}

function isUnseen({ on, from, what }: ActionOf<'rename'>, scene: Scene): boolean {
  if (on && isNew(on, scene)) return true;
  const earlier = on ? about(scene.actions, on, scene.index) : [];
  return (
    what === 'column' &&
    earlier.some((one) => one.kind === 'add column' && on && same(one.table, on) && one.column.name === from)
  );
}
