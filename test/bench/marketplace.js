/**
 * The marketplace against what psql does with the same: its migrations up and down, and its load data by \copy. The server and the
 * machine are the same for both sides, runs take turns, and only ratios mean anything.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { compare, seconds, usage } from './measure.js';

/** Of the load data; 100 is a million lessons. */
const FACTOR = Number(process.env.FACTOR ?? 1);
const PROJECT = resolve('.');

/**
 * `tools`: strata(args, cwd, env) and psql(url, …args) give runs; database(name, template) makes one and gives its URL; home is a
 * folder to write in. Gives [title, base, times, limits] for the report of the bench.
 */
export function benchMigrations({ strata, psql, database, home, rounds }) {
  const empty = database('migrations');
  const up = writeScript(join(home, 'up.sql'), plan(strata(['plan', '--json'], PROJECT, { DATABASE_URL: empty })));
  seconds(strata(['up'], PROJECT, { DATABASE_URL: empty }));
  const down = strata(['plan', 'down', '--steps', '1000', '--json'], PROJECT, { DATABASE_URL: empty });
  const downScript = writeScript(join(home, 'down.sql'), plan(down));
  const full = 'migrations';
  const upTimes = compare(
    [
      { name: 'psql', run: () => psql(database('fresh'), '-f', up) },
      { name: 'strata up', run: () => strata(['up'], PROJECT, { DATABASE_URL: database('fresh') }) },
    ],
    rounds,
  );
  const downTimes = compare(
    [
      { name: 'psql', run: () => psql(database('fresh', full), '-f', downScript) },
      {
        name: 'strata down',
        run: () => strata(['down', '--steps', '1000'], PROJECT, { DATABASE_URL: database('fresh', full) }),
      },
    ],
    rounds,
  );
  return [
    ['marketplace: up from empty', 'psql', upTimes, { 'strata up': 1.3 }],
    ['marketplace: down to nothing', 'psql', downTimes, { 'strata down': 1.3 }],
  ];
}

function plan({ command, args, cwd, env }) {
  const ended = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (ended.status !== 0) throw new Error(ended.stderr);
  return JSON.parse(ended.stdout).data.steps;
}

/** A transaction each, as strata runs them. */
function writeScript(file, steps) {
  const text = steps.map(({ statements }) => `BEGIN;\n${statements.map(({ sql }) => `${sql};`).join('\n')}\nCOMMIT;`);
  writeFileSync(file, text.join('\n'));
  return file;
}

/** The same rows by `strata seed scale` and by \copy, in one transaction each, into clones of one database. */
export async function benchSeed({ strata, psql, database, home, rounds }) {
  const url = database('seedable');
  seconds(strata(['up'], PROJECT, { DATABASE_URL: url }));
  seconds(strata(['seed', 'reference'], PROJECT, { DATABASE_URL: url }));
  const { script, rows } = await writeCopies(home);
  const ours = () =>
    strata(['seed', 'scale', '--factor', String(FACTOR)], PROJECT, { DATABASE_URL: database('seeded', 'seedable') });
  const times = compare(
    [
      { name: 'psql \\copy', run: () => psql(database('seeded', 'seedable'), '-f', script) },
      { name: 'strata seed scale', run: ours },
    ],
    Math.min(rounds, 3),
  );
  const { mib } = usage(ours());
  const speed = Math.round(rows / times.get('strata seed scale'));
  const title = `seed scale ${FACTOR}: ${rows} rows, ${speed} a second, peak ${mib.toFixed(0)} MiB`;
  return [[title, 'psql \\copy', times, { 'strata seed scale': 1 / 0.8 }]];
}

async function writeCopies(home) {
  const folder = join(home, 'copies', 'seeds');
  mkdirSync(join(folder, 'scale'), { recursive: true });
  cpSync(join(PROJECT, 'seeds/reference'), join(folder, 'reference'), { recursive: true });
  const module = join(folder, 'scale', 'generate.mjs');
  const entry = join(PROJECT, 'seeds/scale/generate.ts');
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile: module });
  const { generate } = await import(module);
  const lines = ['BEGIN;'];
  let rows = 0;
  for (const [part, table] of generate({ factor: FACTOR }).entries()) {
    const file = join(home, 'copies', `${part}_${table.table}.tsv`);
    rows += writeRows(file, table.rows);
    lines.push(`\\copy ${table.table} (${table.columns.join(', ')}) FROM '${file}'`);
  }
  const script = join(home, 'copies', 'copy.sql');
  writeFileSync(script, [...lines, 'COMMIT;'].join('\n'));
  return { script, rows };
}

function writeRows(file, rows) {
  const out = openSync(file, 'w');
  let written = 0;
  let pending = [];
  const flush = () => {
    writeSync(out, pending.join(''));
    pending = [];
  };
  for (const row of rows) {
    pending.push(`${row.map(field).join('\t')}\n`);
    written += 1;
    if (pending.length === 10_000) flush();
  }
  flush();
  closeSync(out);
  return written;
}

const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function field(value) {
  return value === null ? '\\N' : String(value).replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]);
}
