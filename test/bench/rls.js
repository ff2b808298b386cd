/**
 * What row level security adds to each named query of sql/queries: EXPLAIN (ANALYZE, BUFFERS) as the person it is for, and as a superuser,
 * whom policies pass by; the two take turns, medians of execution time and the pages they touch.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import pg from 'pg';
import { median, seconds } from './measure.js';

const FACTOR = process.env.FACTOR ?? '1';
const SUPPORT = resolve('test/marketplace/support');
const RUNS = 31;

/** Gives a row each: query, who, ms with policies, ms without, ratio, pages with and without. RLS_DATABASE names a loaded database. */
export async function benchRls({ strata, database, home }) {
  const url = process.env.RLS_DATABASE ?? (await load(database('rls'), strata));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(readFileSync(join(SUPPORT, 'samples.sql'), 'utf8'));
    const report = [];
    for (const pattern of (await patterns(home)).filter((one) => one.as !== 'owner')) {
      report.push(await measure(client, pattern, rows[0]));
    }
    return report;
  } finally {
    await client.end();
  }
}

async function load(url, strata) {
  for (const args of [['up'], ['seed', 'reference'], ['seed', 'scale', '--factor', FACTOR]]) {
    seconds(strata(args, resolve('.'), { DATABASE_URL: url }));
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(readFileSync(join(SUPPORT, 'fill.sql'), 'utf8'));
  await client.query('VACUUM ANALYZE');
  await client.end();
  return url;
}

async function patterns(home) {
  const outfile = join(home, 'patterns.mjs');
  if (!existsSync(outfile)) {
    const entryPoints = [join(SUPPORT, 'patterns.ts')];
    buildSync({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile });
  }
  const { readPatterns } = await import(outfile);
  return readPatterns();
}

async function measure(client, pattern, samples) {
  const who = pattern.as === 'visitor' ? '' : String(samples[pattern.as === 'tutor' ? 'tutor_user' : pattern.as]);
  const params = pattern.params.map((name) => samples[name]);
  const sides = { bare: null, guarded: who };
  const got = { bare: [], guarded: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const [side, user] of Object.entries(sides)) got[side].push(await explain(client, pattern.sql, params, user));
  }
  const time = (side) => median(got[side].map(({ ms }) => ms));
  const pages = (side) => median(got[side].map(({ buffers }) => buffers));
  const [guarded, bare] = [time('guarded'), time('bare')];
  return [
    pattern.name,
    pattern.as,
    guarded.toFixed(3),
    bare.toFixed(3),
    `${(guarded / bare).toFixed(2)}x`,
    `${pages('guarded')} / ${pages('bare')}`,
  ];
}

/** Planning is left out: applications prepare. What a policy asks once a statement (who is asking) counts. */
async function explain(client, sql, params, user) {
  await client.query('BEGIN');
  try {
    if (user !== null) {
      await client.query('SET LOCAL ROLE app_user');
      await client.query(`SELECT set_config('app.user_id', $1, true)`, [user]);
    }
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${sql}`, params);
    const [{ Plan, 'Execution Time': ms }] = rows[0]['QUERY PLAN'];
    return { ms, buffers: Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'] };
  } finally {
    await client.query('ROLLBACK');
  }
}
