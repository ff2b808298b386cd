/**
 * The state that migrations leave, as far as conventions ask about it: every table that they make and keep, with where each
 * part was made. Built from the actions alone, so it needs no database; of what a DO block does by EXECUTE, what it says in so many words.
 */
import { type Action, type ActionOf, type AddedColumn, type AddedConstraint, type Name, SOME_NAME } from './action.ts';
import { constraintsOf } from './columns.ts';
import type { Act, Read } from './subject.ts';

/** Who made something: the migration, and the place for the finding. */
export interface Maker {
  readonly migration: string;
  readonly act: Act;
}

export interface ColumnState {
  readonly column: AddedColumn;
  readonly by: Maker;
  readonly comment: string | null;
}

export interface ConstraintState {
  readonly constraint: AddedConstraint;
  readonly by: Maker;
}

export interface IndexState {
  readonly index: ActionOf<'create index'>;
  readonly by: Maker;
}

export interface TableState {
  readonly name: Name;
  readonly by: Maker;
  readonly made: ActionOf<'create table'>;
  readonly columns: ReadonlyMap<string, ColumnState>;
  readonly constraints: readonly ConstraintState[];
  readonly indexes: readonly IndexState[];
  readonly comment: string | null;
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean; readonly policies: number };
  readonly triggers: readonly ActionOf<'create trigger'>[];
}

export interface State {
  /** Those that remain, in the order in which they were made. Temporary ones are left out. */
  readonly tables: readonly TableState[];
}

/** `ups` in the order in which they run. Tables that other migrations made are not in it, nor what is done to them. */
export function stateAfter(ups: readonly Read[]): State {
  const tables = new Map<string, TableState>();
  for (const { subject, acts } of ups) {
    for (const act of acts) apply(tables, { migration: subject.name, act });
  }
  return { tables: [...tables.values()] };
}

type Tables = Map<string, TableState>;

function key({ schema, name }: Name): string {
  return `${schema ?? 'public'}.${name}`;
}

function apply(tables: Tables, by: Maker): void {
  const { action } = by.act;
  switch (action.kind) {
    case 'create table':
      create(tables, action, by);
      break;
    case 'drop':
      for (const name of action.names) drop(tables, action.what, name);
      break;
    case 'rename':
      rename(tables, action);
      break;
    case 'set schema':
      move(tables, action.table, { ...action.table, schema: action.schema });
      break;
    default:
      if ('table' in action && action.table) alter(tables, action.table, (table) => changed(table, action, by));
  }
}

/** Nothing happens to a table that is not known. */
function alter(tables: Tables, name: Name, change: (table: TableState) => Partial<TableState>): void {
  const table = tables.get(key(name));
  if (table) tables.set(key(name), { ...table, ...change(table) });
}

function create(tables: Tables, action: ActionOf<'create table'>, by: Maker): void {
  if (action.temporary || action.table.name === SOME_NAME || (action.ifNotExists && tables.has(key(action.table))))
    return;
  const columns = action.columns.map((column) => [column.name, { column, by, comment: null }] as const);
  tables.set(key(action.table), {
    name: action.table,
    by,
    made: action,
    columns: new Map(columns),
    constraints: constraintsOf(action).map((constraint) => ({ constraint, by })),
    indexes: [],
    comment: null,
    rowSecurity: { enabled: false, forced: false, policies: 0 },
    triggers: [],
  });
}

