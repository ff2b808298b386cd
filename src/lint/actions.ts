/** A statement of the parse tree as Actions: ALTER TABLE gives one for each of its commands. */
import type { Action, LockLevel, Name } from './action.ts';
import { alterAction } from './alter-table.ts';
import { columnOf, constraintOf, isOnly, nameOf, nameOfList } from './definitions.ts';
import { ROUTINE_READERS } from './routines.ts';
import { ROW_READERS } from './rows.ts';
import { setting } from './settings.ts';
import { inside, list, type Node, record, stringOf, text } from './tree.ts';
import { materializedView, options, VIEW_READERS, viewSecurity } from './views.ts';

export function actionsOf(node: Node): readonly Action[] {
  const [kind, body] = inside(node);
  const read = READERS[kind];
  return read ? read(body) : [{ kind: 'other', statement: kind }];
}

type Reader = (body: Node) => readonly Action[];

const READERS: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  ...ROW_READERS,
  ...ROUTINE_READERS,
  CreateStmt: createTable,
  CreateTableAsStmt: (body) =>
    body.objtype === 'OBJECT_TABLE' ? [queriedTable(record(record(body.into).rel))] : [materializedView(body)],
  AlterTableStmt: alterTable,
  AlterTableMoveAllStmt: (body) => [
    { kind: 'move all', what: wordOf(body.objtype), from: text(body.orig_tablespacename) ?? '' },
  ],
  IndexStmt: (body) => [
    {
      kind: 'create index',
      table: nameOf(body.relation),
      name: text(body.idxname),
      columns: list(body.indexParams).map((param) => text(record(param.IndexElem).name) ?? ''),
      unique: body.unique === true,
      partial: body.whereClause !== undefined || list(body.indexParams).some(({ IndexElem }) => record(IndexElem).expr),
      only: isOnly(body.relation),
      concurrently: body.concurrent === true,
      ifNotExists: body.if_not_exists === true,
    },
  ],
  DropStmt: (body) => [
    {
      kind: 'drop',
      what: wordOf(body.removeType),
      names: list(body.objects).map(droppedName),
      tables: /^(?:trigger|policy|rule)$/.test(wordOf(body.removeType)) ? list(body.objects).map(tableOfDropped) : [],
      cascade: body.behavior === 'DROP_CASCADE',
      concurrently: body.concurrent === true,
      ifExists: body.missing_ok === true,
    },
  ],
  DropdbStmt: (body) => [{ kind: 'drop database', name: text(body.dbname) ?? '' }],
  DropOwnedStmt: (body) => [
    {
      kind: 'drop owned',
      roles: list(body.roles).map(({ RoleSpec }) => text(record(RoleSpec).rolename) ?? 'current_user'),
    },
  ],
  RenameStmt: rename,
  AlterEnumStmt: alterEnum,
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
  ...VIEW_READERS,
  CreateDomainStmt: (body) => [
    {
      kind: 'create domain',
      name: nameOfList(body.domainname),
      base: nameOfList(record(body.typeName).names),
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
  CreateTrigStmt: (body) => [
    {
      kind: 'create trigger',
      table: nameOf(body.relation),
      name: text(body.trigname) ?? '',
      calls: nameOfList(body.funcname),
    },
  ],
  CreateSchemaStmt: (body) => [{ kind: 'create schema', name: { schema: null, name: text(body.schemaname) ?? '' } }],
  CreateExtensionStmt: (body) => [{ kind: 'create extension', name: { schema: null, name: text(body.extname) ?? '' } }],
  CompositeTypeStmt: (body) => [{ kind: 'create type', name: nameOf(body.typevar) }],
  CreateRangeStmt: (body) => [{ kind: 'create type', name: nameOfList(body.typeName) }],
  CreateEnumStmt: (body) => [{ kind: 'create enum', name: nameOfList(body.typeName) }],
  CommentStmt: comment,
  LockStmt: (body) => [
    {
      kind: 'lock table',
      tables: list(body.relations).map(({ RangeVar }) => nameOf(RangeVar)),
      level: MODES[Number(body.mode)] ?? 'ACCESS EXCLUSIVE',
    },
  ],
  AlterExtensionStmt: (body) => [{ kind: 'upgrade extension', name: text(body.extname) ?? '' }],
  AlterObjectSchemaStmt: (body) =>
    body.objectType === 'OBJECT_TABLE'
      ? [{ kind: 'set schema', table: nameOf(body.relation), schema: text(body.newschema) ?? '' }]
      : [movedObject(body)],
  VariableSetStmt: setting,
  CreatePolicyStmt: (body) => [{ kind: 'create policy', table: nameOf(body.table) }],
};

function other(statement: string): readonly Action[] {
  return [{ kind: 'other', statement }];
}

function alterTable(body: Node): readonly Action[] {
  const commands = list(body.cmds).map(({ AlterTableCmd }) => record(AlterTableCmd));
  if (body.objtype === 'OBJECT_INDEX') {
    return commands.map(({ subtype }) => ({
      kind: 'alter index',
      index: nameOf(body.relation),
      what: String(subtype),
    }));
  }
  if (body.objtype !== 'OBJECT_TABLE' && body.objtype !== 'OBJECT_MATVIEW') return viewSecurity(body);
  return commands.map((command) => alterAction(body.relation, command));
}

function movedObject(body: Node): Action {
  const name = body.relation ? nameOf(body.relation) : droppedName(record(body.object));
  return { kind: 'move object', what: wordOf(body.objectType), name, schema: text(body.newschema) ?? '' };
}

function queriedTable(relation: Node): Action {
  return {
    kind: 'create table',
    table: nameOf(relation),
    columns: [],
    constraints: [],
    partitioned: false,
    ifNotExists: false,
    temporary: relation.relpersistence === 't',
    from: 'query',
    parents: [],
    isDefault: false,
  };
}

/** Lock modes as the server numbers them. */
const MODES: readonly (LockLevel | undefined)[] = [
  undefined,
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];

function comment(body: Node): readonly Action[] {
  const on = wordOf(body.objtype);
  if (on !== 'table' && on !== 'column') return other('CommentStmt');
  const parts = list(record(record(body.object).List).items);
  const table = nameOfList(on === 'column' ? parts.slice(0, -1) : parts);
  const column = on === 'column' ? stringOf(parts.at(-1) ?? {}) : null;
  return [{ kind: 'comment', on, table, column, text: text(body.comment) }];
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
      from: originOf(body),
      parents: list(body.inhRelations).map(({ RangeVar }) => nameOf(RangeVar)),
      isDefault: record(body.partbound).is_default === true,
    },
  ];
}

