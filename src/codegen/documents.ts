/**
 * JSON columns whose documents have a known shape: `@schema(schemas/pricing.schema.json)` in the column's comment names a
 * JSON Schema, a path from the project folder. It becomes a TypeScript type, and part of the row's JSON Schema. Reading
 * the files is the command's; here their texts come in.
 */
import { type Finding, finding } from '../base/finding.ts';
import type { TypeSource } from '../catalog/type-source.ts';
import { camelWords, pascal } from './names.ts';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Schemas by the path that comments give. */
export type Documents = ReadonlyMap<string, JsonSchema>;

/** One schema with the name of its type. Its own parts, `$defs`, are types beside it. */
export interface Document {
  readonly path: string;
  readonly name: string;
  readonly schema: JsonSchema;
}

/** The path in a comment; null when it names none. */
export function schemaPath(comment: string | null): string | null {
  return /@schema\(\s*([^()\s]+)\s*\)/.exec(comment ?? '')?.[1] ?? null;
}

/** `seeds/schemas/pricing_snapshot.schema.json` to `PricingSnapshot`. */
export function documentName(path: string): string {
  const file = path.split('/').at(-1) ?? path;
  return pascal(camelWords(file.replace(/(\.schema)?\.json$/, '').replaceAll(/[-.]/g, '_')));
}

/** A column that names a schema, and where: `public.bookings.price`. */
export interface DocumentUse {
  readonly path: string;
  readonly subject: string;
  readonly isJson: boolean;
}

export function documentUses({ tables, views }: TypeSource): readonly DocumentUse[] {
  return [...tables, ...views].flatMap((source) =>
    source.columns.flatMap(({ name, comment, typeName, dimensions }) => {
      const path = schemaPath(comment);
      const isJson = typeName.schema === 'pg_catalog' && /^jsonb?$/.test(typeName.name) && dimensions === 0;
      return path === null ? [] : [{ path, subject: `${source.schema}.${source.name}.${name}`, isJson }];
    }),
  );
}

/** `read`: the text of a file of the project, null when there is none. `check`: throws for what is no JSON Schema. */
export interface DocumentSource {
  readonly read: (path: string) => string | null;
  readonly check: (schema: object) => void;
}

/** Every schema that a comment names, or what is wrong with it. */
export function readDocuments(
  uses: readonly DocumentUse[],
  source: DocumentSource,
): { readonly documents: Documents; readonly findings: readonly Finding[] } {
  const documents = new Map<string, JsonSchema>();
  const findings: Finding[] = [];
  for (const { path, subject, isJson } of uses) {
    const fault = isJson ? loadInto(documents, path, source) : 'only a json or jsonb column can have a JSON Schema';
    if (fault !== null) findings.push(schemaFault(path, subject, fault));
  }
  return { documents, findings };
}

function loadInto(documents: Map<string, JsonSchema>, path: string, { read, check }: DocumentSource): string | null {
  if (documents.has(path)) return null;
  const text = read(path);
  if (text === null) return `there is no file ${path} in the project folder`;
  try {
    const schema = JSON.parse(text) as unknown;
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return `${path} is no JSON Schema`;
    const far = references(schema).find((reference) => !/^#(\/\$defs\/[^/]+)?$/.test(reference));
    if (far !== undefined) return `${path} refers to ${far}: only "#" and "#/$defs/<name>" are followed`;
    check(schema);
    documents.set(path, schema as JsonSchema);
    return null;
  } catch (thrown) {
    return `${path} is no usable JSON Schema: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

function references(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { $ref } = schema as { readonly $ref?: unknown };
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(schema).flatMap(references)];
}

function schemaFault(path: string, subject: string, message: string): Finding {
  const hint = `The comment of ${subject} says @schema(${path}): mend the file, or the comment in a migration.`;
  return finding({ code: 'types/schema', level: 'error', subject, message, hint, key: path });
}

/**
 * The schema as a part of another one, below `$defs`: without what only a document of its own has, and with references
 * that lead to its new place.
 */
export function embedded({ name, schema }: Document): JsonSchema {
  const { $schema: _, $id: __, ...rest } = schema;
  return moved(rest, `#/$defs/${name}`) as JsonSchema;
}

function moved(value: unknown, to: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string' ? to + item.slice(1) : moved(item, to),
    ]),
  );
}
