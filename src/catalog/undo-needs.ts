/**
 * What must be there before an object can be made, and gone before it can go. Ranks of kinds cannot tell it of a view upon a view,
 * a function of a table's rows, a table that refers to a table. The Snapshot keeps no dependencies, but its texts are deparsed
 * with qualified names, which say the same. A name that only looks like one moves an object, and harms nothing.
 */
import { qname, unquoted } from '../base/ident.ts';
import type { Change } from './change.ts';
import type { Routine } from './model.ts';

/** Those of one action, in the order of `changes` where nothing needs another. */
export function inNeedOrder(changes: readonly Change[], action: 'add' | 'drop'): readonly Change[] {
  const first = action === 'drop' ? neededBy(changes) : turned(neededBy(changes));
  const seen = new Set<Change>();
  const ordered: Change[] = [];
  const visit = (change: Change): void => {
    if (seen.has(change)) return;
    seen.add(change);
    for (const other of first.get(change) ?? []) visit(other);
    ordered.push(change);
  };
  for (const change of changes) visit(change);
  return ordered;
}

type Needs = ReadonlyMap<Change, readonly Change[]>;

/** A table that is there is found by its columns that are not. */
function neededBy(changes: readonly Change[]): Needs {
  const named = new Map<string, Change[]>();
  for (const change of changes) {
    const key = keyOf(change);
    if (key !== null) named.set(key, [...(named.get(key) ?? []), change]);
  }
  const others = (change: Change): readonly Change[] =>
    [...namesIn(textOf(change))].flatMap((key) => named.get(key) ?? []).filter((other) => other !== change);
  return new Map(changes.map((change) => [change, others(change)]));
}

function turned(needs: Needs): Needs {
  const back = new Map<Change, Change[]>();
  for (const [change, others] of needs) {
    for (const other of others) {
      const list = back.get(other) ?? [];
      list.push(change);
      back.set(other, list);
    }
  }
  return back;
}

function described(change: Change): Extract<Change, { action: 'add' }>['after'] {
  return change.action === 'add' ? change.after : change.before;
}

function keyOf(change: Change): string | null {
  if (change.object === 'column' && change.parent) return qname(change.parent.schema, change.parent.name);
  const value = described(change);
  return change.parent === null && 'schema' in value && 'name' in value ? qname(`${value.schema}`, value.name) : null;
}

/** A sequence is made before the column that owns it; a body in quotes is not looked into but by LANGUAGE sql. */
function textOf(change: Change): string {
  if (change.object === 'sequence') return '';
  const value = described(change);
  if (change.object !== 'routine') return texts(value);
  const { language, parameters, returnType, returns } = value as Routine;
  return language === 'sql' ? texts(value) : texts([parameters, returnType, returns]);
}

function texts(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const { schema, name } = value as { readonly schema?: unknown; readonly name?: unknown };
  const own = typeof schema === 'string' && typeof name === 'string' ? [qname(schema, name)] : [];
  const inside = Object.entries(value).map(([field, one]) => (field === 'comment' ? '' : texts(one)));
  return [...own, ...inside].join('\n');
}

const NAME = /("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\.("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)/gu;

function namesIn(text: string): ReadonlySet<string> {
  return new Set(
    Array.from(text.matchAll(NAME), ([, schema = '', name = '']) => qname(unquoted(schema), unquoted(name))),
  );
}
