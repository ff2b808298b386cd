/**
 * The safe form of one statement, where it is mechanical. A statement stays where it is in another form, or moves into a
 * migration of its own because it cannot run in a transaction; what has to wait (VALIDATE and what follows it) comes after.
 */
import type { Action, AddedConstraint, Name } from './action.ts';
import type { Facts } from './facts.ts';
import { concurrently, notValid, usingIndex } from './forms.ts';
import { isPartitionedThere } from './partitions.ts';
import { show } from './rule.ts';
import { list, type Node, nodesOf, stringOf } from './tree.ts';

export interface Recipe {
  /** The rule whose finding it mends. */
  readonly rule: string;
  /** What takes the statement's place: here, or in a migration of its own. */
  readonly safe: readonly string[];
  /** Undoes `safe`; null: the file's own down must know it. */
  readonly undo: string | null;
  /** Runs outside a transaction, so nothing else may stand beside it. */
  readonly alone: boolean;
  /** For a migration that comes later. */
  readonly after: { readonly up: readonly string[]; readonly down: readonly string[] } | null;
  /** What the file's down says to undo the statement as it was, and what it says instead; null: the same. */
  readonly undoes: (action: Action) => boolean;
  readonly instead: ((sql: string) => string) | null;
  /** Names that later statements must not need before it has run. */
  readonly names: readonly string[];
  readonly table: Name | null;
}

/** A recipe, or why there is none; undefined: no rule that can be mended so is about such a statement. */
export function recipeFor(action: Action, sql: string, facts: Facts): Recipe | string | undefined {
  switch (action.kind) {
    case 'create index':
      return action.concurrently ? undefined : concurrentIndex(action, sql, facts);
    case 'drop':
      return action.what === 'index' && !action.concurrently ? concurrentDrop(action.names, sql, facts) : undefined;
    case 'reindex':
      return action.concurrently ? undefined : concurrentReindex(sql);
    case 'add constraint':
      return constraint(action.table, action.constraint, sql, facts);
    case 'add column':
      return action.column.constraints.length > 0
        ? 'the constraint is written inside ADD COLUMN: give it a statement of its own'
        : undefined;
    case 'detach partition':
      return action.concurrently
        ? undefined
        : 'CONCURRENTLY leaves a CHECK on the partition, and refuses a default one';
    case 'set not null':
      return provedNotNull(action.table, action.column);
    case 'add domain constraint':
      return domain(action, sql);
    default:
      return undefined;
  }
}

function concurrentIndex(
  { name, table, ifNotExists }: Extract<Action, { kind: 'create index' }>,
  sql: string,
  facts: Facts,
): Recipe | string {
  if (name === null) return 'the index has no name by which it could be dropped again';
  if (ifNotExists) return 'IF NOT EXISTS would keep an INVALID index of an earlier attempt';
  if (facts.table(table)?.table.partitionKey) return 'PostgreSQL builds no index of a partitioned table concurrently';
  if (/\bon\s+only\b/i.test(sql)) return 'ON ONLY is for partitioned tables';
  const drop = `DROP INDEX CONCURRENTLY ${show({ schema: table.schema, name })}`;
  return {
    ...BARE,
    rule: 'index-concurrently',
    safe: [concurrently(sql)],
    undo: drop,
    alone: true,
    undoes: (down) => down.kind === 'drop' && down.what === 'index' && isOnly(down.names, name),
    instead: () => drop,
    names: [name],
    table,
  };
}

function concurrentDrop(names: readonly Name[], sql: string, facts: Facts): Recipe | string {
  const [only] = names;
  if (!only || names.length > 1) return 'DROP INDEX CONCURRENTLY takes one index';
  const table = facts.tableOfIndex(only);
  if (table && isPartitionedThere(table, facts))
    return 'the index of a partitioned table cannot be dropped concurrently';
  if (/\bcascade\s*$/i.test(sql)) return 'DROP INDEX CONCURRENTLY knows no CASCADE';
  return {
    ...BARE,
    rule: 'drop-index-concurrently',
    safe: [sql.replace(/^(drop\s+index)\b/i, '$1 CONCURRENTLY')],
    undo: null,
    alone: true,
    undoes: (down) => down.kind === 'create index' && down.name === only.name,
    instead: concurrently,
    names: [only.name],
  };
}

function concurrentReindex(sql: string): Recipe | string {
  if (!/^reindex\s+(?:index|table|schema|database)\b/i.test(sql)) return 'there is no concurrent form of it';
  return {
    ...BARE,
    rule: 'reindex-concurrently',
    safe: [sql.replace(/^(reindex\s+\w+)\b/i, '$1 CONCURRENTLY')],
    alone: true,
  };
}

const BARE: Recipe = {
  rule: '',
  safe: [],
  undo: null,
  alone: false,
  after: null,
  undoes: () => false,
  instead: null,
  names: [],
  table: null,
};

function constraint(table: Name, added: AddedConstraint, sql: string, facts: Facts): Recipe | string | undefined {
  const { kind, usingIndex, notValid } = added;
  if (notValid || usingIndex !== null) return undefined;
  if (kind === 'check' || kind === 'foreign key') return lateCheck(table, added, sql, facts);
  return kind === 'unique' || kind === 'primary key' ? uniqueIndex(table, added, sql, facts) : undefined;
}

