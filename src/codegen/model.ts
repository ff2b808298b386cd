/**
 * Makes the model that every output is written from: relations with their TypeScript claims, unions and brands with
 * their names. Pure: Snapshot in, model out. TypeScript, Kysely and JSON Schema differ only in how they print it.
 */
import type { Column, QName, Table, TypeSource, View } from '../catalog/type-source.ts';
import { type BrandRoot, Brands } from './brands.ts';
import { insertMode, key, type ResolvedType, TypeResolver, tableFacts } from './columns.ts';
import { type Document, documentName, type JsonSchema, schemaPath } from './documents.ts';
import { bothFacts, type Facts, type FactsByColumn } from './facts.ts';
import { Inheritance } from './inheritance.ts';
import { TypeMapper, type UnionPlace } from './mapper.ts';
import { NameRegistry, pascal, singular } from './names.ts';
import { typedRoutines } from './routines.ts';
import { documentForms } from './schema-types.ts';
import {
  type Brand,
  newName,
  patchName,
  rowName,
  type TypedColumn,
  type TypedComposite,
  type TypedRelation,
  type TypeModel,
  type TypeOptions,
} from './type-model.ts';
import type { Mapped } from './typemap.ts';
import { type ColumnOf, canBeNull, sourceOf } from './view-nulls.ts';
import { viewOrigins } from './view-query.ts';
import { type Origin, UNKNOWN } from './view-values.ts';

export function typeModel(snapshot: TypeSource, options: TypeOptions): TypeModel {
  return new ModelBuilder(snapshot, options).build();
}

class ModelBuilder {
  readonly #snapshot: TypeSource;
  readonly #options: TypeOptions;
  readonly #mapper: TypeMapper;
  readonly #types: TypeResolver;
  readonly #names: NameRegistry;
  readonly #tables: readonly Table[];
  readonly #inheritance: Inheritance;
  readonly #views: ReadonlyMap<string, View>;
  readonly #columns = new Map<string, readonly TypedColumn[]>();
  readonly #entities = new Map<string, string>();
  readonly #brandNames = new Map<BrandRoot['column'], Brand>();
  readonly #documents = new Map<string, Document>();
  readonly #roots: Brands;

  constructor(snapshot: TypeSource, options: TypeOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
    this.#names = new NameRegistry(Object.values(options.errors ?? {}).map((name) => `${name}Error`));
    this.#types = new TypeResolver(snapshot, options.schemas);
    this.#mapper = new TypeMapper(this.#types, options, this.#names);
    // A partition has its parent's rows; whoever reads it gets the parent's type.
    this.#tables = snapshot.tables.filter((table) => table.parents.every((parent) => parent.bound === null));
    this.#views = new Map(snapshot.views.map((view) => [key(view), view]));
    this.#inheritance = new Inheritance(snapshot.tables);
    this.#roots = new Brands(this.#tables, this.#types);
  }

