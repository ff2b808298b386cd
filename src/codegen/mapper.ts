/**
 * What a value of a column, of a parameter or of a result reads as and takes, as TypeScript text: the type's own table
 * (typemap.ts), narrowed to named unions where an enum, a domain or a CHECK allows nothing else.
 */
import type { QName, UserType } from '../catalog/type-source.ts';
import { key, type ResolvedType, type TypeResolver } from './columns.ts';
import type { Facts } from './facts.ts';
import { literalText, type NameRegistry, pascal } from './names.ts';
import { rowName, type TypeOptions, type Union } from './type-model.ts';
import { arrayType, isRawArray, type Mapped, scalarType } from './typemap.ts';
import type { Value } from './value-class.ts';

/** Where a value stands whose own CHECK lists what it may be: the name and the origin of its union. */
export interface UnionPlace {
  readonly bases: readonly string[];
  readonly origin: string;
}

export class TypeMapper {
  readonly #types: TypeResolver;
  readonly #options: TypeOptions;
  readonly #names: NameRegistry;
  readonly #typeUnions = new Map<string, Union>();
  /** Entities of composite types. */
  readonly #composites = new Map<string, string>();
  readonly unions: Union[] = [];

  constructor(types: TypeResolver, options: TypeOptions, names: NameRegistry) {
    this.#types = types;
    this.#options = options;
    this.#names = names;
  }

  /** In front of names from other schemas than the first. */
  prefix({ schema }: QName): string {
    return schema === (this.#options.schemas[0] ?? 'public') ? '' : pascal(schema);
  }

  claimTypeUnion(type: UserType): void {
    const values = this.#valuesOf(type);
    if (!values?.length) return;
    const base = this.prefix(type) + pascal(type.name);
    const origin = `${type.kind} ${type.schema}.${type.name}`;
    const union = this.#union({ bases: [base, base + pascal(type.kind)], origin }, values, type.comment);
    this.#typeUnions.set(key(type), union);
  }

  /** `AddressRow`; a table's rows keep the name when both want it. */
  claimComposite(type: UserType): string {
    const base = this.prefix(type) + pascal(type.name);
    const entity = this.#names.claim([base, `${base}Composite`], [rowName]);
    this.#composites.set(key(type), entity);
    return entity;
  }

  /** `place`: null when the values that `facts` lists are no column's own. */
  mapped(type: ResolvedType, facts: Facts, place: UnionPlace | null): Mapped {
    if (type.dimensions === 1) return this.#array(type, facts);
    if (type.unread) return both('unknown');
    const object = this.#object(type);
    if (object !== undefined) return { read: object, write: 'string' };
    const values = this.#literals(type, facts);
    const shared = [...type.domains, ...(type.userType ? [type.userType] : [])]
      .map((one) => this.#typeUnions.get(key(one)))
      .find((union) => union !== undefined);
    if (shared && (values === undefined || sameValues(shared.values, values)))
      return listed(shared.name, shared.values, type);
    if (values?.length === 0) return both('never');
    if (place !== null && named(values)) return listed(this.#union(place, values, null).name, values, type);
    if (values) return listed(values.map(literalText).join(' | '), values, type);
    const mapped = scalarType(type.name, this.#options.parse);
    return facts.finite || !this.#options.infinity ? finite(mapped) : mapped;
  }

  /** The plain type of a key that gets a brand. */
  keyType(type: ResolvedType): string {
    return scalarType(type.name, this.#options.parse).read;
  }

  #valuesOf(type: UserType): readonly Value[] | undefined {
    if (type.kind === 'enum') return type.labels;
    if (type.kind !== 'domain') return undefined;
    const resolved = this.#named(type);
    const values = this.#literals(resolved, resolved.facts);
    return named(values) ? values : undefined;
  }

  #named(name: QName): ResolvedType {
    return this.#types.resolve({ type: '', typeName: name, dimensions: 0, collation: null });
  }

  #union({ bases, origin }: UnionPlace, values: readonly Value[], comment: string | null): Union {
    const union = { name: this.#names.claim(bases), values, origin, comment };
    this.unions.push(union);
    return union;
  }

  /** The only values, as literals; none when an int8 arrives as something else than the string that they are. */
  #literals({ valueClass }: ResolvedType, { values }: Facts): readonly Value[] | undefined {
    return valueClass.kind === 'bigint' && this.#options.parse.int8 !== 'string' ? undefined : values;
  }

  /** What a composite is parsed to; undefined: it stays text, or is none. */
  #object({ name }: ResolvedType): string | undefined {
    const entity = this.#options.parse.composites ? this.#composites.get(key(name)) : undefined;
    return entity === undefined ? undefined : rowName(entity);
  }

  #array(type: ResolvedType, facts: Facts): Mapped {
    const { parse, infinity } = this.#options;
    const element = this.#named(type.name);
    const union = this.#typeUnions.get(key(type.name));
    const write = union?.name ?? scalarType(element.name).write;
    const parsed = parse.arrays && element.dimensions === 0 ? this.#parsedElement(type.name, element) : undefined;
    const options = { fullElements: facts.fullElements ?? false, depth: facts.depth, element: write, parse, parsed };
    const mapped = arrayType(type.name, options);
    return infinity ? mapped : finite(mapped);
  }

  /** Arrays of a domain are parsed as arrays of its base, those of every other type without a parser as texts. */
  #parsedElement(name: QName, element: ResolvedType): string | undefined {
    const union = this.#typeUnions.get(key(name)) ?? this.#typeUnions.get(key(element.name));
    if (union !== undefined) return union.name;
    const object = this.#object(element);
    if (object !== undefined) return object;
    if (isRawArray(element.name)) return 'string';
    const { read } = arrayType(element.name, { fullElements: true, parse: this.#options.parse });
    return read.endsWith('[]') ? read.slice(0, -2).replace(/^\((.*)\)$/, '$1') : undefined;
  }
}

/** Sets worth a name: not booleans, not the empty set. */
function named(values: readonly Value[] | undefined): values is readonly Value[] {
  return values !== undefined && values.length > 0 && typeof values[0] !== 'boolean';
}

function both(text: string): Mapped {
  return { read: text, write: text };
}

/** An int8 arrives as digits; a number may be written too. */
function listed(text: string, values: readonly Value[], { valueClass }: ResolvedType): Mapped {
  if (valueClass.kind !== 'bigint') return both(text);
  const numbers = values.map(Number).filter(Number.isSafeInteger);
  return { read: text, write: [text, ...numbers].join(' | ') };
}

function finite({ read, write }: Mapped): Mapped {
  return { read: read.replace('PgDate', 'Date'), write: write.replace('PgDate', 'Date') };
}

function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}
