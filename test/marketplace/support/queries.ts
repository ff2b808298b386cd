/** How PostgreSQL means to answer a named query pattern. */
import type { Session } from '../../../src/pg/pool.ts';
import { only } from './marketplace.ts';
import type { Pattern } from './patterns.ts';

interface PlanNode {
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Names of the indexes that the plan reads; those of partitions are given as the parent's. */
export async function indexesUsed(
  s: Session,
  { sql }: Pattern,
  params: readonly unknown[],
): Promise<readonly string[]> {
  const row = await only<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    s.query(`EXPLAIN (FORMAT JSON) ${sql}`, params),
  );
  const names = row['QUERY PLAN'].flatMap(({ Plan }) => namesIn(Plan));
  return [...new Set(names)];
}

function namesIn(node: PlanNode): readonly string[] {
  return [...(node['Index Name'] ? [node['Index Name']] : []), ...(node.Plans ?? []).flatMap(namesIn)];
}
