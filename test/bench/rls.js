/**
 * What row level security adds to each named query of sql/queries, as the person it is for against a superuser, whom policies pass by; the
 * two take turns, medians. Once by EXPLAIN (ANALYZE, BUFFERS): time inside the server and pages. Once as a client sees it: a prepared
 * statement, from sending it to having all rows. Transactions are opened by act_as(), whose time is that of the transaction.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import pg from 'pg';
import { median, seconds } from './measure.js';

const FACTOR = process.env.FACTOR ?? '1';
const SUPPORT = resolve('test/marketplace/support');
const RUNS = 31;

/** Gives a row each: query, who, ms by EXPLAIN with and without policies, ratio, the client's, ratio, pages. RLS_DATABASE names a loaded database. */
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
  const who = pattern.as === 'visitor' ? null : samples[pattern.as === 'tutor' ? 'tutor_user' : pattern.as];
  const params = pattern.params.map((name) => samples[name]);
  const sides = { guarded: { who }, bare: {} };
  const got = { guarded: [], bare: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const [side, person] of Object.entries(sides)) {
      const work = async () => ({
        ...(await explain(client, pattern, params)),
        ...(await ask(client, pattern, params, side)),
      });
      got[side].push(await inTransaction(client, person, work));
    }
  }
  const of = (side, what) => median(got[side].map((one) => one[what]));
  const times = ['ms', 'seen'].flatMap((what) => {
    const [guarded, bare] = [of('guarded', what), of('bare', what)];
    return [`${guarded.toFixed(3)} / ${bare.toFixed(3)}`, `${(guarded / bare).toFixed(2)}x`];
  });
  return [pattern.name, pattern.as, ...times, `${of('guarded', 'buffers')} / ${of('bare', 'buffers')}`];
}

/** `who`: an account, null a visitor; without it the superuser of the connection. */
async function inTransaction(client, { who }, work) {
  await client.query('BEGIN');
  try {
    if (who !== undefined) await client.query('SET LOCAL ROLE app_user');
    if (who !== undefined) await client.query('SELECT act_as($1)', [who]);
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
}

/** The fastest of three, by both measures, so that another process on the same processor, or the first call after BEGIN, does not decide. */
const TURNS = 3;

/** Planning is left out: applications prepare. What a policy asks once a statement (who is asking) counts. */
async function explain(client, { sql }, params) {
  const turns = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${sql}`, params);
    turns.push(rows[0]['QUERY PLAN'][0]);
  }
  const { Plan } = turns.at(-1);
  const ms = Math.min(...turns.map((turn) => turn['Execution Time']));
  return { ms, buffers: Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'] };
}

async function ask(client, { name, sql }, params, side) {
  const times = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const start = process.hrtime.bigint();
    await client.query({ name: `${side} ${name}`, text: sql, values: params });
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return { seen: Math.min(...times) };
}
