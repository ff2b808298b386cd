/**
 * The runtime file beside the types: registerTypes() gives the driver the parsers that the configuration chose, so that
 * the types which claim them are true. Arrays need no parser of their own: arrays of enums have the text form of text[],
 * arrays of a domain that of its base, and the driver has parsers for those; only their oids must be asked for, because
 * every database numbers its own types.
 */
import { qname } from '../base/ident.ts';
import type { QName, TypeSource } from '../catalog/type-source.ts';
import { key, TypeResolver } from './columns.ts';
import { foreignBase } from './foreign-types.ts';
import { quoted } from './names.ts';
import type { TypedComposite, TypeModel } from './type-model.ts';
import { isRawArray, type Parsing } from './typemap.ts';

/** Null when the driver's own parsers are what the configuration wants. */
export function registerText(snapshot: TypeSource, model: TypeModel, parse: Parsing): string | null {
  const scalars = scalarLines(parse);
  const arrays = parse.arrays ? arrayTypes(snapshot, model, parse) : [];
  const composites = parse.composites ? model.composites : [];
  if (scalars.length === 0 && arrays.length === 0 && composites.length === 0) return null;
  const pairs = arrays.map(([type, base]) => `  [${quoted(type)}, ${quoted(base)}],\n`).join('');
  const objects = composites.map((one) => compositeLine(one, parse)).join('');
  const body = BODY.replace('/* COMPOSITES */', () => (objects === '' ? '' : REGISTERED)).replace('/* NAMES */', () =>
    objects === '' ? NAMES : ALL_NAMES,
  );
  const deep = scalars.includes(EACH) || objects !== '' ? NESTED : '';
  return `${HEAD}${deep}
${objects === '' ? '' : `${COMPOSITES}[\n${objects}];\n${FIELDS}`}/** An array type, and the one whose text form it shares. */
const ARRAYS: readonly (readonly [type: string, base: string])[] = [
${pairs}];
${body.replace('/* SCALARS */', () => scalars.map((line) => `    ${line}\n`).join(''))}`;
}

