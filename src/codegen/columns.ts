/**
 * One column of a Snapshot as TypeScript claims: what it reads as, what may be written, whether it may be NULL. Here the
 * catalog's facts (types, domains, constraints) meet; names of unions and brands are given by model.ts.
 */
import type { Column, QName, Table, TypeSource, UserType } from '../catalog/type-source.ts';
import { rememberingParser } from './expression.ts';
import { both, bothFacts, type Facts, type FactsByColumn, factsOf } from './facts.ts';
import { foreignBase, isKnownText } from './foreign-types.ts';
import type { ValueClass } from './value-class.ts';

/** What stands behind a type name once domains are followed to their base, as the driver does. */
export interface ResolvedType {
  /** Base type: of an element when `dimensions` is 1. */
  readonly name: QName;
  /** format_type() of the base. */
  readonly text: string;
  readonly dimensions: 0 | 1;
  readonly userType: UserType | undefined;
  /** Domains passed on the way, outermost first. */
  readonly domains: readonly (UserType & { kind: 'domain' })[];
  /** Facts that the domains' checks give. */
  readonly facts: Facts;
  readonly valueClass: ValueClass;
  /** Of a schema that was not read: a domain perhaps, whose values the driver parses as its base's. */
  readonly unread?: true;
}

/** Looks types up by schema and name, and remembers what it resolved. */
export class TypeResolver {
  readonly #types: ReadonlyMap<string, UserType>;
  readonly #read: ReadonlySet<string> | undefined;
  readonly #resolved = new Map<string, ResolvedType>();
  readonly parse = rememberingParser();

  /** `schemas`: those that the Snapshot was read from. Default: nothing is taken for unread. */
  constructor(snapshot: TypeSource, schemas?: readonly string[]) {
    this.#read = schemas && new Set(schemas);
    this.#types = new Map(snapshot.types.map((type) => [key(type), type]));
  }

  resolve(column: Pick<Column, 'type' | 'typeName' | 'dimensions' | 'collation'>): ResolvedType {
    const id = `${key(column.typeName)} ${column.type} ${column.dimensions} ${column.collation?.schema ?? ''}`;
    const known = this.#resolved.get(id);
    if (known) return known;
    const resolved = this.#resolve(column.typeName, column.type, column.dimensions, isOwnCollation(column.collation));
    this.#resolved.set(id, resolved);
    return resolved;
  }

  /** `loose`: a collation made by a user is in force, which may call different strings equal. */
  #resolve(name: QName, text: string, dimensions: 0 | 1, loose: boolean): ResolvedType {
    const type = this.#types.get(key(name));
    if (type?.kind !== 'domain' || dimensions === 1) {
      const base = type === undefined && dimensions === 0 ? foreignBase(name) : undefined;
      if (base !== undefined) return this.#resolve(base, '', 0, loose);
      const valueClass = classify(name, text, dimensions, type, loose);
      const plain = { name, text, dimensions, userType: type, domains: [], facts: {}, valueClass };
      return type === undefined && dimensions === 0 && this.#isUnread(name) ? { ...plain, unread: true } : plain;
    }
    const base = this.#resolve(type.baseType, type.base, type.dimensions, loose || isOwnCollation(type.collation));
    const facts = type.checks
      .filter((check) => check.validated)
      .map((check) => factsOf(check.expression, () => base.valueClass).get('VALUE') ?? {})
      .reduce(bothFacts, base.facts);
    const { notNull } = type;
    return { ...base, domains: [type, ...base.domains], facts: notNull ? { ...facts, notNull } : facts };
  }

  #isUnread(name: QName): boolean {
    if (name.schema === 'pg_catalog' || this.#read === undefined) return false;
    return !this.#read.has(name.schema) && !isKnownText(name);
  }
}

export function key(name: QName): string {
  return `${name.schema}\0${name.name}`;
}

/** Collations of pg_catalog are all deterministic: equal strings are identical. */
function isOwnCollation(collation: QName | null): boolean {
  return collation !== null && collation.schema !== 'pg_catalog';
}

function classify(
  name: QName,
  text: string,
  dimensions: 0 | 1,
  type: UserType | undefined,
  loose: boolean,
): ValueClass {
  if (dimensions === 1) return { kind: 'other' };
  if (type?.kind === 'enum') return { kind: 'enum', labels: type.labels, type: text };
  if (name.schema !== 'pg_catalog') return { kind: 'other' };
  switch (name.name) {
    case 'text':
    case 'varchar':
    case 'name':
    case 'char':
      return { kind: loose ? 'other' : 'text' };
    case 'bpchar': {
      const length = /\((\d+)\)$/.exec(text)?.[1];
      return length === undefined || loose ? { kind: 'other' } : { kind: 'padded', length: Number(length) };
    }
    case 'int2':
    case 'int4':
      return { kind: 'integer' };
    case 'int8':
      return { kind: 'bigint' };
    case 'bool':
      return { kind: 'boolean' };
    case 'float4':
    case 'float8':
      return { kind: 'number' };
    case 'numeric':
      return { kind: 'numeric' };
    default:
      return { kind: 'other' };
  }
}

/** How values of the table's columns compare, for the reading of its CHECKs. */
export function classesOf(table: Table, types: TypeResolver): (column: string) => ValueClass {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  return (name) => {
    const column = columns.get(name);
    return column ? types.resolve(column).valueClass : { kind: 'other' };
  };
}

/**
 * Facts about every row that reading the table can return. Left out: what is not validated or not enforced, checks of
 * foreign tables (nobody checks them here), and NO INHERIT checks of a table whose children are read with it.
 * `children`: partitions and heirs, theirs included.
 */
export function tableFacts(table: Table, types: TypeResolver, children: readonly Table[]): FactsByColumn {
  if (table.kind === 'foreign table' || children.some(({ kind }) => kind === 'foreign table')) return new Map();
  const classOf = classesOf(table, types);
  let facts: FactsByColumn = new Map();
  for (const constraint of table.constraints) {
    if (constraint.kind !== 'check' || !constraint.validated || !constraint.enforced) continue;
    if (constraint.noInherit && children.length > 0) continue;
    facts = both(facts, factsOf(constraint.expression, classOf, types.parse));
  }
  return facts;
}

/** How a column may be given when a row is made. */
export function insertMode(column: Column, resolved: ResolvedType, facts: Facts): 'required' | 'optional' | 'never' {
  if (column.generated !== null || column.identity === 'always') return 'never';
  if (column.identity !== null || hasDefault(column, resolved)) return 'optional';
  return column.notNull || facts.notNull ? 'required' : 'optional';
}

/** A column's own default, `DEFAULT NULL` included, hides its domain's. */
function hasDefault(column: Column, { domains }: ResolvedType): boolean {
  const text = column.default ?? domains.find((domain) => domain.default !== null)?.default ?? null;
  return text !== null && !/^NULL(::.*)?$/s.test(text);
}
