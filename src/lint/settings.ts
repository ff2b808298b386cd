/** SET, RESET and set_config() as Actions. */
import type { Action } from './action.ts';
import { list, type Node, nodesOf, record, stringOf, text } from './tree.ts';

export function setting(body: Node): readonly Action[] {
  const values = list(body.args).map(({ A_Const }) => constant(record(A_Const)));
  const given = body.kind === 'VAR_SET_VALUE';
  if (body.kind === 'VAR_RESET_ALL' || body.name === 'search_path') {
    if (!given) return [{ kind: 'set search path', schemas: 'default' }];
    return [{ kind: 'set search path', schemas: path(values) }];
  }
  // SET TRANSACTION and the like have no name.
  const value = given ? (values[0] ?? '') : null;
  return [{ kind: 'set', name: text(body.name) ?? '', value, local: body.is_local === true }];
}

/** `SELECT set_config('search_path', …)`, as pg_dump writes it, or of another setting; null: it is none. */
export function configured({ targetList }: Node): readonly Action[] | null {
  for (const { funcname, args } of nodesOf(targetList, 'FuncCall')) {
    if (stringOf(list(funcname).at(-1) ?? {}) !== 'set_config') continue;
    const [name = null, value = null, local] = list(args).map(({ A_Const }) => constant(record(A_Const)));
    if (name !== null && name !== 'search_path')
      return [{ kind: 'set', name, value: value ?? '', local: local === 'true' }];
    if (name === 'search_path') {
      const parts = value?.split(',').map((part) => part.trim().replaceAll('"', '')) ?? [null];
      return [{ kind: 'set search path', schemas: path(parts) }];
    }
  }
  return null;
}

/** `$user` has hardly ever a schema of its own. */
function path(names: readonly (string | null)[]): readonly string[] | null {
  const known = names.flatMap((name) => (name === null || name === '' || name === '$user' ? [] : [name]));
  return names.includes(null) ? null : known;
}

/** A zero and a false are left out of the tree; null: it is no constant. */
function constant(value: Node): string | null {
  const { ival, fval, sval, boolval } = value;
  if (sval) return text(record(sval).sval) ?? '';
  if (ival) return String(record(ival).ival ?? 0);
  if (fval) return text(record(fval).fval) ?? '';
  return boolval ? String(record(boolval).boolval === true) : null;
}