/** Its name, its array type when that is parsed, and its fields in order with the types whose parsers they get. */
function compositeLine(composite: TypedComposite, { arrays }: Parsing): string {
  const fields = composite.columns.map(({ name, type }) => {
    const text = qname(type.name.schema, type.name.name) + (type.dimensions === 1 ? '[]' : '');
    return `[${quoted(name)}, ${quoted(text)}]`;
  });
  const names = [qname(composite.schema, composite.name), arrays ? arrayOf(composite) : ''];
  return `  [${names.map(quoted).join(', ')}, [${fields.join(', ')}]],\n`;
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
function arrayTypes(snapshot: TypeSource, model: TypeModel, parse: Parsing): readonly (readonly [string, string])[] {
  const composites = new Set(parse.composites ? model.composites.map(key) : []);
  const resolver = new TypeResolver(snapshot);
  const own = snapshot.types.flatMap((type) => {
    const element = resolver.resolve({ type: '', typeName: type, dimensions: 0, collation: null });
    if (element.dimensions === 1) return [];
    const isObject = composites.has(key(element.name));
    // Their own arrays are parsed with them; those of a domain over one follow.
    if (isObject && element.domains.length === 0) return [];
    return [[arrayOf(type), isRawArray(element.name) && !isObject ? 'text[]' : arrayOf(element.name)] as const];
  });
  const known = new Set(snapshot.types.map(key));
  const others = usedTypes(model).filter((name) => !known.has(key(name)));
  const baseOf = (type: QName): string => {
    const base = foreignBase(type);
    return base === undefined || isRawArray(base) ? 'text[]' : arrayOf(base);
  };
  return [...own, ...others.map((type) => [arrayOf(type), baseOf(type)] as const)];
}

/** Element types of the arrays in use that have no parser: pg_catalog's (bit[], tsvector[], …), extensions', other schemas'. */
function usedTypes({ relations, routines, composites }: TypeModel): readonly QName[] {
  const columns = [...relations, ...composites].flatMap(({ columns: all }) => all.map(({ type }) => type));
  const values = routines.flatMap(({ parameters, result }) =>
    [...parameters, ...(result.kind === 'rows' ? result.columns : [result])].flatMap((one) =>
      'type' in one ? [one.type] : [],
    ),
  );
  const names = [...columns, ...values]
    .filter(({ dimensions, name }) => dimensions === 1 && isRawArray(name))
    .map(({ name }) => [key(name), name] as const);
  return [...new Map(names)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
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
const EACH = 'const each = (parse: Parse): Parse => (text) => nested(texts(text), parse);';
const NESTED = `
/** Parses the elements of an array of texts, however deep. */
function nested(item: unknown, parse: Parse): unknown {
  return Array.isArray(item) ? item.map((one) => nested(one, parse)) : item === null ? null : parse(item as string);
}
`;

const COMPOSITES = `
type Fields = readonly (readonly [name: string, type: string])[];

/** A composite type, its array type or nothing, its fields. */
const COMPOSITES: readonly (readonly [type: string, array: string, fields: Fields])[] = `;

const FIELDS = `
/** The fields of a composite's text; NULL is nothing at all, the empty string is quoted. */
function fieldsOf(text: string): (string | null)[] {
  return [...text.slice(1).matchAll(/(?:"((?:[^"\\\\]|""|\\\\.)*)"|([^,"()\\\\]*))[,)]/gs)].map(([, quoted, plain]) =>
    quoted === undefined ? plain || null : quoted.replace(/(["\\\\])\\1/g, '$1'),
  );
}

`;

/** Parsers of fields are looked up when a value comes: types may refer to each other in any order. */
const REGISTERED = `    for (const [type, array, fields] of COMPOSITES) {
      const parsers = fields.map(([name, of]) => [name, oid(of)] as const);
      const parse = (text: string): unknown => {
        const values = fieldsOf(text);
        return Object.fromEntries(
          parsers.map(([name, of], at) => {
            const value = values[at] ?? null;
            return [name, value === null ? null : client.getTypeParser(of, 'text')(value)];
          }),
        );
      };
      set(oid(type), parse);
      if (array !== '') set(oid(array), (text) => nested(client.getTypeParser(1009, 'text')(text), parse));
    }
`;

const BODY = `
/**
 * Makes what the row types say true for a pool, or for one client. Await it before the first query. A migration that
 * makes types anew (DROP TYPE and CREATE TYPE) needs a new call. Rejects when the database lacks one of the types.
 */
export async function registerTypes(db: TypedPool | TypedClient): Promise<void> {
  const names = /* NAMES */;
  const text = 'SELECT to_regtype(name)::oid AS oid FROM unnest($1::text[]) WITH ORDINALITY AS t(name, at) ORDER BY at';
  const { rows } = await db.query(text, [names]);
  const oids = new Map(names.map((name, at) => [name, (rows[at] as { oid: number | null } | undefined)?.oid ?? null]));
  const missing = names.filter((name) => oids.get(name) === null);
  if (missing.length > 0) throw new Error(\`the database has no type \${missing.join(', ')}: write this file anew\`);
  const oid = (name: string): number => oids.get(name) ?? 0;
  const done = new WeakSet<object>();
  const register = (client: TypedClient): void => {
    if (done.has(client)) return;
    done.add(client);
    const set = (oid: number, parse: Parse): void => client.setTypeParser(oid, 'text', parse);
/* SCALARS *//* COMPOSITES */    for (const [type, base] of ARRAYS) set(oid(type), client.getTypeParser(oid(base), 'text'));
  };
  if ('setTypeParser' in db) register(db);
  else db.on('acquire', register);
}
`;

const NAMES = '[...new Set(ARRAYS.flat())]';
const ALL_NAMES = `[
    ...new Set([
      ...ARRAYS.flat(),
      ...COMPOSITES.flatMap(([type, array, fields]) => [type, array, ...fields.map(([, of]) => of)]),
    ]),
  ].filter((name) => name !== '')`;
