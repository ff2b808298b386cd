/** What objects of every kind have in common: a name, a comment, grants. */

/** A schema-qualified name. */
export interface QName {
  readonly schema: string;
  readonly name: string;
}

/** One grantee with its privileges, whoever granted them. */
export interface Grant {
  /** Role name, `PUBLIC`, or `OWNER` for an owner who has given up some of the own rights. */
  readonly grantee: string;
  /** Upper-case SQL words, sorted: `SELECT`, `INSERT`, … */
  readonly privileges: readonly string[];
  /** Those of the privileges that the grantee may pass on. */
  readonly grantable: readonly string[];
}

/** What every object can have. */
export interface Described {
  readonly comment: string | null;
  /** Only when the Snapshot was read with owners. */
  readonly owner?: string;
  /** Null: PostgreSQL's built-in defaults hold. The owner's own full rights are left out. */
  readonly grants?: readonly Grant[] | null;
}
