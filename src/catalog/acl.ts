/**
 * Grants out of PostgreSQL's own text of an access control list (`reader=r*w/owner`): parsed here instead of
 * with aclexplode() and joins, which would cost more than all other columns of a row together.
 */
import { byCode } from '../base/canonical.ts';
import { unquoted } from '../base/ident.ts';
import type { Grant } from './object-model.ts';

/** What the list belongs to. `bare`: a list without an owner's part, as of a column. */
export type AclKind = 'table' | 'sequence' | 'routine' | 'type' | 'schema' | 'bare';

export interface AclOf {
  readonly kind: AclKind;
  readonly owner: string;
  /** As `server_version_num`: PostgreSQL 17 added MAINTAIN to an owner's rights. */
  readonly serverVersion: number;
}

const WORDS: Readonly<Record<string, string>> = {
  r: 'SELECT',
  a: 'INSERT',
  w: 'UPDATE',
  d: 'DELETE',
  D: 'TRUNCATE',
  x: 'REFERENCES',
  t: 'TRIGGER',
  m: 'MAINTAIN',
  X: 'EXECUTE',
  U: 'USAGE',
  C: 'CREATE',
};

/** The owner's full rights, and what PUBLIC has when nothing was ever granted. */
const DEFAULTS: Readonly<Record<AclKind, { readonly owner: string; readonly everyone: string }>> = {
  table: { owner: 'rawdDxtm', everyone: '' },
  sequence: { owner: 'rwU', everyone: '' },
  routine: { owner: 'X', everyone: 'X' },
  type: { owner: 'U', everyone: 'U' },
  schema: { owner: 'UC', everyone: '' },
  bare: { owner: '', everyone: '' },
};

/**
 * Null when the list grants what PostgreSQL grants by default: a list that GRANT and REVOKE have brought back to the
 * default means the same as none, and does not survive a dump either.
 */
export function grantsOf(acl: readonly string[] | null, of: AclOf): readonly Grant[] | null {
  if (acl === null) return null;
  const held = parse(acl);
  const defaults = DEFAULTS[of.kind];
  if (of.kind !== 'bare') {
    const own = held.get(of.owner) ?? { privileges: new Set(), grantable: new Set() };
    held.delete(of.owner);
    const full = [...defaults.owner].filter((letter) => letter !== 'm' || of.serverVersion >= 170_000);
    if (!full.every((letter) => own.privileges.has(word(letter)))) held.set('OWNER', own);
  }
  const grants = [...held].map(([grantee, rights]) => ({
    grantable: [...rights.grantable].sort(byCode),
    grantee,
    privileges: [...rights.privileges].sort(byCode),
  }));
  return isDefault(grants, defaults.everyone) ? null : grants.sort((a, b) => byCode(a.grantee, b.grantee));
}

function isDefault(grants: readonly Grant[], everyone: string): boolean {
  if (everyone === '') return grants.length === 0;
  const [only, more] = grants;
  if (only === undefined || more !== undefined) return false;
  return only.grantee === 'PUBLIC' && only.grantable.length === 0 && only.privileges.join() === word(everyone);
}

interface Rights {
  readonly privileges: Set<string>;
  readonly grantable: Set<string>;
}

/** By grantee; what several grantors gave the same one is put together. */
function parse(acl: readonly string[]): Map<string, Rights> {
  const held = new Map<string, Rights>();
  for (const item of acl) {
    const [, role = '', letters = ''] = /^("(?:[^"]|"")*"|[^=]*)=([^/]*)/.exec(item) ?? [];
    const grantee = role === '' ? 'PUBLIC' : unquoted(role);
    const rights = held.get(grantee) ?? { privileges: new Set(), grantable: new Set() };
    for (const [, letter = '', star] of letters.matchAll(/(\w)(\*?)/g)) {
      rights.privileges.add(word(letter));
      if (star) rights.grantable.add(word(letter));
    }
    held.set(grantee, rights);
  }
  return held;
}

/** A letter of a PostgreSQL newer than this table stays a letter: still compared, never dropped. */
function word(letter: string): string {
  return WORDS[letter] ?? letter;
}
