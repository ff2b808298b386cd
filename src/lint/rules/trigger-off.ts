import type { ActionOf } from '../action.ts';
import { type ActionRule, isNew, type Problem, same, show } from '../rule.ts';

const OFF: Readonly<Record<string, RegExp>> = {
  AT_DisableTrig: /^AT_Enable(?:Always|Replica)?Trig(?:All|User)?$/,
  AT_DisableTrigUser: /^AT_EnableTrig(?:All|User)$/,
  AT_DisableTrigAll: /^AT_EnableTrigAll$/,
};

/** ALL, and session_replication_role, switch foreign keys off too: no row of that time is ever checked again. */
export const rule: ActionRule = {
  name: 'trigger-off',
  level: 'warning',
  summary: 'triggers that stay off let rows past what they keep; with ALL, or as a replica, past foreign keys too',
  lock: 'SHARE ROW EXCLUSIVE: no INSERT, UPDATE or DELETE until COMMIT',
  covers: [],
  bad: 'ALTER TABLE bookings DISABLE TRIGGER USER',
  good: 'ALTER TABLE bookings DISABLE TRIGGER audit; ALTER TABLE bookings ENABLE TRIGGER audit',
  only: 'up',
  judge(action, scene) {
    if (action.kind === 'set') return replicaRole(action);
    if (action.kind !== 'alter table' || isNew(action.table, scene)) return [];
    const on = OFF[action.what];
    if (!on) return [];
    const table = show(action.table);
    const all = action.what === 'AT_DisableTrigAll';
    const again = scene.actions
      .slice(scene.index + 1)
      .some(
        (one) =>
          one.kind === 'alter table' &&
          on.test(one.what) &&
          same(one.table, action.table) &&
          (one.name === '' || one.name === action.name),
      );
    if (again && !all) return [];
    const what = action.name === '' ? 'its triggers' : show(action.name);
    return [
      {
        subject: table,
        message: all
          ? `DISABLE TRIGGER ALL takes the foreign keys of ${table} along: rows that break them stay${again ? '' : ', and nothing switches them on again'}`
          : `${table} goes without ${what} from now on: nothing here switches ${action.name === '' ? 'them' : 'it'} on again`,
        hint: all
          ? `Switch off what is in the way, by name: ALTER TABLE ${table} DISABLE TRIGGER …;`
          : `Switch ${what} on in the same migration: ALTER TABLE ${table} ENABLE TRIGGER ${action.name === '' ? 'USER' : what}; or say why: -- strata-lint-ignore trigger-off: …`,
      },
    ];
  },
};

function replicaRole({ name, value }: ActionOf<'set'>): readonly Problem[] {
  if (name !== 'session_replication_role' || (value ?? 'origin') !== 'replica') return [];
  return [
    {
      subject: name,
      message: 'as a replica, the session writes past every trigger and foreign key',
      hint: 'Switch off the triggers that are in the way, by name: ALTER TABLE … DISABLE TRIGGER …; and on again in the same migration.',
    },
  ];
}
