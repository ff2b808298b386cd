/** GRANT and REVOKE, from what is granted to what shall be. The owner's own rights are not told: a Snapshot does not name the owner. */
import { ident } from '../base/ident.ts';
import type { DefaultPrivilege, Snapshot } from './model.ts';
import type { Grant } from './object-model.ts';
import { NOTHING, type Remedy, remedy, together } from './sql-remedy.ts';

type Grants = readonly Grant[] | null | undefined;

export interface GrantTarget {
  /** `TABLE "s"."t"` */
  readonly on: string;
  /** What PUBLIC has when nothing was ever granted. */
  readonly everyone?: string | undefined;
  /** A quoted column: its privileges. */
  readonly column?: string | undefined;
  /** What stands before GRANT and REVOKE: of default privileges. */
  readonly prefix?: string | undefined;
}

/** From the grants that are there to the promised ones. */
export function grantSql(target: GrantTarget, promised: Grants, live: Grants): Remedy {
  const [wanted, found] = [held(promised, target), held(live, target)];
  const sql: string[] = [];
  for (const [grantee, { privileges, grantable }] of found) {
    const keep = wanted.get(grantee);
    const gone = privileges.filter((one) => !keep?.privileges.includes(one));
    const kept = grantable.filter((one) => !gone.includes(one) && !keep?.grantable.includes(one));
    if (gone.length > 0) sql.push(`REVOKE ${list(gone, target)} FROM ${roleOf(grantee)}`);
    if (kept.length > 0) sql.push(`REVOKE GRANT OPTION FOR ${list(kept, target)} FROM ${roleOf(grantee)}`);
  }
  for (const [grantee, { privileges, grantable }] of wanted) {
    const has = found.get(grantee);
    const option = grantable.filter((one) => !has?.grantable.includes(one));
    const missing = privileges.filter((one) => !has?.privileges.includes(one) && !option.includes(one));
    if (missing.length > 0) sql.push(`GRANT ${list(missing, target)} TO ${roleOf(grantee)}`);
    if (option.length > 0) sql.push(`GRANT ${list(option, target)} TO ${roleOf(grantee)} WITH GRANT OPTION`);
  }
  const own = [...(promised ?? []), ...(live ?? [])].some(({ grantee }) => grantee === 'OWNER');
  const full = sql.map((one) => (target.prefix === undefined ? one : `${target.prefix} ${one}`));
  return own
    ? { sql: full, why: ['the owner gave up rights of its own: GRANT or REVOKE them by the owner’s name'] }
    : remedy(full);
}

/**
 * Of an object that is made anew. Where there are default privileges it begins with what they give, by a role that is not
 * known here: all that is taken away first, and all that was promised granted.
 */
export function newGrants(target: GrantTarget, promised: Grants, given: readonly string[] | null = null): Remedy {
  if (given === null) return promised ? grantSql(target, promised, null) : NOTHING;
  const plain = { on: target.on, column: target.column };
  const revoked = given.map((grantee) => `REVOKE ALL ON ${target.on} FROM ${roleOf(grantee)}`);
  return together(remedy(revoked), grantSql(plain, [...held(promised, target).values()], null));
}

/** Who is given something on new objects of the kind; null: there are no default privileges for it. */
export function givenOn(
  objects: DefaultPrivilege['objects'],
  schema: string,
  { defaultPrivileges }: Snapshot,
): readonly string[] | null {
  const rules = defaultPrivileges.filter((one) => one.objects === objects && (one.schema ?? schema) === schema);
  const all = rules.flatMap(({ grants }) => grants.map(({ grantee }) => grantee));
  return rules.length === 0 ? null : [...new Set(all)].filter((grantee) => grantee !== 'OWNER');
}

/** By grantee, without the owner. */
function held(grants: Grants, { everyone }: GrantTarget): ReadonlyMap<string, Grant> {
  const built = everyone === undefined ? [] : [{ grantee: 'PUBLIC', privileges: [everyone], grantable: [] }];
  const all = grants ?? built;
  return new Map(all.filter(({ grantee }) => grantee !== 'OWNER').map((grant) => [grant.grantee, grant]));
}

function list(privileges: readonly string[], { on, column }: GrantTarget): string {
  return `${privileges.map((one) => (column === undefined ? one : `${one} (${column})`)).join(', ')} ON ${on}`;
}

function roleOf(grantee: string): string {
  return grantee === 'PUBLIC' ? 'PUBLIC' : ident(grantee);
}
