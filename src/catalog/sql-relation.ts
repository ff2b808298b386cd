/** Statements for tables, views and routines as a whole: made, and brought back to what was promised. */
import { ident, qname } from '../base/ident.ts';
import type { Altered } from './change.ts';
import type { QName, Routine, Snapshot, Table, View } from './model.ts';
import { columnClause, columnDetails } from './sql-column.ts';
import { givenOn, newGrants } from './sql-grants.ts';
import { createParts } from './sql-parts.ts';
import type { Sides } from './sql-remedy.ts';
import { NOTHING, newComment, noRemedy, optionSql, type Remedy, remedy, together } from './sql-remedy.ts';

export function tableTarget({ kind, schema, name }: Table): string {
  return `${kind === 'foreign table' ? 'FOREIGN TABLE' : 'TABLE'} ${qname(schema, name)}`;
}

export function viewTarget({ kind, schema, name }: View): string {
  return `${kind.toUpperCase()} ${qname(schema, name)}`;
}

/** An aggregate without arguments is one over `*`. */
export function routineTarget({ kind, schema, name, identity }: Routine): string {
  const word = kind === 'procedure' || kind === 'aggregate' ? kind.toUpperCase() : 'FUNCTION';
  return `${word} ${qname(schema, name)}(${kind === 'aggregate' && identity === '' ? '*' : identity})`;
}

/** Rows are not brought back. */
export function createTable(table: Table, { promised, live }: Sides): Remedy {
  if (table.foreignServer || table.ofType || table.parents.some(({ bound }) => bound !== null))
    return noRemedy('take the statement from the migration that makes it');
  const self = qname(table.schema, table.name);
  const own = table.columns.filter(({ inherited }) => !inherited);
  const inside = own.map((column) => columnClause(table, column, promised)).join(', ');
  const parts = [
    `CREATE ${table.unlogged ? 'UNLOGGED TABLE' : 'TABLE'} ${self} (${inside})`,
    ...(table.parents.length > 0 ? [`INHERITS (${table.parents.map(named).join(', ')})`] : []),
    ...(table.partitionKey ? [`PARTITION BY ${table.partitionKey}`] : []),
    ...(table.accessMethod ? [`USING ${ident(table.accessMethod)}`] : []),
    ...(table.options.length > 0 ? [`WITH (${table.options.map(optionSql).join(', ')})`] : []),
    ...(table.tablespace ? [`TABLESPACE ${ident(table.tablespace)}`] : []),
  ];
  return together(
    { sql: [parts.join(' ')], why: ['its rows are in a backup only'] },
    ...table.columns.map((column) => columnDetails(table, column, promised)),
    createParts(table),
    remedy([
      ...(table.rowSecurity.enabled ? [`ALTER TABLE ${self} ENABLE ROW LEVEL SECURITY`] : []),
      ...(table.rowSecurity.forced ? [`ALTER TABLE ${self} FORCE ROW LEVEL SECURITY`] : []),
      ...replicaIdentity(table),
    ]),
    newComment(`TABLE ${self}`, table.comment),
    newGrants({ on: `TABLE ${self}` }, table.grants, givenOn('tables', table.schema, live)),
  );
}

export function alterTable({ before, after, fields }: Altered<'table'>): Remedy {
  const alter = `ALTER TABLE ${qname(before.schema, before.name)}`;
  const { rowSecurity } = before;
  return together(
    ...fields.map(({ field }): Remedy => {
      switch (field) {
        case 'rowSecurity':
          return remedy([
            ...(rowSecurity.enabled === after.rowSecurity.enabled
              ? []
              : [`${alter} ${rowSecurity.enabled ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`]),
            ...(rowSecurity.forced === after.rowSecurity.forced
              ? []
              : [`${alter} ${rowSecurity.forced ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`]),
          ]);
        case 'replicaIdentity':
          return remedy(
            before.replicaIdentity === 'default' ? [`${alter} REPLICA IDENTITY DEFAULT`] : replicaIdentity(before),
          );
        case 'options':
          return remedy(optionsSql(alter, before.options, after.options));
        case 'unlogged':
          return remedy([`${alter} SET ${before.unlogged ? 'UNLOGGED' : 'LOGGED'}`]);
        case 'tablespace':
          return remedy([`${alter} SET TABLESPACE ${ident(before.tablespace ?? 'pg_default')}`]);
        case 'accessMethod':
          return remedy([`${alter} SET ACCESS METHOD ${ident(before.accessMethod ?? 'heap')}`]);
        case 'parents':
          return reparent(before, after);
        case 'columns order':
          return noRemedy('PostgreSQL adds a column behind the others: only a new table would bring the order back');
        case 'comment':
        case 'grants':
          return NOTHING;
        default:
          return noRemedy(`PostgreSQL cannot change the ${field} of a table: only a new table would bring it back`);
      }
    }),
  );
}

function replicaIdentity({ schema, name, replicaIdentity: identity, indexes }: Table): readonly string[] {
  const alter = `ALTER TABLE ${qname(schema, name)} REPLICA IDENTITY`;
  const index = indexes.find((one) => one.replicaIdentity);
  if (identity === 'index') return index ? [`${alter} USING INDEX ${ident(index.name)}`] : [];
  return identity === 'default' ? [] : [`${alter} ${identity.toUpperCase()}`];
}

