import type { AddedColumn } from '../action.ts';
import { type StateRule, show } from '../rule.ts';

/** What a name promises about the type. */
const PROMISES: readonly {
  readonly name: RegExp;
  readonly holds: (column: AddedColumn) => boolean;
  readonly wants: string;
}[] = [
  { name: /_cents$/, holds: ({ type }) => type === 'int4' || type === 'int8', wants: 'integer' },
  { name: /_at$/, holds: ({ type }) => type === 'timestamptz', wants: 'timestamptz' },
  {
    name: /_pct$/,
    holds: ({ type, modifiers: [precision, scale] }) => type === 'numeric' && precision === 5 && scale === 2,
    wants: 'numeric(5,2)',
  },
  {
    name: /^is_/,
    holds: ({ type, notNull, default: fallback }) => type === 'bool' && notNull && fallback !== null,
    wants: 'boolean NOT NULL DEFAULT false',
  },
];

export const rule: StateRule = {
  name: 'column-conventions',
  level: 'off',
  summary:
    'a name keeps its promise: *_cents is integer, *_at timestamptz, *_pct numeric(5,2), is_* boolean not null with a default',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE offers (price_cents numeric)',
  good: 'CREATE TABLE offers (price_cents integer, ends_at timestamptz, fee_pct numeric(5,2), is_open boolean NOT NULL DEFAULT true)',
  examine({ tables }) {
    return tables.flatMap((table) =>
      [...table.columns].flatMap(([name, { column, by }]) => {
        const broken = PROMISES.find((promise) => promise.name.test(name) && (column.array || !promise.holds(column)));
        if (!broken) return [];
        const subject = `${show(table.name)}.${show(name)}`;
        const type = `${column.type}${column.modifiers.length > 0 ? `(${column.modifiers.join(',')})` : ''}`;
        const message = `${subject} is ${type}${column.array ? '[]' : ''}, but its name says ${broken.wants}`;
        return [{ subject, message, hint: `Write: ${show(name)} ${broken.wants}`, by }];
      }),
    );
  },
};
