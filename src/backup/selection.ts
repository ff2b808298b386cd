/**
 * Single tables or schemas of a backup. The whole catalog is restored, so that every type, function and default that a
 * table needs is there, but only the chosen tables get their rows. pg_restore's own --table would leave out identities,
 * constraints and indexes, and its --schema whatever lies in another schema.
 *
 * Foreign keys from a chosen table to rows that were not chosen cannot hold: they are left out, and told.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { ident } from '../base/ident.ts';
import type { Snapshot } from '../catalog/model.ts';
import type { Table } from '../catalog/table-model.ts';
import type { Manifest } from './manifest.ts';

export interface Selection {
  /** `name`, where only one schema has such a table, or `schema.name`. A partitioned table stands for its partitions. */
  readonly tables: readonly string[];
  readonly schemas: readonly string[];
}

/** What a restored database shall be. */
export interface Expected {
  readonly manifest: Manifest;
  readonly snapshot: Snapshot;
  /** Whether a line of `pg_restore --list` is restored; null: all are. */
  readonly restores: ((line: string) => boolean) | null;
  /** What was left out. */
  readonly findings: readonly Finding[];
}

/** Throws RESTORE_SELECTION when the backup has no such table or schema. */
export function select(manifest: Manifest, snapshot: Snapshot, selection: Selection): Expected {
  const chosen = chosenTables(snapshot, selection);
  const names = new Set([...chosen].map(keyOf));
  const cut = snapshot.tables.flatMap((table) => cutKeys(table, snapshot, names));
  const hashed = manifest.contents.tables.some((table) => table.checksum !== null);
  const none = hashed ? '0' : null;
  const contents = {
    ...manifest.contents,
    tables: manifest.contents.tables.map((one) => (names.has(keyOf(one)) ? one : { ...one, rows: 0, checksum: none })),
    large_objects: { count: 0, checksum: manifest.contents.large_objects.checksum === null ? null : '0' },
  };
  return {
    // The log may be among the tables without rows.
    manifest: { ...manifest, contents, audit_head: undefined },
    snapshot: {
      ...snapshot,
      tables: snapshot.tables.map((table) => withoutKeys(table, cut)),
      unmodelled: snapshot.unmodelled.filter(({ kind }) => kind !== 'large objects'),
    },
    restores: lineFilter(chosen, cut),
    findings: cut.map(leftOut),
  };
}

interface Named {
  readonly schema: string;
  readonly name: string;
}

function keyOf({ schema, name }: Named): string {
  return JSON.stringify([schema, name]);
}

/** The tables that hold rows, partitions in place of their parents. */
function chosenTables(snapshot: Snapshot, { tables, schemas }: Selection): ReadonlySet<Table> {
  const roots = [
    ...tables.map((text) => tableCalled(snapshot, text)),
    ...schemas.flatMap((schema) => tablesIn(snapshot, schema)),
  ];
  return new Set(roots.flatMap((table) => leavesOf(table, snapshot)));
}

function tableCalled(snapshot: Snapshot, text: string): Table {
  const found = snapshot.tables.filter(({ schema, name }) => name === text || `${schema}.${name}` === text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new ToolError('RESTORE_SELECTION', `${only ? 'more than one' : 'no'} table of the backup is called "${text}"`, {
    ...(only ? { detail: found.map(({ schema, name }) => `${schema}.${name}`).join(', ') } : {}),
    hint: only ? 'Put the schema before it: --table schema.name' : 'The tables of a backup are in its manifest.json.',
  });
}

function tablesIn(snapshot: Snapshot, schema: string): readonly Table[] {
  if (snapshot.schemas.some(({ name }) => name === schema))
    return snapshot.tables.filter((one) => one.schema === schema);
  const known = snapshot.schemas.map(({ name }) => name).join(', ');
  throw new ToolError('RESTORE_SELECTION', `the backup has no schema "${schema}"`, { hint: `It has: ${known}.` });
}

function leavesOf(table: Table, snapshot: Snapshot): readonly Table[] {
  if (table.kind !== 'partitioned table') return [table];
  return snapshot.tables
    .filter(({ parents }) => parents.some((parent) => parent.bound !== null && keyOf(parent) === keyOf(table)))
    .flatMap((partition) => leavesOf(partition, snapshot));
}

interface CutKey {
  readonly table: Table;
  readonly key: string;
  readonly references: Named;
}

/** Foreign keys of a table whose rows are there to tables of which some rows are not. */
function cutKeys(table: Table, snapshot: Snapshot, chosen: ReadonlySet<string>): readonly CutKey[] {
  const filled = leavesOf(table, snapshot).some((leaf) => chosen.has(keyOf(leaf)));
  if (!filled) return [];
  return table.constraints.flatMap((constraint) => {
    if (constraint.kind !== 'foreign key') return [];
    const { references } = constraint;
    const parent = snapshot.tables.find((one) => keyOf(one) === keyOf(references));
    const whole = parent !== undefined && leavesOf(parent, snapshot).every((leaf) => chosen.has(keyOf(leaf)));
    return whole ? [] : [{ table, key: constraint.name, references }];
  });
}

function withoutKeys(table: Table, cut: readonly CutKey[]): Table {
  const gone = new Set(cut.filter((one) => one.table === table).map(({ key }) => key));
  return gone.size === 0 ? table : { ...table, constraints: table.constraints.filter(({ name }) => !gone.has(name)) };
}

/** Lines are `<id>; <catalog> <oid> <what> <schema> <name> <owner>`, with names as they are, unquoted. */
function lineFilter(chosen: ReadonlySet<Table>, cut: readonly CutKey[]): (line: string) => boolean {
  const data = new Set([...chosen].map(({ schema, name, owner = '' }) => `${schema} ${name} ${owner}`));
  const keys = new Set(cut.map(({ table, key }) => `${table.schema} ${table.name} ${key} ${table.owner ?? ''}`));
  const comments = new Set(cut.flatMap(commentTags));
  return (line) => {
    const [, what = '', rest = ''] =
      /^\d+; \d+ \d+ (TABLE DATA|FK CONSTRAINT|COMMENT|ACL|BLOBS?|[A-Z ]+?DATA) (.*)$/.exec(line) ?? [];
    if (what === 'TABLE DATA') return data.has(rest);
    if (what === 'FK CONSTRAINT') return !keys.has(rest);
    if (what === 'COMMENT') return !comments.has(rest) && !rest.startsWith('- LARGE OBJECT');
    if (what === 'ACL') return !rest.startsWith('- LARGE OBJECT');
    // Large objects, and materialized views, which would be computed from tables that are empty here.
    return what === '';
  };
}

/** pg_dump quotes the names in the entry of a comment where SQL wants it. */
function commentTags({ table, key }: CutKey): readonly string[] {
  const forms = (name: string): readonly string[] => [name, ident(name)];
  return forms(key).flatMap((one) =>
    forms(table.name).map((other) => `${table.schema} CONSTRAINT ${one} ON ${other} ${table.owner ?? ''}`),
  );
}

function leftOut({ table, key, references }: CutKey): Finding {
  return finding({
    code: 'restore/left-out',
    level: 'warning',
    subject: `foreign key ${table.schema}.${table.name}.${key}`,
    message: `left out: the rows of ${references.schema}.${references.name} are not there`,
    hint: `To have it, restore that table too: --table ${references.schema}.${references.name}`,
  });
}
