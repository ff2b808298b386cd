/**
 * How far the condition of an UPDATE, DELETE or MERGE reaches. `bounded`: it compares something of the table with a value, or
 * picks rows by a query with LIMIT. `joined`: by other tables' rows, of which there may be any number.
 * `everything`: true, IS NULL and <> hold for a whole table as easily as for no row.
 */
import { inside, list, type Node, nodesOf, record, stringOf } from './tree.ts';

export type Reach = 'bounded' | 'joined' | 'everything';

/** `body` is the statement, whose sources may be bounded themselves. */
export function reachOf(conditions: readonly unknown[], body: Node): Reach {
  const all = conditions.flatMap((condition) => conjuncts(record(condition)));
  const reach = best(all.map(conditionReach));
  if (reach !== 'joined') return reach;
  const picks = SOURCES.some((source) => isShort(body[source])) || all.some((one) => isOfSource(one, body));
  return picks ? 'bounded' : reach;
}

function conjuncts(condition: Node): readonly Node[] {
  const { boolop, args } = record(condition.BoolExpr);
  return boolop === 'AND_EXPR' ? list(args).flatMap(conjuncts) : [condition];
}

/** Which of the other tables' rows count was thought of: by more than whether a column is filled. */
function isOfSource(condition: Node, { relation }: Node): boolean {
  const { relname, alias } = record(relation);
  const own = record(alias).aliasname ?? relname;
  const columns = nodesOf(condition, 'ColumnRef').map(({ fields }) => list(fields).map(stringOf));
  return !condition.NullTest && columns.length > 0 && columns.every((path) => path.length > 1 && path.at(-2) !== own);
}

const SOURCES = ['fromClause', 'usingClause', 'sourceRelation', 'withClause'];

const ORDER: readonly Reach[] = ['everything', 'joined', 'bounded'];

/** What AND makes of them; OR: the worst. */
function best(found: readonly Reach[]): Reach {
  return ORDER[Math.max(0, ...found.map((one) => ORDER.indexOf(one)))] ?? 'everything';
}

function worst(found: readonly Reach[]): Reach {
  return ORDER[Math.min(...found.map((one) => ORDER.indexOf(one)))] ?? 'everything';
}

function conditionReach(condition: Node): Reach {
  const [kind, body] = inside(condition);
  switch (kind) {
    case 'BoolExpr':
      return boolReach(body);
    case 'A_Expr':
      return comparisonReach(body);
    case 'SubLink':
      return subqueryReach(body);
    // A flag is compared with true; what a function says of a column is as good as a comparison.
    case 'ColumnRef':
    case 'BooleanTest':
    case 'FuncCall':
      return nodesOf(condition, 'ColumnRef').length > 0 ? 'bounded' : 'everything';
    case 'CurrentOfExpr':
      return 'bounded';
    default:
      return 'everything';
  }
}

function boolReach({ boolop, args }: Node): Reach {
  const found = list(args).map(conditionReach);
  if (boolop === 'AND_EXPR') return best(found);
  if (boolop === 'OR_EXPR') return worst(found);
  const [negated = {}] = list(args);
  if (negated.ColumnRef) return 'bounded';
  return found[0] === 'joined' || negated.SubLink ? 'joined' : 'everything';
}

/** Said of all rows but a few: `<>`, NOT IN, NOT LIKE, NOT BETWEEN, IS DISTINCT FROM. */
const EXCLUDING = /^(?:<>|!=|!~.*)$/;
const EXCLUDING_KINDS = /^AEXPR_(?:DISTINCT|NOT_BETWEEN(?:_SYM)?|OP_ALL)$/;

function comparisonReach({ kind, name, lexpr, rexpr }: Node): Reach {
  const operator = list(name).map(stringOf).at(-1) ?? '';
  if (EXCLUDING.test(operator) || EXCLUDING_KINDS.test(String(kind))) return 'everything';
  const [left, right] = [isFixed(lexpr), isFixed(rexpr)];
  if (left && right) return 'everything';
  return left || right ? 'bounded' : 'joined';
}

/** The same for every row: no column in it, but in a query that gives one value. */
function isFixed(side: unknown): boolean {
  const scalar = record(record(side).SubLink);
  if (scalar.subLinkType === 'EXPR_SUBLINK') return true;
  return nodesOf(side, 'ColumnRef').length === 0;
}

/** `id IN (SELECT …)`, EXISTS (SELECT …). */
function subqueryReach({ subselect, subLinkType }: Node): Reach {
  if (subLinkType === 'ALL_SUBLINK') return 'everything';
  const query = record(record(subselect).SelectStmt);
  if (isShort(subselect)) return 'bounded';
  const reach = query.whereClause ? conditionReach(record(query.whereClause)) : 'joined';
  return reach === 'bounded' ? 'bounded' : 'joined';
}

/** A list that is written out, or cut off. */
function isShort(source: unknown): boolean {
  const queries = nodesOf(source, 'SelectStmt');
  const isCut = queries.some(({ limitCount, valuesLists }) => limitCount !== undefined || list(valuesLists).length > 0);
  return isCut || nodesOf(source, 'RangeFunction').length > 0;
}
