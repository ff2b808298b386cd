/** A statement of the parse tree as Actions: ALTER TABLE gives one for each of its commands. */
import type { Action, Name } from './action.ts';
import { alterAction } from './alter-table.ts';
import { columnOf, constraintOf, nameOf, nameOfList } from './definitions.ts';
import { inside, list, type Node, nodesOf, record, stringOf, text } from './tree.ts';

export function actionsOf(node: Node): readonly Action[] {
  const [kind, body] = inside(node);
  const read = READERS[kind];
  return read ? read(body) : [{ kind: 'other', statement: kind }];
}

type Reader = (body: Node) => readonly Action[];

const READERS: Readonly<Record<string, Reader>> = {
  CreateStmt: createTable,
  CreateTableAsStmt: (body) =>
    body.objtype === 'OBJECT_TABLE' ? [plainTable(nameOf(record(body.into).rel))] : other('CreateTableAsStmt'),
  AlterTableStmt: (body) =>
    body.objtype === 'OBJECT_TABLE'
      ? list(body.cmds).map((cmd) => alterAction(nameOf(body.relation), record(cmd.AlterTableCmd)))
      : other('AlterTableStmt'),
  IndexStmt: (body) => [
    {
      kind: 'create index',
      table: nameOf(body.relation),
      name: text(body.idxname),
      columns: list(body.indexParams).map((param) => text(record(param.IndexElem).name) ?? ''),
      unique: body.unique === true,
      concurrently: body.concurrent === true,
      ifNotExists: body.if_not_exists === true,
    },
  ],
  DropStmt: (body) => [
    {
      kind: 'drop',
      what: wordOf(body.removeType),
      names: list(body.objects).map(droppedName),
      cascade: body.behavior === 'DROP_CASCADE',
      concurrently: body.concurrent === true,
      ifExists: body.missing_ok === true,
    },
  ],
  DropdbStmt: (body) => [{ kind: 'drop database', name: text(body.dbname) ?? '' }],
  RenameStmt: rename,
  AlterEnumStmt: alterEnum,
  UpdateStmt: (body) => [
    {
      kind: 'update',
      table: nameOf(body.relation),
      columns: list(body.targetList).flatMap((target) => assigned(record(target.ResTarget))),
      where: body.whereClause !== undefined,
    },
  ],
  DeleteStmt: (body) => [{ kind: 'delete', table: nameOf(body.relation), where: body.whereClause !== undefined }],
  TruncateStmt: (body) => [
    {
      kind: 'truncate',
      tables: list(body.relations).map((relation) => nameOf(relation.RangeVar)),
      cascade: body.behavior === 'DROP_CASCADE',
    },
  ],
  VacuumStmt: (body) => {
    const full = options(body.options).some(([name, off]) => name === 'full' && !off);
    const first = list(body.rels)[0];
    if (!full || body.is_vacuumcmd !== true) return other('VacuumStmt');
    return [{ kind: 'vacuum full', table: first ? nameOf(record(first.VacuumRelation).relation) : null }];
  },
  ClusterStmt: (body) => [{ kind: 'cluster', table: body.relation ? nameOf(body.relation) : null }],
  ReindexStmt: (body) => [
    {
      kind: 'reindex',
      name: body.relation ? nameOf(body.relation) : null,
      what: (text(body.kind) ?? '').replace('REINDEX_OBJECT_', '').toLowerCase(),
      concurrently: options(body.params).some(([name, off]) => name === 'concurrently' && !off),
    },
  ],
  ViewStmt: (body) => [
    {
      kind: 'create view',
      name: nameOf(body.view),
      securityInvoker: options(body.options).some(([name, off]) => name === 'security_invoker' && !off),
      tables: nodesOf(body.query, 'RangeVar').map(nameOf),
    },
  ],
  CreateDomainStmt: (body) => [
    {
      kind: 'create domain',
      name: nameOfList(body.domainname),
      constrained: list(body.constraints).some(({ Constraint }) => record(Constraint).contype !== 'CONSTR_DEFAULT'),
    },
  ],
  AlterDomainStmt: (body) =>
    body.subtype === 'C'
      ? [
          {
            kind: 'add domain constraint',
            name: nameOfList(body.typeName),
            constraint: text(record(record(body.def).Constraint).conname),
            notValid: record(record(body.def).Constraint).skip_validation === true,
          },
        ]
      : other('AlterDomainStmt'),
  CreateFunctionStmt: createRoutine,
  CreateTrigStmt: (body) => [{ kind: 'create trigger', table: nameOf(body.relation) }],
  CreatePolicyStmt: (body) => [{ kind: 'create policy', table: nameOf(body.table) }],
  InsertStmt: (body) => [{ kind: 'insert', table: nameOf(body.relation) }],
  DoStmt: (body) => [{ kind: 'do', body: text(record(element(body.args, 'as').String).sval) ?? '' }],
};

