/**
 * Makes the model that every output is written from: relations with their TypeScript claims, unions and brands with
 * their names. Pure: Snapshot in, model out. TypeScript, Kysely and JSON Schema differ only in how they print it.
 */
import type { Column, QName, Snapshot, Table, UserType, View } from '../catalog/model.ts';
import { type BrandRoot, Brands } from './brands.ts';
import { insertMode, isNullable, key, type ResolvedType, TypeResolver, tableFacts } from './columns.ts';
import { bothFacts, type Facts, type FactsByColumn } from './facts.ts';
import { literalText, NameRegistry, pascal, singular } from './names.ts';
import {
  type Brand,
  newName,
  patchName,
  rowName,
  type TypedColumn,
  type TypedRelation,
  type TypeModel,
  type TypeOptions,
  type Union,
} from './type-model.ts';
import { arrayType, type Mapped, scalarType } from './typemap.ts';
import type { Value } from './value-class.ts';

export function typeModel(snapshot: Snapshot, options: TypeOptions): TypeModel {
  return new ModelBuilder(snapshot, options).build();
}

class ModelBuilder {
  readonly #snapshot: Snapshot;
  readonly #options: TypeOptions;
  readonly #types: TypeResolver;
  readonly #names = new NameRegistry();
  readonly #tables: readonly Table[];
  readonly #parents: ReadonlySet<string>;
  readonly #entities = new Map<string, string>();
  readonly #brandNames = new Map<BrandRoot['column'], Brand>();
  readonly #typeUnions = new Map<string, Union>();
  readonly #unions: Union[] = [];
  readonly #roots: Brands;

  constructor(snapshot: Snapshot, options: TypeOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
    this.#types = new TypeResolver(snapshot);
    // A partition has its parent's rows; whoever reads it gets the parent's type.
    this.#tables = snapshot.tables.filter((table) => table.parents.every((parent) => parent.bound === null));
    this.#parents = new Set(snapshot.tables.flatMap((table) => table.parents.map(key)));
    this.#roots = new Brands(this.#tables, this.#types);
  }

  /** Names are claimed in a fixed order, so that the same schema always gives the same names. */
  build(): TypeModel {
    const sources = [...this.#tables, ...this.#snapshot.views];
    for (const source of sources) this.#entities.set(key(source), this.#claimEntity(source));
    for (const type of this.#snapshot.types) this.#claimTypeUnion(type);
    const relations = sources.map((source) => {
      const entity = this.#entities.get(key(source)) ?? '';
      return 'constraints' in source ? this.#table(source, entity) : this.#view(source, entity);
    });
    return { relations, unions: this.#unions, brands: [...this.#brandNames.values()] };
  }

  #claimEntity(source: Table | View): string {
    const prefix = this.#prefix(source);
    return this.#names.claim(
      [prefix + pascal(singular(source.name)), prefix + pascal(source.name)],
      [rowName, newName, patchName],
    );
  }

  #prefix({ schema }: QName): string {
    return schema === (this.#options.schemas[0] ?? 'public') ? '' : pascal(schema);
  }

  #dotted(name: QName): string {
    return this.#prefix(name) === '' ? name.name : `${name.schema}.${name.name}`;
  }

