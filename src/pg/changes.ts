/** Whether a schema may have changed, without reading it: one round trip over a dozen catalogs, one line back. */
import type { Session } from './pool.ts';

const CATALOGS = [
  ...['attrdef', 'attribute', 'class', 'constraint', 'description', 'enum', 'inherits', 'namespace', 'proc'],
  ...['range', 'rewrite', 'type'],
];

/**
 * Text that differs whenever a definition has been made, changed or dropped: every change writes a row with a newer
 * transaction id or takes one away. It may differ although nothing has changed that anybody sees.
 */
export async function schemaMark(session: Session): Promise<string> {
  const sums = CATALOGS.map((name) => `SELECT count(*), sum(xmin::text::bigint) FROM pg_catalog.pg_${name}`);
  const rows = await session.query<{ mark: string }>(
    `SELECT string_agg(count || ':' || sum, ' ') AS mark FROM (${sums.join(' UNION ALL ')}) AS t(count, sum)`,
  );
  return rows[0]?.mark ?? '';
}