function other(statement: string): readonly Action[] {
  return [{ kind: 'other', statement }];
}

function plainTable(table: Name): Action {
  return {
    kind: 'create table',
    table,
    columns: [],
    constraints: [],
    partitioned: false,
    ifNotExists: false,
    temporary: false,
  };
}

function createTable(body: Node): readonly Action[] {
  const elements = list(body.tableElts);
  return [
    {
      kind: 'create table',
      table: nameOf(body.relation),
      columns: elements.flatMap(({ ColumnDef }) => (ColumnDef ? [columnOf(record(ColumnDef))] : [])),
      constraints: elements.flatMap(({ Constraint }) => constraintOf(record(Constraint), []) ?? []),
      partitioned: body.partspec !== undefined,
      ifNotExists: body.if_not_exists === true,
      temporary: record(body.relation).relpersistence === 't',
    },
  ];
}

function rename(body: Node): readonly Action[] {
  const on = body.relation ? nameOf(body.relation) : null;
  const what = wordOf(body.renameType);
  const from = text(body.subname) ?? on?.name ?? '';
  return [{ kind: 'rename', what, on, from, to: text(body.newname) ?? '' }];
}

function alterEnum(body: Node): readonly Action[] {
  const type = nameOfList(body.typeName).name;
  const value = text(body.newVal) ?? '';
  const old = text(body.oldVal);
  if (old !== null) return [{ kind: 'rename enum value', type, from: old, to: value }];
  return [{ kind: 'add enum value', type, value, placed: body.newValNeighbor !== undefined }];
}

function createRoutine(body: Node): readonly Action[] {
  const definer = record(element(body.options, 'security').Boolean).boolval === true;
  const settings = list(body.options).map(({ DefElem }) => record(record(record(DefElem).arg).VariableSetStmt));
  return [
    {
      kind: 'create routine',
      name: nameOfList(body.funcname),
      body: list(record(element(body.options, 'as').List).items).map(stringOf)[0] ?? '',
      language: stringOf(element(body.options, 'language')).toLowerCase(),
      securityDefiner: definer,
      setsSearchPath: settings.some(({ name }) => name === 'search_path'),
    },
  ];
}

/** The argument of the option with that name. */
function element(value: unknown, name: string): Node {
  const found = list(value)
    .map(({ DefElem }) => record(DefElem))
    .find(({ defname }) => defname === name);
  return record(found?.arg);
}

/** Option names, and whether each is switched off. */
function options(value: unknown): readonly (readonly [string, boolean])[] {
  return list(value).map(({ DefElem }) => {
    const { defname, arg } = record(DefElem);
    const word = stringOf(record(arg)) || String(record(record(arg).Boolean).boolval ?? '');
    return [text(defname) ?? '', /^(false|off|0|no)$/i.test(word)] as const;
  });
}

/** `UPDATE … SET (a, b) = …` names a column per target; an element of an array or a field is no second assignment. */
function assigned(target: Node): readonly string[] {
  const name = text(target.name);
  return name === null || target.indirection !== undefined ? [] : [name];
}

function droppedName(object: Node): Name {
  if (object.List) return nameOfList(record(object.List).items);
  if (object.TypeName) return nameOfList(record(object.TypeName).names);
  if (object.ObjectWithArgs) return nameOfList(record(object.ObjectWithArgs).objname);
  return { schema: null, name: stringOf(object) };
}

/** `OBJECT_FOREIGN_TABLE` → `foreign table`. */
function wordOf(type: unknown): string {
  return (text(type) ?? '').replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase();
}
