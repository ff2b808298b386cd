/**
 * The runtime file beside the types: registerTypes() gives the driver the parsers that the configuration chose, so that
 * the types which claim them are true. Arrays need no parser of their own: arrays of enums have the text form of text[],
 * arrays of a domain that of its base, and the driver has parsers for those; only their oids must be asked for, because
 * every database numbers its own types.
 */
import { qname } from '../base/ident.ts';
import type { QName, Snapshot } from '../catalog/model.ts';
import { TypeResolver } from './columns.ts';
import { quoted } from './names.ts';
import type { TypeModel } from './type-model.ts';
import { isRawArray, type Parsing } from './typemap.ts';

/** Null when the driver's own parsers are what the configuration wants. */
export function registerText(snapshot: Snapshot, model: TypeModel, parse: Parsing): string | null {
  const scalars = scalarLines(parse);
  const arrays = parse.arrays ? arrayTypes(snapshot, model) : [];
  if (scalars.length === 0 && arrays.length === 0) return null;
  const pairs = arrays.map(([type, base]) => `  [${quoted(type)}, ${quoted(base)}],\n`).join('');
  return `${HEAD}
/** An array type, and the one whose text form it shares. */
const ARRAYS: readonly (readonly [type: string, base: string])[] = [
${pairs}];
${BODY.replace('SCALARS', () => scalars.map((line) => `    ${line}\n`).join(''))}`;
}

function scalarLines({ arrays, int8, numeric, date }: Parsing): readonly string[] {
  const made = { string: 'String', number: 'Number', bigint: 'BigInt' } as const;
  const lines: string[] = [];
  if (int8 !== 'string') lines.push(EACH, `set(20, ${made[int8]});`, `set(1016, each(${made[int8]}));`);
  if (numeric !== 'string') lines.push(`set(1700, ${made[numeric]});`);
  else if (arrays) lines.push('set(1231, texts);');
  if (date === 'string') lines.push('set(1082, String);', 'set(1182, texts);');
  return lines.some((line) => /texts\b/.test(line)) ? [TEXTS, ...lines] : lines;
}

/** In the order of their names. Arrays of a domain over arrays stay raw: their elements would need a second parser. */
function arrayTypes(snapshot: Snapshot, model: TypeModel): readonly (readonly [string, string])[] {
  const resolver = new TypeResolver(snapshot);
  const own = snapshot.types.flatMap((type) => {
    const element = resolver.resolve({ type: '', typeName: type, dimensions: 0, collation: null });
    if (element.dimensions === 1) return [];
    return [[arrayOf(type), isRawArray(element.name) ? 'text[]' : arrayOf(element.name)] as const];
  });
  return [...own, ...catalogTypes(model).map((type) => [arrayOf(type), 'text[]'] as const)];
}

/** Types of pg_catalog whose arrays are in use, and have no parser: bit[], tsvector[], … */
function catalogTypes({ relations, routines }: TypeModel): readonly QName[] {
  const columns = relations.flatMap((relation) => relation.columns.map(({ type }) => type));
  const values = routines.flatMap(({ parameters, result }) =>
    [...parameters, ...(result.kind === 'rows' ? result.columns : [result])].flatMap((one) =>
      'type' in one ? [one.type] : [],
    ),
  );
  const names = [...columns, ...values]
    .filter(({ dimensions, name }) => dimensions === 1 && name.schema === 'pg_catalog' && isRawArray(name))
    .map(({ name }) => name.name);
  return [...new Set(names)].sort().map((name) => ({ schema: 'pg_catalog', name }));
}

function arrayOf({ schema, name }: QName): string {
  return `${qname(schema, name)}[]`;
}

const HEAD = `/* eslint-disable */
/** Parsers for the row types beside this file, written by \`strata types\`. Do not edit. */

type Parse = (text: string) => unknown;

/** A client of \`pg\`, as far as it is needed here. */
export interface TypedClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
  setTypeParser(oid: number, format: 'text', parse: Parse): void;
  getTypeParser(oid: number, format: 'text'): Parse;
}

/** A pool of \`pg\`. */
export interface TypedPool {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
  on(event: 'acquire', listener: (client: TypedClient) => void): unknown;
}
`;

const TEXTS = "const texts = client.getTypeParser(1009, 'text');";
const EACH = `const deep = (item: unknown, parse: Parse): unknown =>
      Array.isArray(item) ? item.map((one) => deep(one, parse)) : item === null ? null : parse(item as string);
    const each = (parse: Parse): Parse => (text) => deep(texts(text), parse);`;

const BODY = `
/**
 * Makes what the row types say true for a pool, or for one client. Await it before the first query. A migration that
 * makes types anew (DROP TYPE and CREATE TYPE) needs a new call. Rejects when the database lacks one of the types.
 */
export async function registerTypes(db: TypedPool | TypedClient): Promise<void> {
  const { rows } = await db.query(
    'SELECT to_regtype(type)::oid AS type, to_regtype(base)::oid AS base FROM unnest($1::text[], $2::text[]) AS t(type, base)',
    [ARRAYS.map(([type]) => type), ARRAYS.map(([, base]) => base)],
  );
  const oids = rows as readonly { readonly type: number | null; readonly base: number | null }[];
  const missing = ARRAYS.filter((_, at) => oids[at]?.type == null || oids[at]?.base == null).map(([type]) => type);
  if (missing.length > 0) throw new Error(\`the database has no type \${missing.join(', ')}: write this file anew\`);
  const done = new WeakSet<object>();
  const register = (client: TypedClient): void => {
    if (done.has(client)) return;
    done.add(client);
    const set = (oid: number, parse: Parse): void => client.setTypeParser(oid, 'text', parse);
SCALARS    for (const { type, base } of oids) set(type as number, client.getTypeParser(base as number, 'text'));
  };
  if ('setTypeParser' in db) register(db);
  else db.on('acquire', register);
}
`;
