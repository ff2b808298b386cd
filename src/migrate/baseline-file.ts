/** The text of a baseline migration, out of what pg_dump says of a database and of what it does not. Pure. */
import { ident, qname } from '../base/ident.ts';
import type { Statement } from '../base/plan.ts';
import type { Snapshot } from '../catalog/model.ts';
import { type SplitStatement, splitScript } from '../syntax/split.ts';
import type { CompiledMigration, Squashed } from './model.ts';
import { squashedLine } from './squashed.ts';

/** Arguments of pg_dump. Rows as INSERT, since a migration holds no COPY data; what names a machine is left out. */
export const DUMP_ARGUMENTS: readonly string[] = [
  '--format=plain',
  '--inserts',
  '--rows-per-insert=100',
  '--encoding=UTF8',
  '--no-tablespaces',
  '--no-subscriptions',
  '--no-password',
];

/**
 * The statements of a plain dump, for a transaction that may be anybody's: session settings, psql's own commands, and the
 * owner and grantor who only made the dump are left out. Comments of extensions, too: they come with the extension, and
 * only its owner may write them.
 */
export function dumpStatements(dump: string, user: string): readonly string[] {
  const text = dump.replace(/^\\(?:un)?restrict .*$/gm, '');
  const owner = new RegExp(` OWNER TO (?:${escaped(user)}|${escaped(ident(user))})$`);
  const grantor = new RegExp(`^(ALTER DEFAULT PRIVILEGES) FOR ROLE (?:${escaped(user)}|${escaped(ident(user))}) `);
  return splitScript(text)
    .statements.map(nestedAsBefore)
    .map((sql) => sql.replace(grantor, '$1 ').replace(VARCHAR_LIST, '(ARRAY[$1]::character varying[])::text[]'))
    .filter((sql) => !SESSION.test(sql) && !owner.test(sql));
}

/**
 * `IN ('a', 'b')` on a varchar column is deparsed as `(ARRAY['a'::character varying, …])::text[]`, which parsed again casts each
 * element, and then reads otherwise for ever. With the array's own type named, the cast stays where it was.
 */
const VARCHAR_LIST = /\(ARRAY\[((?:[^[\]']|'(?:[^']|'')*')*::character varying)\]\)::text\[\]/g;

/**
 * `a BETWEEN 1 AND 2 AND b` is deparsed as `((a >= 1) AND (a <= 2)) AND b`, which parsed again becomes one list of three. The
 * parser does not look through a cast, and a cast of boolean to boolean leaves nothing behind.
 */
function nestedAsBefore({ sql, start, script, tokens }: SplitStatement): string {
  if (!NESTED.test(sql)) return sql;
  const open: { joined: string | null; group: boolean }[] = [];
  let out = '';
  let at = start;
  for (const [index, token] of tokens.entries()) {
    const text = script.slice(token.start, token.end);
    if (text === '(') open.push({ joined: null, group: isGroup(script, tokens[index - 1]) });
    const top = open.at(-1);
    if (top && /^(?:AND|OR)$/.test(text)) top.joined = text;
    if (text !== ')') continue;
    const closed = open.pop();
    const next = tokens[index + 1];
    if (!closed?.group || closed.joined === null || !next || script.slice(next.start, next.end) !== closed.joined)
      continue;
    out += `${script.slice(at, token.end)}::boolean`;
    at = token.end;
  }
  return out + sql.slice(at - start);
}

const NESTED = /^(?:CREATE (?:TABLE|VIEW|MATERIALIZED VIEW|DOMAIN|POLICY|(?:UNIQUE )?INDEX)|ALTER TABLE)\b/;

/** Whether a parenthesis behind this token holds a condition, and not arguments or a window. */
function isGroup(script: string, before: SplitStatement['tokens'][number] | undefined): boolean {
  return before !== undefined && /^(?:\(|AND|OR|NOT|WHERE|ON|WHEN|CHECK)$/.test(script.slice(before.start, before.end));
}

const SESSION = /^SET \w+ ?=|^SELECT pg_catalog\.set_config\('search_path'|^COMMENT ON EXTENSION /;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Statements about roles, which belong to the server and are in no dump of a database. */
export function roleStatements(migrations: readonly CompiledMigration[]): readonly Statement[] {
  return migrations.flatMap(({ up }) =>
    up.kind === 'statements' ? up.statements.filter(({ sql }) => ROLES.test(sql)) : [],
  );
}

const ROLES = /\b(?:create|alter|drop)\s+(?:role|user|group)\b|^\s*(?:grant|revoke)\s+(?:(?!\bon\b)[\s\S])*$/i;

export interface BaselineParts {
  readonly squashed: readonly Squashed[];
  /** In order; before everything else. */
  readonly roles: readonly string[];
  readonly statements: readonly string[];
  /** Null: there is no way back. */
  readonly down: readonly string[] | null;
}

export function baselineSource({ squashed, roles, statements, down }: BaselineParts): string {
  const up = [
    ...roles,
    // Bodies may name what comes later; names are written out in full.
    'SET LOCAL check_function_bodies = false',
    "SET LOCAL search_path = ''",
    ...statements,
  ];
  const ending = (sql: string): string => `${sql}\n;\n`;
  return [
    ...squashed.map((one) => `${squashedLine(one)}\n`),
    '\n-- Up Migration\n\n',
    ...up.map(ending),
    ...(down === null ? [] : ['\n-- Down Migration\n\n', ...down.map(ending)]),
  ].join('');
}

/** Takes away all that the Snapshot shows, dependants first or with it. Grants on what stays are not its matter. */
export function dropStatements(snapshot: Snapshot): readonly string[] {
  const free = snapshot.sequences.filter(({ ownedBy }) => ownedBy === null);
  return [
    ...snapshot.views.map(
      ({ kind, schema, name }) =>
        `DROP ${kind === 'materialized view' ? 'MATERIALIZED ' : ''}VIEW IF EXISTS ${qname(schema, name)} CASCADE`,
    ),
    ...snapshot.tables.map(({ schema, name }) => `DROP TABLE IF EXISTS ${qname(schema, name)} CASCADE`),
    ...snapshot.routines.map(
      ({ kind, schema, name, identity }) =>
        `DROP ${kind === 'procedure' ? 'PROCEDURE' : kind === 'aggregate' ? 'AGGREGATE' : 'FUNCTION'} IF EXISTS ${qname(schema, name)}(${identity}) CASCADE`,
    ),
    ...free.map(({ schema, name }) => `DROP SEQUENCE IF EXISTS ${qname(schema, name)} CASCADE`),
    ...snapshot.types.map(
      ({ kind, schema, name }) =>
        `DROP ${kind === 'domain' ? 'DOMAIN' : 'TYPE'} IF EXISTS ${qname(schema, name)} CASCADE`,
    ),
    ...snapshot.extensions
      .filter(({ name }) => name !== 'plpgsql')
      .map(({ name }) => `DROP EXTENSION IF EXISTS ${ident(name)} CASCADE`),
    ...snapshot.schemas
      .filter(({ name }) => name !== 'public')
      .map(({ name }) => `DROP SCHEMA IF EXISTS ${ident(name)} CASCADE`),
  ];
}

/** All that the migrations themselves do to be undone, last one first; null when one of them cannot. */
export function undoStatements(migrations: readonly CompiledMigration[]): readonly string[] | null {
  const downs = migrations.toReversed().map(({ down }) => down);
  if (!downs.every((down) => down.kind === 'statements' && down.transactional)) return null;
  return downs.flatMap((down) => (down.kind === 'statements' ? down.statements.map(({ sql }) => sql) : []));
}
