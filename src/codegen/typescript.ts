/**
 * The model as TypeScript: one file without imports. Interfaces and plain unions only, so that the compiler's work grows
 * with the number of columns and not with cleverness; 2,000 tables check in about a second.
 */
import { camel, jsdoc, literalText, property } from './names.ts';
import { documentText } from './schema-types.ts';
import {
  type Brand,
  newName,
  patchName,
  rowName,
  type TypedColumn,
  type TypedComposite,
  type TypedRelation,
  type TypedResult,
  type TypedValue,
  type TypeModel,
  type Union,
} from './type-model.ts';
import { HELPERS, helpersIn } from './typemap.ts';

/** The same model gives the same bytes, on every server version: not even a hash of the Snapshot is in it, for that differs. */
export function typescriptOf(model: TypeModel): string {
  const unions = model.unions.map(unionText).join('');
  const documents = model.documents.map(documentText).join('');
  const relations = model.composites.map(compositeText).join('') + model.relations.map(relationText).join('');
  const brands = model.brands.length > 0 ? BRAND + model.brands.map(brandText).join('') : '';
  const helpers = withTheirOwn(helpersIn(documents + relations + routineTypes(model))).map(
    (name) => `${HELPERS[name]}\n`,
  );
  return `${HEAD}\n${helpers.join('')}${brands}${unions}${documents}${relations}${databaseText(model)}`;
}

const HEAD = `/* eslint-disable */
/** Row types of the database, written by \`strata types\`. Do not edit: change the schema and run it again. */
`;

const BRAND = `declare const brand: unique symbol;
/** Makes the ids of different tables different types. \`id as UserId\` brands a plain value. */
export interface Brand<Key extends string> {
  readonly [brand]: Key;
}

`;

/** Helpers refer to each other: JsonInput to JsonValue. */
function withTheirOwn(names: readonly string[]): readonly string[] {
  const all = new Set(names.flatMap((name) => helpersIn(HELPERS[name] ?? '')));
  return Object.keys(HELPERS).filter((name) => all.has(name));
}

/** Types that the procedures file imports from this one. */
function routineTypes({ routines }: TypeModel): string {
  const columnsOf = (result: TypedResult): readonly TypedValue[] => (result.kind === 'rows' ? result.columns : []);
  return routines
    .flatMap(({ parameters, result }) => [
      ...[...parameters, ...columnsOf(result)].flatMap(({ read, write }) => [read, write]),
      ...(parameters.some(({ write }) => write === 'JsonInput') ? ['JsonValue'] : []),
      ...(result.kind === 'value' ? [result.read] : []),
    ])
    .join(' ');
}

function brandText({ name, base, key }: Brand): string {
  return `export type ${name} = ${base} & Brand<${literalText(key)}>;\n\n`;
}

function unionText({ name, values, origin, comment }: Union): string {
  const tuple = `${camel(name)}Values`;
  const doc = jsdoc(comment === null ? [origin] : [comment, '', origin]);
  const items = values.map((value) => `  ${literalText(value)},\n`).join('');
  return `${doc}export const ${tuple} = [\n${items}] as const;\nexport type ${name} = (typeof ${tuple})[number];\n\n`;
}

function relationText(relation: TypedRelation): string {
  const { entity, writable } = relation;
  const row = interfaceText(rowName(entity), rowDoc(relation), relation.columns.map(rowMember));
  if (!writable) return row;
  const insert = interfaceText(
    newName(entity),
    [`What INSERT into ${relation.name} takes.`],
    relation.columns.map(newMember),
  );
  const patch = interfaceText(
    patchName(entity),
    [`What UPDATE of ${relation.name} takes.`],
    relation.columns.map(patchMember),
  );
  return row + insert + patch;
}

function rowDoc({ kind, schema, name, comment }: TypedRelation): readonly string[] {
  const origin = `${kind} ${schema}.${name}`;
  return comment === null ? [origin] : [comment, '', origin];
}

function compositeText({ entity, schema, name, comment, columns }: TypedComposite): string {
  const origin = `composite ${schema}.${name}`;
  const members = columns.map((column) => rowMember({ ...column, nullable: true }));
  return interfaceText(rowName(entity), comment === null ? [origin] : [comment, '', origin], members);
}

function interfaceText(name: string, doc: readonly string[], members: readonly string[]): string {
  return `${jsdoc(doc)}export interface ${name} {\n${members.join('')}}\n\n`;
}

function rowMember(column: Pick<TypedColumn, 'name' | 'read' | 'nullable' | 'comment'>): string {
  const doc = column.comment === null ? '' : jsdoc([column.comment], '  ');
  return `${doc}  readonly ${property(column.name)}: ${column.read}${column.nullable ? ' | null' : ''};\n`;
}

function newMember({ name, insert, write, writesNull }: TypedColumn): string {
  if (insert === 'never') return `  ${property(name)}?: never;\n`;
  return `  ${property(name)}${insert === 'optional' ? '?' : ''}: ${write}${writesNull ? ' | null' : ''};\n`;
}

function patchMember({ name, update, write, writesNull }: TypedColumn): string {
  if (update === 'never') return `  ${property(name)}?: never;\n`;
  return `  ${property(name)}?: ${write}${writesNull ? ' | null' : ''};\n`;
}

/**
 * Structurally what Kysely's own ColumnType is, so that the file needs no import and works without Kysely. A column that
 * cannot be written has `undefined` there.
 */
const KYSELY = `/** A table as Kysely sees it: what SELECT gives, INSERT takes and UPDATE takes, by column. */
export type KyselyTable<Row, New extends { [K in keyof Row]?: unknown }, Patch extends { [K in keyof Row]?: unknown }> = {
  readonly [K in keyof Row]: {
    readonly __select__: Row[K];
    readonly __insert__: New[K];
    readonly __update__: Patch[K];
  };
};
/** A view as Kysely sees it. */
export type KyselyView<Row> = {
  readonly [K in keyof Row]: { readonly __select__: Row[K]; readonly __insert__: never; readonly __update__: never };
};
/** Every table and view by its name: \`new Kysely<Database>(…)\`. */
`;

function databaseText({ relations }: TypeModel): string {
  const members = relations.map(({ label, entity, writable }) => {
    const row = rowName(entity);
    const type = writable ? `KyselyTable<${row}, ${newName(entity)}, ${patchName(entity)}>` : `KyselyView<${row}>`;
    return `  readonly ${property(label)}: ${type};\n`;
  });
  return `${KYSELY}export interface Database {\n${members.join('')}}\n`;
}
