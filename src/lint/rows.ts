/** INSERT, UPDATE, DELETE, MERGE and TRUNCATE as Actions, also where they stand in a WITH. */
import type { Action, Name, Where } from './action.ts';
import { reachOf } from './bounds.ts';
import { nameOf } from './definitions.ts';
import { configured } from './settings.ts';
import { inside, list, type Node, nodesOf, record, text } from './tree.ts';

type Reader = (body: Node) => readonly Action[];

export const ROW_READERS: Readonly<Record<string, Reader>> = {
  InsertStmt: withQueries(insert),
  UpdateStmt: withQueries((body) => [
    {
      kind: 'update',
      table: nameOf(body.relation),
      columns: assigned(body.targetList),
      where: whereOf(body),
    },
  ]),
  DeleteStmt: withQueries((body) => [{ kind: 'delete', table: nameOf(body.relation), where: whereOf(body) }]),
  MergeStmt: withQueries(merge),
  SelectStmt: withQueries(select),
  TruncateStmt: (body) => [
    {
      kind: 'truncate',
      tables: list(body.relations).map((relation) => nameOf(relation.RangeVar)),
      cascade: body.behavior === 'DROP_CASCADE',
    },
  ],
};

/** What the statements in WITH do comes first: they run whether their rows are asked for or not. */
function withQueries(read: Reader): Reader {
  return (body) => {
    const queries = list(record(body.withClause).ctes).flatMap(({ CommonTableExpr }) => {
      const [kind, query] = inside(record(record(CommonTableExpr).ctequery));
      return kind === 'SelectStmt' && !query.withClause ? [] : (ROW_READERS[kind]?.(query) ?? []);
    });
    return [...queries, ...read(body)];
  };
}

/** SELECT INTO makes a table; all others make nothing that a rule asks about. */
function select(body: Node): readonly Action[] {
  const into = record(record(body.intoClause).rel);
  if (!body.intoClause) return configured(body) ?? [{ kind: 'other', statement: 'SelectStmt' }];
  const temporary = into.relpersistence === 't';
  const shape = {
    columns: [],
    constraints: [],
    partitioned: false,
    ifNotExists: false,
    temporary,
    from: 'query',
    parents: [],
    isDefault: false,
  } as const;
  return [{ kind: 'create table', table: nameOf(into), ...shape }];
}

function insert(body: Node): readonly Action[] {
  const table = nameOf(body.relation);
  return [
    { kind: 'insert', table, from: sourcesOf(body.selectStmt) },
    ...assignment(table, 'INSERT', body.cols),
    ...assignment(table, 'ON CONFLICT DO UPDATE', record(body.onConflictClause).targetList),
  ];
}

function merge(body: Node): readonly Action[] {
  const table = nameOf(body.relation);
  const clauses = list(body.mergeWhenClauses).map(({ MergeWhenClause }) => record(MergeWhenClause));
  return clauses.flatMap((clause) => {
    const columns = assigned(clause.targetList);
    const matched = clause.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' ? [] : [body.joinCondition];
    const where = { reach: reachOf([...matched, clause.condition], body), merge: true };
    if (clause.commandType === 'CMD_DELETE') return [{ kind: 'delete', table, where }] as const;
    if (clause.commandType === 'CMD_UPDATE') return [{ kind: 'update', table, columns, where }] as const;
    const from = sourcesOf(body.sourceRelation);
    return [{ kind: 'insert', table, from }, ...assignment(table, 'INSERT', clause.targetList)] as const;
  });
}

/** Tables that a query reads for its rows: what a condition looks into alone, or a LIMIT cuts off, is little. */
function sourcesOf(source: unknown): readonly Name[] {
  const queries = nodesOf(source, 'SelectStmt');
  if (queries.some(({ limitCount }) => limitCount !== undefined)) return [];
  const read = queries.length > 0 ? queries.map(({ fromClause }) => fromClause) : [source];
  const looked = new Set(queries.flatMap(({ whereClause }) => nodesOf(whereClause, 'RangeVar')));
  return nodesOf(read, 'RangeVar')
    .filter((relation) => !looked.has(relation))
    .map(nameOf);
}

function whereOf(body: Node): Where {
  return body.whereClause === undefined ? null : { reach: reachOf([body.whereClause], body), merge: false };
}

function assignment(table: Name, verb: string, targets: unknown): readonly Action[] {
  const columns = assigned(targets);
  return columns.length > 1 ? [{ kind: 'assign', table, verb, columns }] : [];
}

/** `SET (a, b) = …` names a column per target; an element of an array or a field is no second assignment. */
function assigned(targets: unknown): readonly string[] {
  return list(targets).flatMap(({ ResTarget }) => {
    const { name, indirection } = record(ResTarget);
    return typeof name === 'string' && indirection === undefined ? [text(name) ?? ''] : [];
  });
}