/** PostgreSQL's own name where it is certain; null where it depends on what else there is. */
function nameOf(table: Name, { kind, name, columns, expression }: AddedConstraint, facts: Facts): string | null {
  if (name !== null) return name;
  const suffix = { check: 'check', 'foreign key': 'fkey', unique: 'key', 'primary key': 'pkey' }[kind as string];
  if (!suffix) return null;
  const about = kind === 'check' ? columnsOfCheck(expression) : columns;
  const own = [table.name, ...(kind === 'primary key' ? [] : about), suffix].join('_');
  const taken = kind === 'check' && facts.table(table)?.table.constraints.some((one) => one.name === own);
  return taken || Buffer.byteLength(own) > 63 ? null : own;
}

/** A CHECK is named after its column when it is about only one. */
function columnsOfCheck(expression: Node | null): readonly string[] {
  const columns = new Set(nodesOf(expression, 'ColumnRef').map(({ fields }) => stringOf(list(fields).at(-1) ?? {})));
  return columns.size === 1 ? [...columns] : [];
}

function lateCheck(table: Name, added: AddedConstraint, sql: string, facts: Facts): Recipe | string {
  if (added.kind === 'foreign key' && isPartitionedThere(table, facts) && (facts.serverVersion ?? 0) < 180_000)
    return 'before PostgreSQL 18 a partitioned table takes no NOT VALID: its partitions come first';
  const name = nameOf(table, added, facts);
  if (name === null) return 'the constraint has no name by which it could be validated later';
  const [on, constraint] = [show(table), show(name)];
  const safe = notValid(sql, added, constraint);
  const drop = `ALTER TABLE ${on} DROP CONSTRAINT ${constraint}`;
  return {
    ...BARE,
    rule: added.kind === 'check' ? 'check-not-valid' : 'foreign-key-not-valid',
    safe: [safe],
    undo: drop,
    after: { up: [`ALTER TABLE ${on} VALIDATE CONSTRAINT ${constraint}`], down: [drop, safe] },
    undoes: (down) => down.kind === 'drop constraint' && down.constraint === name,
    names: [name],
    table,
  };
}

function uniqueIndex(table: Name, added: AddedConstraint, sql: string, facts: Facts): Recipe | string {
  const name = nameOf(table, added, facts);
  const safe = name === null ? null : usingIndex(sql, { table, constraint: added, name });
  if (name === null || safe === null) return 'the constraint is more than a list of columns';
  const live = facts.table(table)?.table;
  if (live?.partitionKey) return 'PostgreSQL builds no index of a partitioned table concurrently';
  const nullable = added.columns.filter((column) => !live?.columns.some((one) => one.name === column && one.notNull));
  if (added.kind === 'primary key' && nullable.length > 0)
    return `${nullable.join(', ')} may be null: that comes first`;
  const [on, key] = [show(table), show(name)];
  return {
    ...BARE,
    rule: 'unique-using-index',
    safe,
    undo: `ALTER TABLE ${on} DROP CONSTRAINT ${key}`,
    alone: true,
    undoes: (down) => down.kind === 'drop constraint' && down.constraint === name,
    names: [name],
    table,
  };
}

/** In the second migration the scan comes first and lets writers through; what needs the strong lock lasts a moment. */
function provedNotNull(table: Name, column: string): Recipe | string {
  const name = `${table.name}_${column}_not_null`;
  if (Buffer.byteLength(name) > 63) return `the CHECK would be called ${name}, which is too long`;
  const [on, check, field] = [show(table), show(name), show(column)];
  const add = `ALTER TABLE ${on} ADD CONSTRAINT ${check} CHECK (${field} IS NOT NULL) NOT VALID`;
  const drop = `ALTER TABLE ${on} DROP CONSTRAINT ${check}`;
  const alter = `ALTER TABLE ${on} ALTER COLUMN ${field}`;
  return {
    ...BARE,
    rule: 'set-not-null',
    safe: [add],
    undo: drop,
    after: {
      up: [`ALTER TABLE ${on} VALIDATE CONSTRAINT ${check}`, `${alter} SET NOT NULL`, drop],
      down: [`${alter} DROP NOT NULL`, add],
    },
    undoes: (down) => down.kind === 'drop not null' && down.column === column && down.table.name === table.name,
    instead: () => drop,
    names: [],
    table,
  };
}

function domain(
  { name, constraint: given, notValid }: Extract<Action, { kind: 'add domain constraint' }>,
  sql: string,
): Recipe | string | undefined {
  if (notValid) return undefined;
  if (given === null) return 'the constraint has no name by which it could be validated later';
  const [on, check] = [show(name), show(given)];
  const drop = `ALTER DOMAIN ${on} DROP CONSTRAINT ${check}`;
  const safe = `${sql} NOT VALID`;
  return {
    ...BARE,
    rule: 'domain-constraint',
    safe: [safe],
    undo: drop,
    after: { up: [`ALTER DOMAIN ${on} VALIDATE CONSTRAINT ${check}`], down: [drop, safe] },
    names: [given],
  };
}

function isOnly(names: readonly Name[], name: string): boolean {
  return names.length === 1 && names[0]?.name === name;
}
