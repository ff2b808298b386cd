/**
 * Typed functions for the functions and procedures of the database, and typed errors for what they raise: one file that
 * needs only the row types beside it. Arguments go by name and are cast to the declared type, so PostgreSQL cannot choose
 * another overload; `SELECT * FROM f(…)` makes the driver parse a composite result column by column.
 */
import { ident, qname } from '../base/ident.ts';
import type { TypeSource } from '../catalog/type-source.ts';
import { ownErrors } from './errors.ts';
import { docSafe, jsdoc, literalText, property, quoted } from './names.ts';
import { CLIENT, ERRORS, PARTS } from './procedures-runtime.ts';
import {
  argsName,
  resultName,
  rowName,
  type TypedParameter,
  type TypedResult,
  type TypedRoutine,
  type TypeModel,
} from './type-model.ts';
import { HELPERS } from './typemap.ts';

export interface ProcedureOptions {
  /** Class name, without `Error`, by SQLSTATE (`BK003` to `VersionConflict`) or by constraint (see errors.ts). */
  readonly errors: Readonly<Record<string, string>>;
  /** Import path of the row types: `./types.js`. */
  readonly types: string;
}

/** Null when there is nothing to call and no error to name. */
export function proceduresText(snapshot: TypeSource, model: TypeModel, options: ProcedureOptions): string | null {
  if (model.routines.length === 0 && Object.keys(options.errors).length === 0) return null;
  const calls = overloadGroups(model.routines).map(groupText).join('');
  // What comments and SQL mention is not used: `noUnusedLocals` would refuse it.
  const code = calls.replace(/\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.)*'/g, '');
  const parts = Object.entries(PARTS).filter(([name]) => new RegExp(`\\b${name}\\b[<(]`).test(code));
  const client = calls === '' ? '' : CLIENT + parts.map(([, text]) => text).join('');
  const errors = ERRORS.replace('/* OWN */', () => ownErrors(options.errors, snapshot)).replace(
    '/* CONSTRAINTS */',
    () => constraintLines(snapshot),
  );
  return `${HEAD}${importText(code, model, options.types)}${client}${errors.trimStart()}${calls}`.replace(/\n+$/, '\n');
}

const HEAD = `/* eslint-disable */
/** Functions of the database as typed functions, and their errors, written by \`strata types\`. Do not edit. */
`;

function importText(code: string, { relations, composites, unions }: TypeModel, from: string): string {
  const known = [
    ...[...relations, ...composites].map(({ entity }) => rowName(entity)),
    ...unions.map(({ name }) => name),
  ];
  const words = new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  const used = [...known, ...Object.keys(HELPERS)].filter((name) => words.has(name)).sort();
  return used.length === 0
    ? ''
    : `import type {\n${used.map((name) => `  ${name},\n`).join('')}} from ${quoted(from)};\n`;
}

function constraintLines({ tables }: TypeSource): string {
  return tables
    .flatMap((table) => table.constraints.map((constraint) => ({ table, constraint })))
    .filter(({ constraint }) => constraint.columns.length > 0)
    .map(({ table, constraint: { name, columns } }) => {
      const id = `${table.schema}.${table.name}.${name}`;
      return `  ${property(id)}: [${columns.map(literalText).join(', ')}],\n`;
    })
    .join('');
}

function overloadGroups(routines: readonly TypedRoutine[]): readonly (readonly TypedRoutine[])[] {
  const groups = new Map<string, TypedRoutine[]>();
  for (const routine of routines) groups.set(routine.call, [...(groups.get(routine.call) ?? []), routine]);
  return [...groups.values()];
}

function groupText(group: readonly TypedRoutine[]): string {
  const [only] = group;
  const types = group.map((routine) => argsText(routine) + resultText(routine)).join('');
  if (only === undefined) return '';
  if (group.length === 1) {
    const head = `${docOf(only)}export function ${only.call}(${parametersText(only)}): Promise<${returnText(only)}>`;
    return `${types}${head} {\n${bodyText(only, '  ')}}\n\n`;
  }
  const heads = group.map(
    (one) => `${docOf(one)}export function ${one.call}(${parametersText(one)}): Promise<${returnText(one)}>;\n`,
  );
  const bodies = group.map((one) => `  if (fits(args, ${keysText(one)})) {\n${bodyText(one, '    ', true)}  }\n`);
  const none = `  throw new TypeError(${quoted(`no overload of ${only.name} takes these arguments`)});\n`;
  const body = `export function ${only.call}(db: Queryable, args: object = {}): Promise<unknown> {\n`;
  return `${types}${heads.join('')}${body}${bodies.join('')}${none}}\n\n`;
}

function docOf({ comment, kind, schema, name, identity }: TypedRoutine): string {
  const origin = `${kind} ${schema}.${name}(${identity})`;
  return jsdoc(comment === null ? [origin] : [comment, '', origin]);
}

function parametersText({ parameters, entity }: TypedRoutine): string {
  if (parameters.length === 0) return 'db: Queryable';
  const mark = parameters.every(({ optional }) => optional) ? ` = {}` : '';
  return `db: Queryable, args: ${argsName(entity)}${mark}`;
}

