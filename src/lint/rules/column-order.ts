import { type ActionRule, show } from '../rule.ts';

/** Alignment and width in bytes; of what varies in width, the alignment alone. Source: pg_type of PostgreSQL 17. */
const SHAPES: Readonly<Record<string, readonly [align: number, width: number]>> = {
  bool: [1, 1],
  char: [1, 1],
  uuid: [1, 16],
  int2: [2, 2],
  int4: [4, 4],
  float4: [4, 4],
  date: [4, 4],
  int8: [8, 8],
  float8: [8, 8],
  timestamp: [8, 8],
  timestamptz: [8, 8],
  time: [8, 8],
  interval: [8, 16],
};

/** Bytes a row that another order must save to be told. */
const WORTH = 8;

export const rule: ActionRule = {
  name: 'column-order',
  level: 'off',
  summary: 'columns of fixed width in an unlucky order leave gaps in every row; the widest first leave none',
  lock: null,
  covers: ['atlas:PG110'],
  bad: 'CREATE TABLE events (a boolean, b bigint, c boolean, d bigint)',
  good: 'CREATE TABLE events (b bigint, d bigint, a boolean, c boolean)',
  judge(action) {
    if (action.kind !== 'create table') return [];
    const fixed = action.columns.filter(({ type, array }) => !array && SHAPES[type]);
    const sorted = fixed.toSorted((a, b) => (SHAPES[b.type]?.[0] ?? 0) - (SHAPES[a.type]?.[0] ?? 0));
    const saved = bytes(fixed.map(({ type }) => type)) - bytes(sorted.map(({ type }) => type));
    if (saved < WORTH) return [];
    const table = show(action.table);
    const hint = `Declare them in this order: ${sorted.map(({ name }) => show(name)).join(', ')}`;
    return [
      { subject: table, message: `another order of columns saves ${saved} bytes in every row of ${table}`, hint },
    ];
  },
};

function bytes(types: readonly string[]): number {
  const end = types.reduce((at, type) => {
    const [align, width] = SHAPES[type] ?? [1, 0];
    return Math.ceil(at / align) * align + width;
  }, 0);
  return Math.ceil(end / 8) * 8;
}