  #claimTypeUnion(type: UserType): void {
    const values = this.#valuesOf(type);
    if (!values?.length) return;
    const base = this.#prefix(type) + pascal(type.name);
    const origin = `${type.kind} ${type.schema}.${type.name}`;
    const union = this.#union([base, base + pascal(type.kind)], values, origin, type.comment);
    this.#typeUnions.set(key(type), union);
  }

  #valuesOf(type: UserType): readonly Value[] | undefined {
    if (type.kind === 'enum') return type.labels;
    if (type.kind !== 'domain') return undefined;
    const { facts } = this.#types.resolve({ type: '', typeName: type, dimensions: 0, collation: null });
    return named(facts.values) ? facts.values : undefined;
  }

  #union(bases: readonly string[], values: readonly Value[], origin: string, comment: string | null): Union {
    const name = this.#names.claim(bases);
    const union = { name, values, origin, comment };
    this.#unions.push(union);
    return union;
  }

  #table(table: Table, entity: string): TypedRelation {
    const isParent = this.#parents.has(key(table));
    const checks = tableFacts(table, this.#types, isParent);
    const keys = keyColumns(table);
    const columns = table.columns.map((column): TypedColumn => {
      const type = this.#types.resolve(column);
      const facts = this.#facts(column, type, checks);
      const brand = keys.has(column.name) ? this.#brand(table, column) : null;
      const { read, write } = brand ?? this.#mapped(table, entity, column, type, facts, checks);
      // Written out, without spreads: with 24,000 columns it is a tenth of the whole time.
      return {
        name: column.name,
        comment: column.comment,
        declared: column.type,
        type,
        facts,
        read,
        write,
        nullable: isNullable(table, column, facts, isParent),
        writesNull: !column.notNull && !facts.notNull,
        insert: insertMode(column, type, facts),
        update: column.generated !== null || column.identity === 'always' ? 'never' : 'optional',
      };
    });
    return { ...identity(table, entity), label: this.#dotted(table), kind: table.kind, columns, writable: true };
  }

  #view(view: View, entity: string): TypedRelation {
    const columns = view.columns.map((column): TypedColumn => {
      const type = this.#types.resolve(column);
      // A domain's NOT NULL does not hold in an outer join, nor does a check of its value say anything about NULL.
      const { notNull: _, ...facts } = type.facts;
      const { read, write } = this.#mapped(view, entity, column, type, facts, new Map());
      return {
        name: column.name,
        comment: column.comment,
        declared: column.type,
        type,
        facts,
        read,
        write,
        nullable: true,
        writesNull: false,
        insert: 'never',
        update: 'never',
      };
    });
    return { ...identity(view, entity), label: this.#dotted(view), kind: view.kind, columns, writable: false };
  }

  #facts(column: Column, type: ResolvedType, checks: FactsByColumn): Facts {
    const own = checks.get(column.name);
    return own ? bothFacts(type.facts, own) : type.facts;
  }

  #brand(table: Table, column: Column): Mapped | null {
    const root = this.#options.brandedIds ? this.#roots.rootOf(table, column) : null;
    if (root === null) return null;
    const known = this.#brandNames.get(root.column) ?? this.#claimBrand(root);
    return { read: known.name, write: known.name };
  }

  /** `UserId` for users.id and for users.user_id alike. */
  #claimBrand({ table, column }: BrandRoot): Brand {
    const entity = this.#entities.get(key(table)) ?? '';
    const suffix = pascal(column.name);
    const name = this.#names.claim([suffix.startsWith(entity) ? suffix : entity + suffix, `${entity}${suffix}Key`]);
    const base = scalarType(this.#types.resolve(column).name).read;
    const brand = { name, base, key: `${this.#dotted(table)}.${column.name}` };
    this.#brandNames.set(column, brand);
    return brand;
  }

  #mapped(
    relation: QName,
    entity: string,
    column: Column,
    type: ResolvedType,
    facts: Facts,
    checks: FactsByColumn,
  ): Mapped {
    if (type.dimensions === 1) return this.#array(type, facts);
    const { values } = facts;
    const shared = [...type.domains, ...(type.userType ? [type.userType] : [])]
      .map((named) => this.#typeUnions.get(key(named)))
      .find((union) => union !== undefined);
    if (shared && (values === undefined || sameValues(shared.values, values))) return both(shared.name);
    if (values?.length === 0) return both('never');
    if (named(values) && checks.has(column.name)) {
      const origin = `check of ${relation.schema}.${relation.name}.${column.name}`;
      return both(this.#union([entity + pascal(column.name)], values, origin, null).name);
    }
    if (values) return both(values.map(literalText).join(' | '));
    const mapped = scalarType(type.name);
    return facts.finite || !this.#options.infinity ? finite(mapped) : mapped;
  }

  #array(type: ResolvedType, facts: Facts): Mapped {
    const element = this.#types.resolve({ type: '', typeName: type.name, dimensions: 0, collation: null });
    const union = this.#typeUnions.get(key(type.name));
    const write = union?.name ?? scalarType(element.name).write;
    const mapped = arrayType(type.name, { fullElements: facts.fullElements ?? false, element: write });
    return this.#options.infinity ? mapped : finite(mapped);
  }
}

/** Columns that can have a brand: those of primary and foreign keys. */
function keyColumns({ constraints }: Table): ReadonlySet<string> {
  return new Set(constraints.flatMap((c) => (c.kind === 'primary key' || c.kind === 'foreign key' ? c.columns : [])));
}

function identity(source: Table | View, entity: string) {
  return { schema: source.schema, name: source.name, comment: source.comment, entity };
}

/** Sets worth a name: not booleans, not the empty set. */
function named(values: readonly Value[] | undefined): values is readonly Value[] {
  return values !== undefined && values.length > 0 && typeof values[0] !== 'boolean';
}

function both(text: string): Mapped {
  return { read: text, write: text };
}

function finite({ read, write }: Mapped): Mapped {
  return { read: read.replace('PgDate', 'Date'), write: write.replace('PgDate', 'Date') };
}

function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}
