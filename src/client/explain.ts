/**
 * The plan of a statement, without running it. Under the simple protocol EXPLAIN would stand before the first of several
 * statements and the others would run; the extended one takes a single statement. A function that lies about being
 * IMMUTABLE runs while planning: the transaction is read-only, and is undone.
 */
import { masked } from './mask.ts';
import type { Pool, PoolClient, QueryConfig } from './model.ts';

/** Null for what has no plan: several statements, or one that is refused here, where temporary tables are missing. */
export async function explained(pool: Pool, text: string, values: unknown[]): Promise<string | null> {
  if (!/^[\s(]*(select|insert|update|delete|with|merge|values|table)\b/i.test(masked(text))) return null;
  const client = await pool.connect();
  let clean = false;
  try {
    await client.query('BEGIN READ ONLY');
    const plan = await planOf(client, text, values);
    await client.query('ROLLBACK');
    clean = true;
    return plan;
  } finally {
    client.release(!clean);
  }
}

async function planOf(client: PoolClient, text: string, values: unknown[]): Promise<string | null> {
  const config: QueryConfig & { readonly queryMode: 'extended' } = {
    text: `EXPLAIN ${text}`,
    values,
    queryMode: 'extended',
  };
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(config);
    return maskedPlan(rows.map((row) => row['QUERY PLAN']).join('\n'));
  } catch (thrown) {
    // Its message may quote a value.
    if (typeof (thrown as { severity?: unknown }).severity === 'string') return null;
    throw thrown;
  }
}

/** Numbers that are the plan's own. All others stand in conditions. */
const OWN =
  /\(cost=\d+\.\d\d\.\.\d+\.\d\d rows=\d+ width=\d+\)|\b(?:(?:Sub|Init)Plan|(?:Workers|Partitions) Planned:|Planned Partitions:|Subplans Removed:|Functions:) \d+/y;

/** Where PostgreSQL writes names without quoting them: one with a quote in it would turn literals inside out. */
const BARE_NAMES = /^\s*(?:CTE|Conflict Arbiter Indexes:|Foreign \w+:) .*['"$]/m;

/** Conditions hold the values of parameters as literals, over several lines when the value has several. */
function maskedPlan(plan: string): string | null {
  return BARE_NAMES.test(plan) ? null : masked(plan, OWN);
}
