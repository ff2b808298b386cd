/**
 * The only place that quotes. `Sql` is text that is safe to put into a statement; plain strings are not.
 * Identifiers are quoted always: deciding when it is not needed would tie us to one version's reserved words.
 */
import { ToolError } from './errors.ts';

declare const brand: unique symbol;
/** SQL text made by this file: a quoted identifier, a dotted name or a literal. */
export type Sql = string & { readonly [brand]: 'sql' };

/** `"name"`, quotes doubled. Refuses the empty name and NUL, which PostgreSQL cannot hold. */
export function ident(name: string): Sql {
  if (name === '' || name.includes('\0')) throw new ToolError('BUG', `not an identifier: ${JSON.stringify(name)}`);
  return `"${name.replaceAll('"', '""')}"` as Sql;
}

/** The name that is written so, in quotes or without them; what stands without them is not folded. */
export function unquoted(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
}

/** `"schema"."name"`. */
export function qname(schema: string, name: string): Sql {
  return `${ident(schema)}.${ident(name)}` as Sql;
}

/** A string literal that means the same whatever `standard_conforming_strings` says. */
export function literal(text: string): Sql {
  if (text.includes('\0')) throw new ToolError('BUG', 'a literal cannot hold a NUL byte');
  const doubled = text.replaceAll("'", "''");
  return (doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`) as Sql;
}

/** A literal, or NULL. */
export function nullable(text: string | null | undefined): Sql {
  return text === null || text === undefined ? ('NULL' as Sql) : literal(text);
}

/** PostgreSQL's limit for a name, in bytes of UTF-8 (NAMEDATALEN - 1). Longer names are cut by the server, silently. */
export const NAME_BYTES = 63;
