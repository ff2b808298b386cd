import type { Action, LockLevel, Name } from '../action.ts';
import { locksOf } from '../locks.ts';
import { type ActionRule, isNew, type Scene, same, show, size } from '../rule.ts';

/** What takes ACCESS EXCLUSIVE for a moment, when nothing comes after it in the transaction. */
const STRONG: readonly Action['kind'][] = [
  'add column',
  'drop column',
  'set not null',
  'drop not null',
  'set type',
  'set default',
  'add constraint',
  'drop constraint',
  'enable row security',
  'rename',
];

/** What keeps at least writers out. */
const HELD: Partial<Readonly<Record<LockLevel, string>>> = {
  SHARE: 'writes',
  'SHARE ROW EXCLUSIVE': 'writes',
  EXCLUSIVE: 'writes',
  'ACCESS EXCLUSIVE': 'reads and writes',
};

export const rule: ActionRule = {
  name: 'work-under-lock',
  level: 'warning',
  summary: 'long work after a strong lock in one transaction keeps that lock until all is done',
  lock: 'that of the earlier statement, until COMMIT',
  grows: true,
  covers: ['eugene:E4', 'pg-schema-diff:IMPACTS_DATABASE_PERFORMANCE'],
  bad: 'ALTER TABLE bookings ADD COLUMN paid boolean; UPDATE payments SET checked = true WHERE id < 1000',
  good: 'UPDATE payments SET checked = true WHERE id < 1000; ALTER TABLE bookings ADD COLUMN paid boolean',
  judge(action, scene) {
    const work = workOf(action, scene);
    if (!work || !scene.transactional) return [];
    const held = locked(work, scene);
    if (!held) return [];
    const [table, other] = [show(work.table), show(held.table)];
    return [
      {
        subject: table,
        message: `${work.words} ${table}${size(work.table, scene)} runs while ${other} is locked against ${held.against}`,
        hint: `Move it into a migration of its own, before or after the one that ${held.altered ? 'changes' : 'locks'} ${other}.`,
      },
    ];
  },
};

interface Work {
  readonly table: Name;
  readonly words: string;
  /** Few rows, as far as the text tells: only what alters another table is told for it. */
  readonly short: boolean;
}

function workOf(action: Action, scene: Scene): Work | null {
  if (action.kind === 'update' || action.kind === 'delete') {
    if (isNew(action.table, scene)) return null;
    return { table: action.table, words: `${action.kind} on`, short: action.where?.reach === 'bounded' };
  }
  if (action.kind === 'insert') {
    const table = action.from.find((one) => !isNew(one, scene));
    return table ? { table, words: 'insert of what it reads from', short: false } : null;
  }
  const builds = action.kind === 'create index' && !action.concurrently;
  if ((!builds && action.kind !== 'validate constraint') || isNew(action.table, scene)) return null;
  return { table: action.table, words: `${action.kind} on`, short: false };
}

/** The first strong lock before, on something that others use. */
function locked(
  work: Work,
  scene: Scene,
): { readonly table: Name; readonly against: string; readonly altered: boolean } | null {
  const kind = scene.actions[scene.index]?.kind;
  for (let index = 0; index < scene.index; index += 1) {
    const earlier = scene.actions[index];
    if (!earlier || !isHolder(earlier)) continue;
    const altered = STRONG.includes(earlier.kind);
    if (work.short && !altered) continue;
    for (const { relation, level } of locksOf(earlier, scene.facts)) {
      const against = HELD[level];
      const own = same(relation, work.table);
      // VALIDATE under a lock on its own table is validate-apart's, and an index keeps its table's writers out itself.
      const told = own && (kind === 'validate constraint' || (kind === 'create index' && against === 'writes'));
      if (against === undefined || told) continue;
      if (!isNew(relation, { ...scene, index })) return { table: relation, against, altered };
    }
  }
  return null;
}

/** Builds and refreshes are told by their own rules, and what is dropped is nobody's any more. */
function isHolder({ kind }: Action): boolean {
  return (
    kind !== 'create index' && kind !== 'refresh' && kind !== 'drop' && kind !== 'reindex' && kind !== 'set schema'
  );
}
