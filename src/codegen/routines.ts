/**
 * Functions and procedures as TypeScript claims: which ones an application can call at all, what their arguments are
 * called and take, what comes back. Left out: what only its owner may execute, triggers, aggregates, and what has no
 * type before it is called (`anyelement`, `record` without OUT parameters).
 */
import type { Column, Parameter, QName, Routine, TypeSource } from '../catalog/type-source.ts';
import { key, type TypeResolver } from './columns.ts';
import type { TypeMapper } from './mapper.ts';
import { camelWords, type NameRegistry, pascal } from './names.ts';
import {
  argsName,
  type OutPlace,
  resultName,
  type TypedParameter,
  type TypedResult,
  type TypedRoutine,
  type TypedValue,
} from './type-model.ts';

export interface RoutineSources {
  readonly snapshot: TypeSource;
  readonly types: TypeResolver;
  readonly mapper: TypeMapper;
  readonly names: NameRegistry;
  /** Entity of each relation that has row types, by `key()`. */
  readonly entities: ReadonlyMap<string, string>;
}

export function typedRoutines(sources: RoutineSources): readonly TypedRoutine[] {
  const callable = sources.snapshot.routines.filter((routine) => isCallable(routine));
  const groups = new Map<string, Routine[]>();
  for (const routine of callable) groups.set(key(routine), [...(groups.get(key(routine)) ?? []), routine]);
  const reader = new RoutineReader(sources);
  return [...groups.values()].flatMap((group) => reader.group(group));
}

/** Pseudo-types but void, and the types that only C code can pass. */
const UNTYPED =
  /^(any.*|record|trigger|event_trigger|cstring|internal|.*_handler|pg_ddl_command|pg_node_tree|unknown|_?record)$/;

function isCallable(routine: Routine): boolean {
  const { kind, parameters, returnType, grants } = routine;
  if (kind !== 'function' && kind !== 'procedure') return false;
  const granted = grants?.some(({ grantee, privileges }) => grantee !== 'OWNER' && privileges.includes('EXECUTE'));
  if (grants != null && !granted) return false;
  if (parameters.some(({ typeName }) => isUntyped(typeName))) return false;
  return returnType === null || !isUntyped(returnType) || outputs(routine).length > 0;
}

function isUntyped({ schema, name }: QName): boolean {
  return schema === 'pg_catalog' && UNTYPED.test(name);
}

function inputs({ parameters }: Routine): readonly Parameter[] {
  return parameters.filter(({ mode }) => mode === 'in' || mode === 'inout' || mode === 'variadic');
}

function outputs({ parameters }: Routine): readonly Parameter[] {
  return parameters.filter(({ mode }) => mode === 'out' || mode === 'inout' || mode === 'table');
}

/** Parameters as a call lists them: that of a procedure has its OUT parameters too. */
function listed(routine: Routine): readonly Parameter[] {
  return routine.kind === 'procedure' ? routine.parameters : inputs(routine);
}

/** Those that go by place, because SQL takes none by place after one by name. */
function placed(routine: Routine): ReadonlySet<Parameter> {
  const all = listed(routine);
  return new Set(all.slice(0, all.findLastIndex(({ name }) => name === null) + 1));
}

function outPlaces(routine: Routine): readonly OutPlace[] {
  const byPlace = placed(routine);
  let before = 0;
  return listed(routine).flatMap((one) => {
    if (one.mode === 'out') return [{ name: byPlace.has(one) ? null : one.name, before, declared: one.type }];
    before += 1;
    return [];
  });
}

class RoutineReader {
  readonly #sources: RoutineSources;
  readonly #columns: ReadonlyMap<string, readonly Column[]>;

  constructor(sources: RoutineSources) {
    this.#sources = sources;
    const { tables, views, types } = sources.snapshot;
    const composites = types.flatMap((type) => (type.kind === 'composite' ? [type] : []));
    this.#columns = new Map([...tables, ...views, ...composites].map((one) => [key(one), one.columns]));
  }

