/**
 * A backfill in batches against one big UPDATE of the same rows, and what a writer beside it feels: the 99th percentile of
 * its latency during the backfill against idle. Whole processes; the writer is pgbench.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, seconds } from './measure.js';

const ROWS = Number(process.env.BACKFILL_ROWS ?? 500_000);

const TABLE = `CREATE TABLE big (id integer PRIMARY KEY, old integer NOT NULL, new bigint, filler text NOT NULL);
INSERT INTO big SELECT g, g, NULL, repeat(md5(g::text), 3) FROM generate_series(1, ${ROWS}) AS g;
VACUUM ANALYZE big;`;
const UPDATE = 'UPDATE big SET new = old * 10::bigint WHERE new IS NULL';
const WRITER = `\\set id random(1, ${ROWS})\nUPDATE big SET old = old + 1 WHERE id = :id;\n`;

/** Rows for the report: title, base, times, limits. */
export function benchBackfill({ home, strata, database, psql, program, rounds }) {
  const folder = join(home, 'backfill');
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  const up = `-- Up Migration\n-- strata: in-batches\n${UPDATE};\n-- Down Migration\n`;
  writeFileSync(join(folder, 'migrations', '001_fill.sql'), up);
  const times = { 'one UPDATE (psql)': [], 'strata up, in batches': [] };
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const whole = filled(database, psql);
    times['one UPDATE (psql)'].push(seconds(psql(whole, '-c', UPDATE)));
    const url = filled(database, psql);
    rmSync(join(folder, 'strata.lock.json'), { force: true });
    times['strata up, in batches'].push(seconds(strata(['up'], folder, { DATABASE_URL: url })));
  }
  const medians = new Map(Object.entries(times).map(([name, list]) => [name, median(list)]));
  return [
    [
      `backfill of ${ROWS} rows (throughput at least 80 %)`,
      'one UPDATE (psql)',
      medians,
      { 'strata up, in batches': 1.25 },
    ],
    writerBeside({ folder, strata, database, psql, program }),
  ];
}

/** One client that writes as fast as it can: alone, then beside the backfill. */
function writerBeside({ folder, strata, database, psql, program }) {
  const script = join(folder, 'writer.sql');
  writeFileSync(script, WRITER);
  const url = filled(database, psql);
  const idle = percentile(folder, program('pgbench'), script, url, 5);
  const run = strata(['up'], folder, { DATABASE_URL: url });
  rmSync(join(folder, 'strata.lock.json'), { force: true });
  const child = spawn(run.command, run.args, { cwd: run.cwd, env: { ...process.env, ...run.env }, stdio: 'ignore' });
  const busy = percentile(folder, program('pgbench'), script, url, 5);
  child.kill('SIGINT');
  const times = new Map([
    ['p99 of a writer, idle', idle],
    ['p99 of a writer, beside batches', busy],
  ]);
  return [
    'what a writer feels of a backfill',
    'p99 of a writer, idle',
    times,
    { 'p99 of a writer, beside batches': 3 },
  ];
}

function filled(database, psql) {
  const url = database('backfill');
  seconds({ ...psql(url, '-f', '-'), input: TABLE });
  return url;
}

/** Seconds that 99 of 100 transactions stayed below. */
function percentile(folder, pgbench, script, url, length) {
  const prefix = join(folder, 'pgbench_log');
  const args = ['-n', '-c', '1', '-T', String(length), '-f', script, '-l', '--log-prefix', prefix, url];
  const ended = spawnSync(pgbench, args, { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(ended.stderr);
  const latencies = [];
  for (const name of readdirSync(folder).filter((file) => file.startsWith('pgbench_log'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n'))
      if (line) latencies.push(Number(line.split(' ')[2]));
    rmSync(join(folder, name));
  }
  latencies.sort((a, b) => a - b);
  return (latencies[Math.floor(latencies.length * 0.99)] ?? 0) / 1e6;
}
