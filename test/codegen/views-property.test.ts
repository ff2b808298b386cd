/**
 * Random views over random rows: a column that is claimed not to be NULL never is, whatever the rows; and of those that
 * never were, most are claimed, so that "everything is nullable" does not pass for soundness. VIEW_RUNS=60 looks longer,
 * and says what it counted.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { Dice, type Named, RANDOM_DDL, RandomView, randomRows } from './random-views.ts';
import { fromSession, withDdl } from './support.ts';

const RUNS = Number(process.env.VIEW_RUNS ?? 6);
const VIEWS = 25;
const STATES = 12;
/** Planned cost. */
const DEAR = 1e5;

interface Tally {
  views: number;
  columns: number;
  claimed: number;
  /** Never NULL in any state in which the view had rows: as many as can be claimed, or a few more. */
  neverNull: number;
}

test('what is claimed not to be NULL never is', async () => {
  const tally: Tally = { views: 0, columns: 0, claimed: 0, neverNull: 0 };
  await withDdl(RANDOM_DDL, async (session) => {
    const seeds = fc.integer();
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        await session.batch(
          'BEGIN; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL from_collapse_limit = 1; SET LOCAL join_collapse_limit = 1',
        );
        try {
          expect(await wrongClaims(session, new Dice(seed), tally)).toEqual([]);
        } finally {
          await session.batch('ROLLBACK; DEALLOCATE ALL');
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
  if (process.env.VIEW_RUNS) process.stdout.write(`${JSON.stringify(tally)}\n`);
  expect(tally.views).toBeGreaterThan(RUNS * 10);
  expect(tally.claimed / tally.neverNull).toBeGreaterThan(0.35);
}, 600_000);

async function wrongClaims(session: Session, dice: Dice, tally: Tally): Promise<readonly string[]> {
  const views = await makeViews(session, dice);
  const { model } = await fromSession(session);
  const nulls = new Map<string, Set<string>>();
  for (let state = 0; state < STATES; state += 1) {
    await session.batch(randomRows(dice));
    for (const name of views.keys()) await look(session, name, nulls);
  }
  const wrong: string[] = [];
  for (const { name, columns } of model.relations) {
    const seen = nulls.get(name);
    if (seen === undefined) continue;
    tally.views += 1;
    for (const column of columns) {
      tally.columns += 1;
      if (!column.nullable) tally.claimed += 1;
      if (!seen.has(column.name)) tally.neverNull += 1;
      if (!column.nullable && seen.has(column.name)) wrong.push(`${column.name} of ${views.get(name)?.sql}`);
    }
  }
  return wrong;
}

/** What the server refuses (an ambiguous name, say) is left out. */
async function makeViews(session: Session, dice: Dice): Promise<ReadonlyMap<string, { readonly sql: string }>> {
  const made = new Map<string, { readonly sql: string }>();
  const usable = new Map<string, readonly Named[]>();
  for (let nth = 0; nth < VIEWS; nth += 1) {
    const { sql, types } = new RandomView(dice, usable).query(2);
    const name = `v${nth}`;
    await session.batch('SAVEPOINT made');
    try {
      await session.batch(`CREATE VIEW ${name} AS ${sql}`);
      if ((await costOf(session, name)) > DEAR) throw new Error('too much work');
      await session.batch(`PREPARE look_${name} AS SELECT * FROM ${name} LIMIT 200`);
      made.set(name, { sql });
      // Views over views over views would only be slow.
      if (!/\bv\d/.test(sql))
        usable.set(
          name,
          types.map((type, at) => ({ sql: `c${at}`, type })),
        );
    } catch {
      await session.batch('ROLLBACK TO made');
    }
  }
  return made;
}

async function costOf(session: Session, name: string): Promise<number> {
  const [plan] = await session.query<{ 'QUERY PLAN': readonly { Plan: { 'Total Cost': number } }[] }>(
    `EXPLAIN (FORMAT JSON) SELECT * FROM ${name} LIMIT 200`,
  );
  return plan?.['QUERY PLAN'][0]?.Plan['Total Cost'] ?? 0;
}

/** Adds the columns that are NULL somewhere; nothing where the view has no rows. */
async function look(session: Session, name: string, nulls: Map<string, Set<string>>): Promise<void> {
  const rows = await session.query<Record<string, unknown>>(`EXECUTE look_${name}`);
  const seen = nulls.get(name) ?? new Set<string>();
  for (const row of rows) for (const [column, value] of Object.entries(row)) if (value === null) seen.add(column);
  if (rows.length > 0) nulls.set(name, seen);
}
