/** CREATE FUNCTION, CREATE PROCEDURE and DO as Actions. What their bodies hold is read by body.ts. */
import { type Action, EMPTY_BODY } from './action.ts';
import { nameOfList } from './definitions.ts';
import { list, type Node, record, stringOf, text } from './tree.ts';

export const ROUTINE_READERS: Readonly<Record<string, (body: Node) => readonly Action[]>> = {
  CreateFunctionStmt: createRoutine,
  DoStmt: (body) => [
    {
      kind: 'do',
      body: stringOf(element(body.args, 'as')),
      language: stringOf(element(body.args, 'language')).toLowerCase() || 'plpgsql',
      content: EMPTY_BODY,
    },
  ],
};

function createRoutine(body: Node): readonly Action[] {
  const definer = record(element(body.options, 'security').Boolean).boolval === true;
  const settings = list(body.options).map(({ DefElem }) => record(record(record(DefElem).arg).VariableSetStmt));
  const path = settings.find(({ name }) => name === 'search_path');
  return [
    {
      kind: 'create routine',
      name: nameOfList(body.funcname),
      body: list(record(element(body.options, 'as').List).items).map(stringOf)[0] ?? '',
      statements: atomicStatements(body),
      language: stringOf(element(body.options, 'language')).toLowerCase() || 'sql',
      securityDefiner: definer,
      searchPath: path ? list(path.args).map(({ A_Const }) => text(record(record(A_Const).sval).sval) ?? '') : null,
      content: EMPTY_BODY,
    },
  ];
}

/** `BEGIN ATOMIC … END` and `RETURN`; empty for a body in a string. */
function atomicStatements(body: Node): readonly Node[] {
  if (!body.sql_body) return [];
  const blocks = list(record(record(body.sql_body).List).items);
  return blocks.flatMap(({ List }) => list(record(List).items)).filter((node) => Object.keys(node).length > 0);
}

/** The argument of the option with that name. */
function element(value: unknown, name: string): Node {
  const found = list(value)
    .map(({ DefElem }) => record(DefElem))
    .find(({ defname }) => defname === name);
  return record(found?.arg);
}