function optionsSql(alter: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const nameOf = (option: string): string => option.slice(0, option.indexOf('='));
  const gone = after.map(nameOf).filter((name) => !before.map(nameOf).includes(name));
  const set = before.filter((option) => !after.includes(option));
  return [
    ...(gone.length > 0 ? [`${alter} RESET (${gone.join(', ')})`] : []),
    ...(set.length > 0 ? [`${alter} SET (${set.map(optionSql).join(', ')})`] : []),
  ];
}

function reparent(before: Table, after: Table): Remedy {
  const self = qname(before.schema, before.name);
  const missing = (list: Table['parents'], other: Table['parents']): Table['parents'] =>
    list.filter((one) => !other.some((two) => named(two) === named(one) && two.bound === one.bound));
  const [lost, found] = [missing(before.parents, after.parents), missing(after.parents, before.parents)];
  return remedy([
    ...found.map((one) =>
      one.bound ? `ALTER TABLE ${named(one)} DETACH PARTITION ${self}` : `ALTER TABLE ${self} NO INHERIT ${named(one)}`,
    ),
    ...lost.map((one) =>
      one.bound
        ? `ALTER TABLE ${named(one)} ATTACH PARTITION ${self} ${one.bound}`
        : `ALTER TABLE ${self} INHERIT ${named(one)}`,
    ),
  ]);
}

function named({ schema, name }: QName): string {
  return qname(schema, name);
}

export function createView(view: View, live: Snapshot): Remedy {
  const target = viewTarget(view);
  const on = qname(view.schema, view.name);
  const table = `TABLE ${on}`;
  return together(
    remedy([`CREATE ${viewClause(view)}`]),
    remedy(defaults(view)),
    ...view.columns.map(({ name, comment }) => newComment(`COLUMN ${on}.${ident(name)}`, comment)),
    ...view.columns.map(({ name, grants }) => newGrants({ on: table, column: ident(name) }, grants)),
    createParts(view),
    newComment(target, view.comment),
    newGrants({ on: table }, view.grants, givenOn('tables', view.schema, live)),
  );
}

/** Whether it is dropped and made again, with all that hangs on it, rather than altered. */
export function isRemade(promised: View | undefined, live: View | undefined): boolean {
  if (!promised || !live) return false;
  if (promised.kind !== live.kind || promised.accessMethod !== live.accessMethod) return true;
  if (promised.definition === live.definition) return false;
  const isKept = live.columns.every(({ name, type }, at) => {
    const column = promised.columns[at];
    return column?.name === name && column.type === type;
  });
  return !isKept || promised.kind === 'materialized view';
}

/** Replaced where PostgreSQL lets a view keep its dependants: its columns are the first ones of the promise. */
export function alterView({ before, after, fields }: Altered<'view'>, live: Snapshot): Remedy {
  const names = new Set(fields.map(({ field }) => field));
  if (isRemade(before, after)) {
    return together(remedy([`DROP ${viewTarget(after)}`]), createView(before, live));
  }
  const alter = `ALTER ${viewTarget(before)}`;
  return remedy([
    ...(names.has('definition') ? [`CREATE OR REPLACE ${viewClause(before)}`] : []),
    ...(names.has('options') && !names.has('definition') ? optionsSql(alter, before.options, after.options) : []),
    ...(names.has('tablespace') ? [`${alter} SET TABLESPACE ${ident(before.tablespace ?? 'pg_default')}`] : []),
  ]);
}

function viewClause(view: View): string {
  const options = view.options.length > 0 ? ` WITH (${view.options.map(optionSql).join(', ')})` : '';
  const method = view.accessMethod ? ` USING ${ident(view.accessMethod)}` : '';
  const place = view.tablespace ? ` TABLESPACE ${ident(view.tablespace)}` : '';
  return `${viewTarget(view)}${method}${options}${place} AS\n${view.definition.trim().replace(/;$/, '')}`;
}

function defaults(view: View): readonly string[] {
  const alter = `ALTER VIEW ${qname(view.schema, view.name)} ALTER COLUMN`;
  return view.columns.flatMap((column) =>
    column.default === null ? [] : [`${alter} ${ident(column.name)} SET DEFAULT ${column.default}`],
  );
}

export function createRoutine(routine: Routine, live: Snapshot): Remedy {
  const target = routineTarget(routine);
  return together(
    remedy([definition(routine)]),
    newComment(target, routine.comment),
    newGrants(
      { on: grantedRoutine(routine), everyone: 'EXECUTE' },
      routine.grants,
      givenOn('functions', routine.schema, live),
    ),
  );
}

export function grantedRoutine(routine: Routine): string {
  return routineTarget(routine).replace(/^\w+/, 'ROUTINE');
}

/** CREATE OR REPLACE keeps dependants, and takes no other result and no default away. */
export function alterRoutine({ before, after, fields }: Altered<'routine'>, live: Snapshot): Remedy {
  if (fields.every(({ field }) => field === 'comment' || field === 'grants')) return NOTHING;
  const names = new Set(fields.map(({ field }) => field));
  const lost = after.parameters.some((one, at) => one.default !== null && before.parameters[at]?.default === null);
  const isOther = ['kind', 'returns', 'returnType', 'returnsSet'].some((field) => names.has(field));
  if (before.kind === 'aggregate' || isOther || lost) {
    return together(remedy([`DROP ${routineTarget(after)}`]), createRoutine(before, live));
  }
  return remedy([definition(before)]);
}

function definition(routine: Routine): string {
  const text = routine.definition.trimEnd();
  return routine.kind === 'aggregate' && routine.identity === '' ? text.replace('()', '(*)') : text;
}
