/** What a CHECK proves. Only what PostgreSQL itself concludes from it counts: the test alone, or one that AND joins to others. */
import { list, type Node, record, stringOf } from './tree.ts';

/** Columns that cannot be null where the expression holds for every row. */
export function requiredBy(expression: Node | null): readonly string[] {
  const { NullTest, BoolExpr } = expression ?? {};
  const both = record(BoolExpr);
  if (both.boolop === 'AND_EXPR') return list(both.args).flatMap(requiredBy);
  const test = record(NullTest);
  const column = list(record(record(test.arg).ColumnRef).fields).at(-1);
  return test.nulltesttype === 'IS_NOT_NULL' && column ? [stringOf(column)] : [];
}