function argsText({ parameters, entity, schema, name }: TypedRoutine): string {
  if (parameters.length === 0) return '';
  const members = parameters.map((one) => {
    const type = isJson(one) ? 'JsonValue' : one.write;
    const nullable = one.takesNull ? ' | null' : '';
    return `  readonly ${property(one.key)}${one.optional ? '?: ' : ': '}${type}${nullable}${one.optional ? ' | undefined' : ''};\n`;
  });
  return `/** Arguments of ${docSafe(`${schema}.${name}`)}. */\nexport interface ${argsName(entity)} {\n${members.join('')}}\n\n`;
}

function resultText({ result, entity, schema, name }: TypedRoutine): string {
  if (result.kind !== 'rows' || result.entity !== null) return '';
  const members = result.columns.map((one) => `  readonly ${property(one.name ?? '')}: ${one.read} | null;\n`);
  const doc = `/** A row that ${docSafe(`${schema}.${name}`)} returns. */\n`;
  return `${doc}export interface ${resultName(entity)} {\n${members.join('')}}\n\n`;
}

function returnText({ result, entity }: TypedRoutine): string {
  if (result.kind === 'void') return 'void';
  const one = result.kind === 'value' ? `${result.read} | null` : rowType(result, entity);
  if (!result.set) return one;
  return one.includes(' ') ? `(${one})[]` : `${one}[]`;
}

function rowType(result: TypedResult & { kind: 'rows' }, entity: string): string {
  return result.entity === null ? resultName(entity) : rowName(result.entity);
}

function keysText({ parameters }: TypedRoutine): string {
  const keys = parameters.map(({ key, optional }) => `${property(key)}: ${!optional}`);
  return keys.length === 0 ? '{}' : `{ ${keys.join(', ')} }`;
}

function bodyText(routine: TypedRoutine, indent: string, overloaded = false): string {
  const { parameters, result, kind, entity } = routine;
  const cast = overloaded && parameters.length > 0 ? `const given = args as ${argsName(entity)};\n${indent}` : '';
  const object = overloaded ? 'given' : 'args';
  const given = argumentTexts(routine, object).map((text) => `${indent}  ${text},\n`);
  const list = given.length === 0 ? '[]' : `[\n${given.join('')}${indent}]`;
  const [head, tail] = statement(routine);
  const run = `run(db, ${quoted(head)}, ${list}, ${quoted(tail)})`;
  if (result.kind === 'void') return `${indent}${cast}return nothing(${run});\n`;
  const type = result.kind === 'value' ? `${result.read} | null` : rowType(result, entity);
  const taken = `${result.set ? 'all' : 'one'}${result.kind === 'value' ? 'Value' : 'Row'}${result.set ? 's' : ''}`;
  const may =
    !result.set && result.kind === 'rows'
      ? `, ${quoted(routine.name)}, ${result.entity !== null && kind === 'function'}`
      : '';
  return `${indent}${cast}return ${taken}<${type}>(${run}${may});\n`;
}

/** What stands around the arguments. Values get a name of their own, whatever the function is called. */
function statement({ schema, name, kind, result, parameters, outs }: TypedRoutine): readonly [string, string] {
  const called = qname(schema, name);
  if (kind === 'procedure') {
    const named = outs.flatMap((one) => (one.name === null ? [] : [`${ident(one.name)} => NULL`]));
    const first = parameters.length + outs.length - named.length === 0;
    return [`CALL ${called}(`, `${named.length === 0 || first ? '' : ', '}${named.join(', ')})`];
  }
  if (result.kind === 'void') return [`SELECT ${called}(`, ')'];
  if (result.kind === 'value') return [`SELECT * FROM ${called}(`, ') AS t(value)'];
  return [`SELECT * FROM ${called}(`, ')'];
}

/** Parameters in their order, and a NULL for each OUT parameter that has its place among them. */
function argumentTexts({ parameters, outs }: TypedRoutine, object: string): readonly string[] {
  const nulls = outs.filter(({ name }) => name === null);
  const at = (index: number) =>
    nulls.flatMap(({ before, declared }) => (before === index ? [`['', ${quoted(declared)}, null]`] : []));
  return [...parameters.flatMap((one, index) => [...at(index), argumentText(one, object)]), ...at(parameters.length)];
}

function argumentText(one: TypedParameter, object: string): string {
  const value = /^[A-Za-z_$][\w$]*$/.test(one.key) ? `${object}.${one.key}` : `${object}[${quoted(one.key)}]`;
  const by = one.name === null || one.byPlace ? '' : `${ident(one.name)} => `;
  const sent = isJson(one) ? `json(${value})` : value;
  return `[${quoted((one.variadic ? 'VARIADIC ' : '') + by)}, ${quoted(one.declared)}, ${sent}]`;
}

function isJson({ type }: TypedParameter): boolean {
  const { schema, name } = type.name;
  return type.dimensions === 0 && schema === 'pg_catalog' && (name === 'json' || name === 'jsonb');
}
