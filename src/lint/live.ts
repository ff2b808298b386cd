/** Facts out of a live database: the tables that statements name, and how many rows those have. Reads only. */
import { qname } from '../base/ident.ts';
import type { Table } from '../catalog/model.ts';
import { readTables } from '../catalog/read.ts';
import type { Session } from '../pg/pool.ts';
import { isConnectionLoss } from '../pg/server-error.ts';
import { parseSql } from '../syntax/parse.ts';
import { type Facts, factsOf } from './facts.ts';
import { requiredBy } from './proof.ts';
import constrainedDomains from './sql/constrained-domains.sql';
import defaultPartitionsText from './sql/default-partitions.sql';
import domainTablesText from './sql/domain-tables.sql';
import materializedViews from './sql/materialized-views.sql';
import namedSchemas from './sql/named-schemas.sql';
import rowCounts from './sql/row-counts.sql';
import { list, record } from './tree.ts';

export interface LiveOptions {
  readonly schemas: readonly string[];
  /** The statements to be judged, as one text: only tables that it names are looked into. */
  readonly mentioned: string;
}

/**
 * Schemas that the statements name are read beside the configured ones: whoever alters billing.invoices shuts its users out,
 * managed or not. An estimate of zero is not believed: a table that was just restored has no statistics either.
 */
export async function readFacts(session: Session, { schemas: managed, mentioned }: LiveOptions): Promise<Facts> {
  const words = namesIn(mentioned);
  const users = await domainTables(session, words);
  const defaults = await defaultPartitions(session, words);
  const unnamed = [...[...users.values()].flat(), ...defaults.values()];
  const names = [...new Set([...words, ...unnamed.map(({ name }) => name)])];
  const there = await session.query<{ name: string; place: number | null }>(namedSchemas, [
    [...words, ...unnamed.map(({ schema }) => schema)],
  ]);
  const schemas = [...new Set([...managed, ...there.map(({ name }) => name)])];
  const tables = await readTables(session, { schemas, names });
  const estimates = await session.query<{ name: string; rows: number }>(rowCounts, [schemas, names]);
  const rows = new Map(estimates.flatMap(({ name, rows: count }) => (count > 0 ? [[name, count] as const] : [])));
  const named = new Set(names);
  for (const { schema, name } of tables) {
    if (rows.has(`${schema}.${name}`) || !named.has(name)) continue;
    if (await isEmpty(session, schema, name)) rows.set(`${schema}.${name}`, 0);
  }
  const path = there.flatMap(({ name, place }) => (place === null ? [] : [name]));
  return factsOf({
    serverVersion: session.serverVersion,
    utc: await isUtc(session, words),
    tables,
    rows,
    proved: new Map(await Promise.all(tables.map(provedIn))),
    domains: new Set((await session.query<{ name: string }>(constrainedDomains, [words])).map(({ name }) => name)),
    users,
    defaults,
    views: new Set(
      (await session.query<{ name: string }>(materializedViews, [schemas, words])).map(({ name }) => name),
    ),
    path: path.length > 0 ? path : managed,
    schemas: new Set([...schemas, ...names]),
  });
}

/** Whoever changes a domain goes over tables that no statement names. */
async function domainTables(
  session: Session,
  words: readonly string[],
): Promise<ReadonlyMap<string, readonly Named[]>> {
  const users = new Map<string, Named[]>();
  if (!words.includes('domain')) return users;
  const rows = await session.query<Named & { domain: string }>(domainTablesText, [words]);
  for (const { domain, schema, name } of rows) users.set(domain, [...(users.get(domain) ?? []), { schema, name }]);
  return users;
}

/** Nor does one that adds a partition name the one that has its rows so far. */
async function defaultPartitions(session: Session, words: readonly string[]): Promise<ReadonlyMap<string, Named>> {
  if (!words.includes('partition')) return new Map();
  const rows = await session.query<Named & { parent: string }>(defaultPartitionsText, [words]);
  return new Map(rows.map(({ parent, schema, name }) => [parent, { schema, name }]));
}

/** Only where it matters. As the server asks before it changes one into the other: an offset that is and was always zero. */
async function isUtc(session: Session, words: readonly string[]): Promise<boolean> {
  if (!words.some((word) => word.startsWith('timestamp'))) return false;
  const [row] = await session.query<{ zone: string }>("SELECT current_setting('TimeZone') AS zone");
  return /^(?:Etc\/)?(?:UTC|UCT|GMT|Zulu|Universal|Greenwich|GMT[+-]?0)$/i.test(row?.zone ?? '');
}

interface Named {
  readonly schema: string;
  readonly name: string;
}

async function provedIn({ schema, name, constraints }: Table): Promise<readonly [string, ReadonlySet<string>]> {
  const columns: string[] = [];
  for (const one of constraints) {
    if (one.kind !== 'check' || !one.validated || !one.enforced || !/\bIS NOT NULL\b/.test(one.expression)) continue;
    const parsed = await parseSql(`SELECT ${one.expression}`);
    const targets = parsed.ok ? list(record(parsed.statements[0]?.node.SelectStmt).targetList) : [];
    columns.push(...targets.flatMap(({ ResTarget }) => requiredBy(record(record(ResTarget).val))));
  }
  return [`${schema}.${name}`, new Set(columns)];
}

/** Whatever could be a name, also inside of bodies and strings: quoted as it stands, bare also in small letters. */
function namesIn(text: string): readonly string[] {
  const quoted = [...text.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  const bare = text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [];
  return [...new Set([...quoted, ...bare, ...bare.map((name) => name.toLowerCase())])];
}

/** False when the role may not look, or policies hide rows from it: a table of unknown size is judged as one with rows. */
async function isEmpty(session: Session, schema: string, name: string): Promise<boolean> {
  try {
    const [row] = await session.query<{ empty: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM ${qname(schema, name)}) AND NOT row_security_active($1) AS empty`,
      [qname(schema, name)],
    );
    return row?.empty === true;
  } catch (thrown) {
    if (isConnectionLoss(thrown)) throw thrown;
    return false;
  }
}
