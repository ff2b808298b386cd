/** The same statement in its safe form, out of its own text: what is written anew loses what nobody thought of. */
import type { AddedConstraint, Name } from './action.ts';
import { show } from './rule.ts';

const CREATE_INDEX = /^(create\s+(?:unique\s+)?index)\b(?!\s+concurrently\b)/i;

export function concurrently(sql: string): string {
  return sql.replace(CREATE_INDEX, '$1 CONCURRENTLY');
}

/** An unnamed constraint gets the name that PostgreSQL would give it: the later statements need one. */
export function notValid(sql: string, { name }: AddedConstraint, constraint: string): string {
  const safe = `${sql} NOT VALID`;
  return name === null
    ? safe.replace(/\badd\s+(?=check|foreign|unique|primary)/i, `ADD CONSTRAINT ${constraint} `)
    : safe;
}

const KEY =
  /\b(?:unique|primary\s+key)\s*(nulls\s+(?:not\s+)?distinct\s*)?\(([^()]*)\)\s*(include\s*\([^()]*\)\s*)?((?:(?:not\s+)?deferrable|initially\s+\w+|\s)*)$/i;

/** An index, and the constraint that takes it over; null: the statement, which adds nothing else, says more than is understood. */
export function usingIndex(
  sql: string,
  { table, constraint, name }: { readonly table: Name; readonly constraint: AddedConstraint; readonly name: string },
): readonly [index: string, constraint: string] | null {
  const found = KEY.exec(sql);
  if (!found || /\bwithout\s+overlaps\b/i.test(sql)) return null;
  const [, nulls = '', columns = '', include = '', checked = ''] = found;
  // The name that PostgreSQL gives has the included columns in it, too.
  if (include !== '' && constraint.name === null) return null;
  const index = [`(${columns.trim()})`, include, nulls].map((part) => part.trim()).filter(Boolean);
  const [on, key] = [show(table), show(name)];
  const add = `ALTER TABLE ${on} ADD CONSTRAINT ${key} ${constraint.kind.toUpperCase()} USING INDEX ${key} ${checked.trim()}`;
  return [`CREATE UNIQUE INDEX CONCURRENTLY ${key} ON ${on} ${index.join(' ')}`, add.trim()];
}