  /** Names are claimed in a fixed order, so that the same schema always gives the same names. */
  build(): TypeModel {
    const sources = [...this.#tables, ...this.#snapshot.views];
    for (const source of sources) this.#entities.set(key(source), this.#claimEntity(source));
    for (const [path, schema] of this.#options.documents ?? []) this.#claimDocument(path, schema);
    for (const type of this.#snapshot.types) this.#mapper.claimTypeUnion(type);
    const composites = this.#composites();
    const relations = sources.map((source) => {
      const entity = this.#entities.get(key(source)) ?? '';
      return 'constraints' in source ? this.#table(source, entity) : this.#view(source, entity);
    });
    const routines = typedRoutines({
      snapshot: this.#snapshot,
      types: this.#types,
      mapper: this.#mapper,
      names: this.#names,
      entities: this.#entities,
    });
    const { unions } = this.#mapper;
    const [brands, documents] = [[...this.#brandNames.values()], [...this.#documents.values()]];
    return { relations, routines, unions, composites, brands, documents };
  }

  #claimDocument(path: string, schema: JsonSchema): void {
    const name = this.#names.claim([documentName(path)], documentForms(schema));
    this.#documents.set(path, { path, name, schema });
  }

  #documentOf({ comment }: Column): Document | null {
    return this.#documents.get(schemaPath(comment) ?? '') ?? null;
  }

  /** They may hold each other: all have their names before one is mapped. */
  #composites(): readonly TypedComposite[] {
    const types = this.#snapshot.types.flatMap((type) => (type.kind === 'composite' ? [type] : []));
    const named = types.map((type) => ({ type, entity: this.#mapper.claimComposite(type) }));
    return named.map(({ type: { schema, name, comment, columns }, entity }) => {
      const fields = columns.map((column) => {
        const type = this.#types.resolve(column);
        const { read } = this.#mapper.mapped(type, type.facts, null);
        return { name: column.name, read, type, comment: column.comment };
      });
      return { schema, name, comment, entity, columns: fields };
    });
  }

  #claimEntity(source: Table | View): string {
    const prefix = this.#mapper.prefix(source);
    return this.#names.claim(
      [prefix + pascal(singular(source.name)), prefix + pascal(source.name)],
      [rowName, newName, patchName],
    );
  }

  #dotted(name: QName): string {
    return this.#mapper.prefix(name) === '' ? name.name : `${name.schema}.${name.name}`;
  }

  #table(table: Table, entity: string): TypedRelation {
    const checks = tableFacts(table, this.#types, this.#inheritance.children(table));
    const keys = keyColumns(table);
    const columns = table.columns.map((column): TypedColumn => {
      const type = this.#types.resolve(column);
      const facts = this.#facts(column, type, checks);
      const brand = keys.has(column.name) ? this.#brand(table, column) : null;
      const place = checks.has(column.name) ? checkPlace(table, entity, column) : null;
      const document = this.#documentOf(column);
      const { read, write } = brand ?? (document ? documentType(document) : this.#mapper.mapped(type, facts, place));
      // A domain's NOT NULL does not count: what an empty subquery gives is a NULL that the server takes for one of its values.
      // Written out, without spreads: with 24,000 columns it is a tenth of the whole time.
      return {
        name: column.name,
        comment: column.comment,
        declared: column.type,
        type,
        facts,
        read,
        write,
        nullable: !checks.get(column.name)?.notNull && !this.#inheritance.keepsNullOut(table, column),
        writesNull: !column.notNull && !facts.notNull,
        insert: insertMode(column, type, facts),
        update: column.generated !== null || column.identity === 'always' ? 'never' : 'optional',
        document,
      };
    });
    this.#columns.set(key(table), columns);
    return { ...identity(table, entity), label: this.#dotted(table), kind: table.kind, columns, writable: true };
  }

  #view(view: View, entity: string): TypedRelation {
    const columns = this.#viewColumns(view);
    return { ...identity(view, entity), label: this.#dotted(view), kind: view.kind, columns, writable: false };
  }

  /** Views may stand on others that come later by name. */
  #viewColumns(view: View): readonly TypedColumn[] {
    const known = this.#columns.get(key(view));
    if (known !== undefined) return known;
    this.#columns.set(key(view), []);
    // What a materialized view holds may be older than the constraints of its sources.
    const origins = view.kind === 'view' ? viewOrigins(view) : [];
    const columns = view.columns.map((column, at) => this.#viewColumn(column, origins[at] ?? UNKNOWN));
    this.#columns.set(key(view), columns);
    return columns;
  }

  readonly #columnOf: ColumnOf = (relation, column) => {
    const view = this.#views.get(key(relation));
    const columns = view ? this.#viewColumns(view) : this.#columns.get(key(relation));
    return columns?.find(({ name }) => name === column);
  };

  #viewColumn(column: Column, origin: Origin): TypedColumn {
    const { name, comment, type: declared } = column;
    const never = { writesNull: false, insert: 'never', update: 'never' } as const;
    const nullable = canBeNull(origin, this.#columnOf);
    const source = sourceOf(origin, this.#columnOf);
    if (source?.declared === declared) return { ...source, ...never, name, comment, nullable };
    const type = this.#types.resolve(column);
    // A domain's NOT NULL does not hold in an outer join, nor does a check of its value say anything about NULL.
    const { notNull: _, ...facts } = type.facts;
    const document = this.#documentOf(column);
    const { read, write } = document ? documentType(document) : this.#mapper.mapped(type, facts, null);
    return { name, comment, declared, type, facts, read, write, nullable, document, ...never };
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
    const base = this.#mapper.keyType(this.#types.resolve(column));
    const brand = { name, base, key: `${this.#dotted(table)}.${column.name}` };
    this.#brandNames.set(column, brand);
    return brand;
  }
}

/** Columns that can have a brand: those of primary and foreign keys. */
function keyColumns({ constraints }: Table): ReadonlySet<string> {
  return new Set(constraints.flatMap((c) => (c.kind === 'primary key' || c.kind === 'foreign key' ? c.columns : [])));
}

/** An array at the top would be sent as PostgreSQL's: as JSON text it arrives. */
function documentType({ name, schema }: Document): Mapped {
  return { read: name, write: schema.type === 'object' ? name : 'JsonInput' };
}

function checkPlace({ schema, name }: QName, entity: string, column: Column): UnionPlace {
  return { bases: [entity + pascal(column.name)], origin: `check of ${schema}.${name}.${column.name}` };
}

function identity(source: Table | View, entity: string) {
  return { schema: source.schema, name: source.name, comment: source.comment, entity };
}
