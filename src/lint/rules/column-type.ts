import type { ActionOf, AddedColumn } from '../action.ts';
import { type ActionRule, isNew, type Scene, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'column-type',
  level: 'error',
  summary:
    'another type rewrites table and indexes and breaks who reads the old one, unless it is known to be a mere widening',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  covers: [
    'squawk:changing-column-type',
    'strong_migrations:change_column',
    'strong_migrations:change_column_constraint',
    'atlas:PG301',
    'eugene:E5',
    'eugene:E10',
  ],
  bad: 'ALTER TABLE bookings ALTER COLUMN id TYPE bigint',
  good: 'ALTER TABLE bookings ADD COLUMN id_new bigint',
  judge(action, scene) {
    if (action.kind !== 'set type' || isNew(action.table, scene) || isWidening(action, scene)) return [];
    const { table, column, to } = action;
    return [
      {
        subject: `${show(table)}.${column}`,
        message: `the new type of ${column} rewrites all of ${show(table)}${size(table, scene)} and its indexes`,
        hint: `Add a column ${show(`${column}_new`)} of type ${to.type}, write both by a trigger, fill it in batches, then swap the names.`,
      },
    ];
  },
};

/** Changes of the catalog alone. Only a live table tells what the type is now; a CHECK on the column is read again all the same. */
export function isWidening(
  { table, column, to, using, collate }: ActionOf<'set type'>,
  { facts }: Pick<Scene, 'facts'>,
): boolean {
  const live = facts.table(table)?.table;
  const now = live?.columns.find(({ name }) => name === column)?.type;
  if (!live || now === undefined || using || to.array) return false;
  const checked = live.constraints.some((c) => c.kind === 'check' && c.columns.includes(column));
  if (checked) return false;
  // Another collation, or another type of time, builds every index of the column anew.
  const indexed = live.indexes.some(({ columns }) => columns.includes(column) || columns.includes(null));
  if (indexed && collate) return false;
  return isSafe(now, to) || (facts.utc && !indexed && isOtherClock(now, to));
}

/** Between timestamp and timestamptz, where the session's time zone is UTC. */
function isOtherClock(now: string, to: AddedColumn): boolean {
  const from = /^timestamp(?:\((\d)\))? (with|without) time zone$/.exec(now);
  if (!from) return false;
  const other = from[2] === 'with' ? 'timestamp' : 'timestamptz';
  return to.type === other && (to.modifiers[0] ?? MICROSECONDS) >= Number(from[1] ?? MICROSECONDS);
}

/** As the conversions of PostgreSQL tell that they have nothing to do: test/lint/judged.test.ts compares the files of the table. */
function isSafe(now: string, to: AddedColumn): boolean {
  const numbers = /\(([\d,]+)\)/.exec(now)?.[1];
  const from = now.replace(/\([\d,]+\)/, '');
  const [first = Infinity, second = 0] = numbers?.split(',').map(Number) ?? [];
  const [limit = Infinity, scale = 0] = to.modifiers;
  if (from === 'character varying') return to.type === 'text' || (to.type === 'varchar' && limit >= first);
  if (from === 'text') return to.type === 'text' || (to.type === 'varchar' && limit === Infinity);
  if (from === 'numeric') return to.type === 'numeric' && (limit === Infinity || (limit >= first && scale === second));
  if (from === 'bit varying') return to.type === 'varbit' && limit >= first;
  if (from === 'cidr') return to.type === 'inet';
  if (to.type === TIMES[from]) return limit >= Math.min(first, MICROSECONDS);
  if (!from.startsWith('interval') || to.type !== 'interval') return false;
  // Fields, such as DAY TO SECOND, come first.
  return (
    limit === Infinity ||
    (from === 'interval' && limit === ALL_FIELDS && (to.modifiers[1] ?? MICROSECONDS) >= Math.min(first, MICROSECONDS))
  );
}

/** What a time has at most, and has when nothing is written. */
const MICROSECONDS = 6;
const ALL_FIELDS = 0x7fff;

const TIMES: Readonly<Record<string, string>> = {
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
};
