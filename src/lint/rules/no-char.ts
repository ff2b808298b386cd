import { typedColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'no-char',
  level: 'warning',
  summary: 'char(n) pads with blanks and compares without them',
  lock: null,
  covers: ['squawk:ban-char-field'],
  bad: 'CREATE TABLE prices (currency char(3))',
  good: 'CREATE TABLE prices (currency varchar(3))',
  judge(action) {
    return typedColumns(action)
      .filter(({ column }) => column.type === 'bpchar')
      .map(({ table, column }) => ({
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is char(${column.modifiers[0] ?? 1}), padded with blanks`,
        hint: `Write: ${show(column.name)} text CHECK (length(${show(column.name)}) = ${column.modifiers[0] ?? 1})`,
      }));
  },
};