  /** Overloads share one name when their arguments' names tell them apart; else each is named after its types too. */
  group(routines: readonly Routine[]): readonly TypedRoutine[] {
    const typed = routines.map((routine) => ({ routine, parameters: this.#parameters(routine) }));
    const apart = typed.every((a, at) => typed.slice(at + 1).every((b) => isApart(a.parameters, b.parameters)));
    const [first] = routines;
    if (first === undefined) return [];
    const shared = apart ? this.#claim(first, '') : null;
    return typed.map(({ routine, parameters }) => {
      const suffix = inputs(routine).map(({ type }) => pascal(type.replace('[]', ' array')));
      const call = shared ?? this.#claim(routine, suffix.join(''));
      const entity = this.#sources.names.claim([pascal(call)], [argsName, resultName]);
      const { schema, name, kind, identity, comment } = routine;
      const result = this.#result(routine);
      const outs = outPlaces(routine);
      return { schema, name, kind: kind as 'function', identity, comment, call, entity, parameters, outs, result };
    });
  }

  #claim(routine: Routine, suffix: string): string {
    const words = camelWords(this.#sources.mapper.prefix(routine) + pascal(routine.name) + suffix);
    return this.#sources.names.claim([words, `${words}Function`]);
  }

  #parameters(routine: Routine): readonly TypedParameter[] {
    const all = inputs(routine);
    const keys = argumentKeys(all.map(({ name }) => name));
    const byPlace = placed(routine);
    return all.map((parameter, at) => ({
      ...this.#value(parameter),
      key: keys[at] ?? '',
      optional: parameter.default !== null,
      takesNull: /^NULL(::.*)?$/s.test(parameter.default ?? ''),
      variadic: parameter.mode === 'variadic',
      byPlace: byPlace.has(parameter),
    }));
  }

  #value(column: Pick<Column, 'type' | 'typeName' | 'dimensions'> & { readonly name: string | null }): TypedValue {
    const type = this.#sources.types.resolve({ ...column, collation: null });
    const { read, write } = this.#sources.mapper.mapped(type, type.facts, null);
    return { name: column.name, declared: column.type, type, read, write };
  }

  #result(routine: Routine): TypedResult {
    const { returnType, returns, returnsSet: set } = routine;
    const out = outputs(routine);
    const [only] = out;
    if (out.length === 1 && only?.name === null && routine.kind === 'function') {
      const { type, read } = this.#value(only);
      return { kind: 'value', type, read, set };
    }
    if (out.length > 0) {
      // As the server calls a column without a name.
      const columns = out.map((one, at) => this.#value({ ...one, name: one.name ?? `column${at + 1}` }));
      return { kind: 'rows', entity: null, columns, set };
    }
    if (returnType === null || returns === null || returns === 'void') return { kind: 'void' };
    const text = returns.replace(/^SETOF /, '');
    const columns = text.endsWith('[]') ? undefined : this.#columns.get(key(returnType));
    if (columns !== undefined) {
      const entity = this.#sources.entities.get(key(returnType)) ?? null;
      return { kind: 'rows', entity, columns: columns.map((column) => this.#value(column)), set };
    }
    const { type, read } = this.#value({
      name: null,
      type: text,
      typeName: returnType,
      dimensions: text.endsWith('[]') ? 1 : 0,
    });
    return { kind: 'value', type, read, set };
  }
}

/** `p_booking_id` to `bookingId`; the plain SQL names when two would become one. Unnamed ones are `arg1`, … */
function argumentKeys(names: readonly (string | null)[]): readonly string[] {
  const plain = names.map((name, at) => name ?? `arg${at + 1}`);
  const prefix = ['p_', '_'].find((one) => plain.every((name) => name.startsWith(one) && name.length > one.length));
  const keys = plain.map((name) => camelWords(name.slice(prefix?.length ?? 0)));
  return new Set(keys).size === keys.length ? keys : plain;
}

/** No set of arguments fits both. */
function isApart(a: readonly TypedParameter[], b: readonly TypedParameter[]): boolean {
  const both = a.filter(({ key: name }) => b.some((other) => other.key === name)).map(({ key: name }) => name);
  return [...a, ...b].some((one) => !one.optional && !both.includes(one.key));
}