function originOf(body: Node): 'itself' | 'partition' | 'parents' {
  if (body.partbound) return 'partition';
  const like = list(body.tableElts).some(({ TableLikeClause }) => TableLikeClause);
  return like || body.inhRelations || body.ofTypename ? 'parents' : 'itself';
}

function rename(body: Node): readonly Action[] {
  const on = body.relation ? nameOf(body.relation) : null;
  const what = wordOf(body.renameType);
  const from = text(body.subname) ?? on?.name ?? droppedName(record(body.object)).name;
  return [{ kind: 'rename', what, on, from, to: text(body.newname) ?? '' }];
}

function alterEnum(body: Node): readonly Action[] {
  const type = nameOfList(body.typeName).name;
  const value = text(body.newVal) ?? '';
  const old = text(body.oldVal);
  if (old !== null) return [{ kind: 'rename enum value', type, from: old, to: value }];
  return [{ kind: 'add enum value', type, value, placed: body.newValNeighbor !== undefined }];
}

function droppedName(object: Node): Name {
  if (object.List) return nameOfList(record(object.List).items);
  if (object.TypeName) return nameOfList(record(object.TypeName).names);
  if (object.ObjectWithArgs) return nameOfList(record(object.ObjectWithArgs).objname);
  return { schema: null, name: stringOf(object) };
}

/** Of `DROP TRIGGER t ON s.users`: the object's names are `s`, `users`, `t`. */
function tableOfDropped(object: Node): Name {
  return nameOfList(list(record(object.List).items).slice(0, -1));
}

/** `OBJECT_FOREIGN_TABLE` → `foreign table`. */
function wordOf(type: unknown): string {
  return (text(type) ?? '').replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase();
}