/** What an action changes of a table. */
function changed(table: TableState, action: Action, by: Maker): Partial<TableState> {
  switch (action.kind) {
    case 'add column': {
      const { column } = action;
      const own = column.constraints.map((constraint) => ({ constraint, by }));
      return {
        columns: withColumn(table, column.name, { column, by, comment: null }),
        constraints: [...table.constraints, ...own],
      };
    }
    case 'drop column':
      return {
        columns: new Map([...table.columns].filter(([name]) => name !== action.column)),
        constraints: table.constraints.filter(({ constraint }) => !constraint.columns.includes(action.column)),
        indexes: table.indexes.filter(({ index }) => !index.columns.includes(action.column)),
      };
    case 'set type':
      return columnChange(table, action.column, by, ({ column }) => ({
        column: { ...column, type: action.to.type, modifiers: action.to.modifiers, array: action.to.array },
      }));
    case 'set not null':
    case 'drop not null':
      return columnChange(table, action.column, null, ({ column }) => ({
        column: { ...column, notNull: action.kind === 'set not null' },
      }));
    case 'set default':
      return columnChange(table, action.column, null, ({ column }) => ({
        column: { ...column, default: action.default },
      }));
    case 'comment':
      if (action.column === null) return { comment: action.text };
      return columnChange(table, action.column, null, () => ({ comment: action.text }));
    case 'add constraint':
      return { constraints: [...table.constraints, { constraint: action.constraint, by }] };
    case 'drop constraint':
      return { constraints: table.constraints.filter(({ constraint }) => constraint.name !== action.constraint) };
    case 'create index':
      return { indexes: [...table.indexes, { index: action, by }] };
    case 'create trigger':
      return { triggers: [...table.triggers, action] };
    default:
      return securityChange(table, action);
  }
}

function securityChange({ rowSecurity }: TableState, { kind }: Action): Partial<TableState> {
  if (kind === 'create policy') return { rowSecurity: { ...rowSecurity, policies: rowSecurity.policies + 1 } };
  if (kind === 'enable row security') return { rowSecurity: { ...rowSecurity, enabled: true } };
  if (kind === 'disable row security') return { rowSecurity: { ...rowSecurity, enabled: false } };
  if (kind === 'force row security') return { rowSecurity: { ...rowSecurity, forced: true } };
  return kind === 'unforce row security' ? { rowSecurity: { ...rowSecurity, forced: false } } : {};
}

function withColumn(table: TableState, name: string, column: ColumnState): ReadonlyMap<string, ColumnState> {
  return new Map([...table.columns, [name, column]]);
}

/** `by`: who is to be told from now on; null: still who made it. */
function columnChange(
  table: TableState,
  name: string,
  by: Maker | null,
  change: (column: ColumnState) => Partial<ColumnState>,
): Partial<TableState> {
  const before = table.columns.get(name);
  if (!before) return {};
  return { columns: withColumn(table, name, { ...before, ...change(before), ...(by ? { by } : {}) }) };
}

function drop(tables: Tables, what: string, name: Name): void {
  if (what === 'table') tables.delete(key(name));
  if (what === 'index') {
    for (const table of tables.values()) {
      alter(tables, table.name, ({ indexes }) => ({
        indexes: indexes.filter(({ index }) => index.name !== name.name),
      }));
    }
  }
  if (what !== 'trigger' && what !== 'policy') return;
  // The last two names are the table's and its own.
  alter(tables, { schema: null, name: name.schema ?? '' }, ({ triggers, rowSecurity }) =>
    what === 'trigger'
      ? { triggers: triggers.filter((trigger) => trigger.name !== name.name) }
      : { rowSecurity: { ...rowSecurity, policies: Math.max(0, rowSecurity.policies - 1) } },
  );
}

function rename(tables: Tables, { what, on, from, to }: ActionOf<'rename'>): void {
  if (!on) return;
  if (what === 'table') move(tables, on, { ...on, name: to });
  if (what === 'column') {
    alter(tables, on, ({ columns }) => ({
      columns: new Map(
        [...columns].map(([name, state]) =>
          name === from ? [to, { ...state, column: { ...state.column, name: to } }] : [name, state],
        ),
      ),
    }));
  }
  if (what.endsWith('constraint')) {
    alter(tables, on, ({ constraints }) => ({
      constraints: constraints.map((one) =>
        one.constraint.name === from ? { ...one, constraint: { ...one.constraint, name: to } } : one,
      ),
    }));
  }
  if (what !== 'index') return;
  for (const { name } of tables.values()) {
    alter(tables, name, ({ indexes }) => ({
      indexes: indexes.map((one) => (one.index.name === on.name ? { ...one, index: { ...one.index, name: to } } : one)),
    }));
  }
}

function move(tables: Tables, from: Name, to: Name): void {
  const table = tables.get(key(from));
  if (!table) return;
  tables.delete(key(from));
  tables.set(key(to), { ...table, name: to });
}
