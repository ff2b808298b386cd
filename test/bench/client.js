/**
 * What the client costs over `pg`: a prepared query of one row through both pools, in turns of one process, and withActor
 * against a bare transaction. Messages are counted exactly by test/client/messages.test.ts.
 */
import pg from 'pg';
import { createPool, withActor } from '../../dist/client/index.js';
import { median } from './measure.js';

const QUERIES = 100;
const TURNS = 20;
/** Two connections differ by up to 4 %, whoever opened them: their server processes lie elsewhere. So many pairs are averaged. */
const PAIRS = 8;

const query = { name: 'one', text: 'SELECT $1::int AS one', values: [1] };

export async function benchClient({ url, note }) {
  const single = await pairs(
    url,
    (bare) => bare.query(query),
    (ours) => ours.query(query),
  );
  line(note, 'prepared query of one row', single, 1.05);
  const actor = await pairs(url, inTransaction, (ours) => withActor(ours, { userId: 1 }, (tx) => tx.query(query)));
  line(note, 'a transaction with an identity', actor, 1.25);
}

async function inTransaction(bare) {
  const client = await bare.connect();
  await client.query("BEGIN; SET LOCAL app.user_id = '1'");
  await client.query(query);
  await client.query('COMMIT');
  client.release();
}

/** Median microseconds a call of both, and the median of the ratios: neighbours in time share their noise. */
async function pairs(url, first, second) {
  const [a, b, ratios] = [[], [], []];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const bare = new pg.Pool({ connectionString: url, max: 1 });
    const ours = createPool({ connectionString: url, size: { size: 1, overflow: 0 } });
    try {
      // Who connects first takes turns, too.
      for (const pool of pair % 2 === 0 ? [bare, ours] : [ours, bare]) await pool.query('SELECT');
      for (const [before, after] of await turns(
        () => first(bare),
        () => second(ours),
      )) {
        a.push(before);
        b.push(after);
        ratios.push(after / before);
      }
    } finally {
      await bare.end();
      await ours.shutdown();
    }
  }
  return { bare: median(a), ours: median(b), ratio: median(ratios) };
}

/** Microseconds of both, turn by turn; the first ones warm up. */
async function turns(first, second) {
  const times = [];
  for (let turn = 0; turn < TURNS + 4; turn += 1) {
    const pair =
      turn % 2 === 0
        ? [await micros(first), await micros(second)]
        : [await micros(second), await micros(first)].reverse();
    if (turn >= 4) times.push(pair);
  }
  return times;
}

async function micros(call) {
  const from = process.hrtime.bigint();
  for (let n = 0; n < QUERIES; n += 1) await call();
  return Number(process.hrtime.bigint() - from) / 1e3 / QUERIES;
}

function line(note, work, { bare, ours, ratio }, most) {
  note([work, 'pg', `${bare.toFixed(0)} µs`, '', '', '']);
  note([
    work,
    'strata-pg/client',
    `${ours.toFixed(0)} µs`,
    `${ratio.toFixed(2)}x`,
    `at most ${most.toFixed(2)}x`,
    ratio <= most ? 'ok' : 'OVER',
  ]);
}
