/**
 * `npm run bench [part…]`: whole processes, medians, ratios against psql and the peers that are installed, in one run.
 * Parts: start, noop, up, ts, link, snapshot, types, client, cycle, lint, server, clone, backfill, archiver; of the marketplace: migrations, seed, procedures, rls, check, plan; and backup and remote, only when they are
 * named: they fill databases of 1 GiB and 200 MiB. Without a part, all of them but that. ROUNDS=5 sets the rounds, FACTOR=1 the size of the
 * load data (10,000 lessons each).
 * Needs client programs (psql, pg_dump): on PATH or in STRATA_PG_BIN. The server is the tool's own, in a folder of its own.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { benchArchiver } from './archiver.js';
import { benchBackfill } from './backfill.js';
import { benchBackup } from './backup.js';
import { benchCheck, benchPlan } from './check.js';
import { benchClone } from './clone.js';
import { BARE_NOOP, BARE_UP, psqlCycle, psqlScript, writeSqlHistory, writeTsHistory } from './history.js';
import { benchMigrations, benchSeed } from './marketplace.js';
import { compare, seconds, usage } from './measure.js';
import { benchProcedures } from './procedures.js';
import { benchRemote } from './remote.js';
import { benchRls } from './rls.js';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const BIN = resolve('bin/strata.js');
const NODE_MODULES = resolve('node_modules');
const home = mkdtempSync(join(tmpdir(), 'strata-bench-'));
// Open to the server's user, or the embedded server keeps its data elsewhere and a second start is not cold.
chmodSync(home, 0o755);
const BARE_PSQL = 'psql without its wrapper';
const rows = [];

const parts = {
  start,
  noop,
  up,
  ts,
  link,
  snapshot,
  types,
  client,
  cycle,
  lint,
  server,
  clone,
  migrations,
  seed,
  procedures,
  rls,
  backfill,
  archiver,
  check,
  plan,
};
const heavy = { backup, remote };
const wanted = process.argv.slice(2);
const all = { ...parts, ...heavy };
for (const name of wanted) if (!all[name]) fail(`no such part: ${name}; there are ${Object.keys(all).join(', ')}`);

/** What the parts about the marketplace need of this file. */
const tools = {
  strata,
  node,
  program,
  home,
  rounds: ROUNDS,
  database: (name, template = null) => freshDatabase(name, template === null ? 'template0' : `bench_${template}`),
  psql: (url, ...args) => ({ command: program('psql'), args: ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', url, ...args] }),
};

const serverUrl = strataOutput(['db', 'url'], home).trim();
try {
  for (const [name, part] of Object.entries(wanted.length === 0 ? parts : all)) {
    if (wanted.length === 0 || wanted.includes(name)) await part();
  }
  print();
} finally {
  spawnSync(process.execPath, [BIN, 'db', 'stop'], { cwd: home });
  rmSync(home, { recursive: true, force: true });
}

/** Process start: nothing but Node against --version and --help. */
function start() {
  report(
    'process start',
    'empty node',
    compare(
      [
        { name: 'empty node', run: node('-e', '0') },
        { name: 'strata --version', run: strata(['--version'], home) },
        { name: 'strata --help', run: strata(['--help'], home) },
      ],
      ROUNDS * 3,
    ),
    { 'strata --version': 1.6, 'strata --help': 1.6 },
  );
}

/** 1,000 migrations applied already. */
function noop() {
  const folder = sqlProject('noop', 1000);
  const url = freshDatabase('noop');
  const env = { DATABASE_URL: url };
  seconds(strata(['up'], folder, env));
  const bare = node('-e', BARE_NOOP, { cwd: folder, env: { ...env, NODE_PATH: NODE_MODULES } });
  const contenders = [
    { name: 'bare node: connect, select, hash', run: bare },
    { name: 'strata up', run: strata(['up'], folder, env) },
    { name: 'strata status', run: strata(['status', '--json'], folder, env) },
    { name: 'strata verify --checksums-only', run: strata(['verify', '--checksums-only'], folder, env) },
  ];
  const peer = freshDatabase('noop_npm');
  seconds(nodePgMigrate(folder, peer));
  contenders.push({ name: 'node-pg-migrate up', run: nodePgMigrate(folder, peer) });
  report('no-op over 1,000 applied', 'bare node: connect, select, hash', compare(contenders, ROUNDS * 2), {
    'strata up': 1.3,
    'strata status': 1.3,
    'strata verify --checksums-only': 1.3,
  });
}

/** Fresh runs from SQL files, with and without fsync. */
function up() {
  for (const fsync of ['on', 'off']) {
    sql(serverUrl, `ALTER SYSTEM SET fsync = ${fsync}; SELECT pg_reload_conf()`);
    for (const count of [10, 1000]) {
      const limit = count === 10 ? 2.3 : fsync === 'on' ? 1.1 : 1.25;
      reportUp(`fresh up of ${count}, fsync ${fsync}`, freshContenders('sql', count), limit);
    }
  }
  costs('sql');
}

/** Fresh runs from TypeScript files. */
function ts() {
  sql(serverUrl, 'ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf()');
  for (const count of [10, 1000]) {
    reportUp(`fresh up of ${count} TypeScript files`, freshContenders('ts', count), count === 10 ? 2.3 : 1.1);
  }
  costs('ts');
}

/** Against what a user types, on which the limit was measured; and against the program itself, where a wrapper stands before it. */
function reportUp(title, contenders, limit) {
  const times = compare(contenders, ROUNDS);
  report(title, 'psql', times, { 'strata up': limit });
  if (!times.has(BARE_PSQL)) return;
  const ratio = times.get('strata up') / times.get(BARE_PSQL);
  rows.push([title, `strata up over ${BARE_PSQL}`, '', `${ratio.toFixed(2)}x`, '', '']);
}

/** 100 migrations over a link with 10 ms round trips. */
async function link() {
  const port = await freePort();
  const proxy = spawn(process.execPath, [resolve('test/bench/proxy.js'), String(port), new URL(serverUrl).port, '10'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready) => proxy.stdout.once('data', ready));
  try {
    const folder = sqlProject('link', 100);
    const script = join(home, 'link.sql');
    writeFileSync(script, psqlScript(100));
    const far = () => freshDatabase('link').replace(/:\d+\//, `:${port}/`);
    const times = compare(
      [
        {
          name: 'psql',
          run: () => ({ command: program('psql'), args: ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', far(), '-f', script] }),
        },
        { name: 'strata up', run: () => strata(['up'], folder, { DATABASE_URL: far() }) },
      ],
      Math.min(ROUNDS, 3),
    );
    report('100 migrations over a 10 ms link', 'psql', times, { 'strata up': 1.4 / 4.5 });
  } finally {
    proxy.kill();
  }
}

/** 2,000 tables against pg_dump --schema-only. */
async function snapshot() {
  const url = freshDatabase('snapshot');
  const { benchSnapshot } = await import('./snapshot.js');
  const { times, mib } = await benchSnapshot({
    url,
    folder: home,
    rounds: ROUNDS,
    pgDump: program('pg_dump'),
    bin: BIN,
  });
  report(`snapshot of 2,000 tables (peak ${mib.toFixed(0)} MiB)`, 'pg_dump --schema-only', times, {
    'strata snapshot': 0.8,
  });
}

/** Every migration up, down and up with the catalog compared, against psql that only runs the statements. */
function cycle() {
  for (const count of [100, 1000]) {
    const folder = sqlProject(`cycle_${count}`, count);
    const script = join(home, `cycle_${count}.sql`);
    writeFileSync(script, psqlCycle(count));
    const psql = () => ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', freshDatabase('cycle'), '-f', script];
    const ours = strata(['cycle'], folder, { DATABASE_URL: serverUrl });
    const contenders = [
      { name: 'psql: up, down, up', run: () => ({ command: program('psql'), args: psql() }) },
      { name: 'strata cycle', run: ours },
    ];
    const times = compare(contenders, count === 100 ? ROUNDS : Math.min(ROUNDS, 2));
    const { cpu, mib } = usage(ours);
    const title = `cycle of ${count} (at most ${count === 100 ? 2 : 30} s; client ${cpu.toFixed(1)} s CPU, ${mib.toFixed(0)} MiB)`;
    report(title, 'psql: up, down, up', times, {});
  }
}

/** Rules over 1,000 migrations against squawk over the same files; then what a developer waits for: ten pending ones. */
function lint() {
  const folder = sqlProject('lint', 1000);
  const files = readdirSync(join(folder, 'migrations')).map((name) => join(folder, 'migrations', name));
  const squawk = resolve('node_modules/squawk-cli/js/bin/squawk');
  const contenders = [
    {
      name: 'squawk (up and down alike, no live facts)',
      run: { ...node(squawk, '--reporter=json', ...files), statuses: [0, 1] },
    },
    { name: 'strata lint --offline', run: strata(['lint', '--offline'], folder) },
    { name: 'strata lint --offline, TypeScript', run: strata(['lint', '--offline'], tsProject('lint_ts', 1000)) },
  ];
  report('lint of 1,000 (at most 1.5 s)', contenders[0].name, compare(contenders, ROUNDS), {});
  const url = freshDatabase('lint');
  const pending = sqlProject('lint_ten', 1010);
  const env = { DATABASE_URL: url };
  seconds(strata(['up', '--to', '1000'], pending, env));
  const ten = [
    { name: 'empty node', run: node('-e', '0') },
    { name: 'strata lint (at most 0.35 s)', run: strata(['lint'], pending, env) },
    { name: 'strata plan (at most 0.4 s)', run: strata(['plan'], pending, env) },
  ];
  report('ten pending after 1,000', 'empty node', compare(ten, ROUNDS * 2), {});
}

/** Generated types: 45, 500 and 2,000 tables, live and from a Snapshot; the compiler's time for them. */
async function types() {
  const { benchTypes } = await import('./types.js');
  await benchTypes({ home, freshDatabase, strata, node, rounds: ROUNDS, report, note: (row) => rows.push(row) });
}

/** The application library over `pg`. */
async function client() {
  const { benchClient } = await import('./client.js');
  await benchClient({ url: freshDatabase('client'), note: (row) => rows.push(row) });
}

/** The embedded server, cold and warm. */
function server() {
  const folder = join(home, 'server');
  mkdirSync(folder, { recursive: true });
  const times = compare(
    [
      { name: 'empty node', run: node('-e', '0') },
      {
        name: 'cold: initdb, start, first query',
        prepare: () => dropServer(folder),
        run: strata(['db', 'start'], folder),
      },
      { name: 'warm: db url', run: strata(['db', 'url'], folder) },
    ],
    Math.min(ROUNDS, 3),
  );
  dropServer(folder);
  report('embedded server (limits: 1.5 s cold, 0.2 s warm)', 'empty node', times, {});
}

/** What a test waits for that wants a database of its own. */
async function clone() {
  report(...(await benchClone(tools)));
}

/** Backups of 1 GiB (BENCH_MIB): create, verify and drill against the bare programs. */
async function backup() {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    sql(serverUrl, `ALTER SYSTEM SET ${setting} = off`);
  sql(serverUrl, 'SELECT pg_reload_conf()');
  const url = freshDatabase('backup');
  const found = await benchBackup({
    url,
    restoreUrl: () => freshDatabase('restored'),
    folder: home,
    rounds: Math.min(ROUNDS, 3),
    bin: BIN,
    program,
    sql: (text) => seconds({ command: program('psql'), args: ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', text] }),
    postmaster: Number(readFileSync(join(home, '.strata', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]),
  });
  for (const [work, who, wall, cpu, ratio, cpuRatio] of found) {
    rows.push([work, who, wall, ratio, cpu && `CPU ${cpu} s, ${cpuRatio}`, '']);
  }
  for (const name of ['backup', 'restored']) sql(serverUrl, `DROP DATABASE IF EXISTS bench_${name} WITH (FORCE)`);
}

/** What CI waits for. */
function check() {
  for (const found of benchCheck(tools)) report(...found);
}

/** What the next run would do, foretold and measured. */
function plan() {
  for (const found of benchPlan(tools)) report(...found);
}

/** A backup into a bucket and back, against curl. */
async function remote() {
  const { mib, up, down, costs } = await benchRemote(tools);
  for (const [way, times] of Object.entries({ upload: up, download: down })) {
    const { cpu, mib: peak } = costs[way];
    const title = `${way} of ${mib.toFixed(0)} MiB (${cpu.toFixed(1)} s CPU, peak ${peak.toFixed(0)} MiB, at most 150)`;
    report(title, way === 'upload' ? 'curl up' : 'curl down', times, {});
  }
}

/** The marketplace's migrations up and down against psql running the same statements. */
function migrations() {
  for (const found of benchMigrations(tools)) report(...found);
}

/** Its load data against \\copy of the same rows. */
async function seed() {
  for (const found of await benchSeed(tools)) report(...found);
}

/** Its procedures against the same writes without checks. */
function procedures() {
  for (const found of benchProcedures(tools)) report(...found);
}

/** A statement in batches against the same in one. */
function backfill() {
  for (const found of benchBackfill(tools)) report(...found);
}

/** A WAL segment into the archive, against cp and fsync: at least 90 % of their rate. */
function archiver() {
  for (const [work, times] of benchArchiver(tools))
    report(work, 'cp, fsync', times, work.includes('full') ? { 'archiver.sh': 1 / 0.9 } : {});
}

/** What its policies add to each named query. */
async function rls() {
  const head = ['query', 'as', 'ms with / without', 'ratio', 'client ms', 'ratio', 'pages'];
  printTable([head, ...(await benchRls(tools))]);
}

function freshContenders(language, count) {
  const folder = language === 'sql' ? sqlProject(`fresh_${count}`, count) : tsProject(`ts_${count}`, count);
  const script = join(home, `fresh_${count}.sql`);
  writeFileSync(script, psqlScript(count));
  const barePath = { NODE_PATH: NODE_MODULES };
  const psql = (command) => ({
    command,
    args: ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', freshDatabase('fresh'), '-f', script],
  });
  const [typed, bare] = [onPath('psql') ?? program('psql'), unwrapped('psql')];
  return [
    { name: 'psql', run: () => psql(typed) },
    ...(bare !== null && bare !== typed ? [{ name: BARE_PSQL, run: () => psql(bare) }] : []),
    {
      name: 'bare node, a message each',
      run: () => node('-e', BARE_UP, script, { env: { ...barePath, DATABASE_URL: freshDatabase('fresh') } }),
    },
    {
      name: 'strata up',
      prepare: () => rmSync(join(folder, 'strata.lock.json'), { force: true }),
      run: () => strata(['up'], folder, { DATABASE_URL: freshDatabase('fresh') }),
    },
    { name: 'node-pg-migrate', run: () => nodePgMigrate(folder, freshDatabase('fresh')) },
  ];
}

function costs(language) {
  const folder = language === 'sql' ? sqlProject('fresh_1000', 1000) : tsProject('ts_1000', 1000);
  const { cpu, mib } = usage(strata(['up'], folder, { DATABASE_URL: freshDatabase('fresh') }));
  rows.push([
    `client of 1,000 (${language}): CPU s`,
    'strata up',
    cpu.toFixed(2),
    '',
    'at most 0.70',
    cpu <= 0.7 ? 'ok' : 'OVER',
  ]);
  rows.push([
    `client of 1,000 (${language}): peak MiB`,
    'strata up',
    mib.toFixed(0),
    '',
    'at most 95',
    mib <= 95 ? 'ok' : 'OVER',
  ]);
}

function sqlProject(name, count) {
  const folder = join(home, name);
  if (!existsSync(folder)) writeSqlHistory(join(folder, 'migrations'), count);
  return folder;
}

function tsProject(name, count) {
  const folder = join(home, name);
  if (!existsSync(folder)) writeTsHistory(join(folder, 'migrations'), count);
  return folder;
}

function freshDatabase(name, template = 'template0') {
  sql(serverUrl, `DROP DATABASE IF EXISTS bench_${name} WITH (FORCE)`);
  sql(serverUrl, `CREATE DATABASE bench_${name} TEMPLATE ${template}`);
  return serverUrl.replace(/\/[^/?]*(\?|$)/, `/bench_${name}$1`);
}

function sql(url, text) {
  for (const statement of text.split(';')) {
    seconds({ command: program('psql'), args: ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', statement] });
  }
}

function strata(args, cwd, env = {}) {
  return { command: process.execPath, args: [BIN, ...args], cwd, env: { NO_COLOR: '1', ...env } };
}

function strataOutput(args, cwd) {
  const ended = spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8' });
  if (ended.status !== 0) fail(ended.stderr);
  return ended.stdout;
}

function nodePgMigrate(folder, url) {
  const args = [
    join(NODE_MODULES, 'node-pg-migrate', 'bin', 'node-pg-migrate.js'),
    'up',
    '--no-verbose',
    '-m',
    'migrations',
    '--single-transaction=false',
  ];
  return { command: process.execPath, args, cwd: folder, env: { DATABASE_URL: url } };
}

function node(...args) {
  const options = typeof args.at(-1) === 'object' ? args.pop() : {};
  return { command: process.execPath, args, ...options };
}

function dropServer(folder) {
  spawnSync(process.execPath, [BIN, 'db', 'stop'], { cwd: folder });
  rmSync(join(folder, '.strata'), { recursive: true, force: true });
}

function program(name) {
  return (
    unwrapped(name, [process.env.STRATA_PG_BIN]) ??
    onPath(name) ??
    unwrapped(name) ??
    fail(`${name} is not installed; set STRATA_PG_BIN`)
  );
}

function onPath(name) {
  return firstOf(name, (process.env.PATH ?? '').split(':'));
}

/** The program itself: what Debian puts on PATH is a wrapper in Perl that first chooses a version, 20 ms of CPU. */
function unwrapped(name, folders = [process.env.STRATA_PG_BIN, ...debianFolders()]) {
  return firstOf(name, folders);
}

function debianFolders() {
  const base = '/usr/lib/postgresql';
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin')) : [];
}

function firstOf(name, folders) {
  const found = folders.filter(Boolean).map((folder) => join(folder, name));
  return found.find((path) => existsSync(path)) ?? null;
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function report(title, base, times, limits) {
  for (const [name, time] of times) {
    const ratio = time / times.get(base);
    const limit = limits[name];
    rows.push([
      title,
      name,
      time.toFixed(3),
      `${ratio.toFixed(2)}x`,
      limit ? `at most ${limit.toFixed(2)}x` : '',
      limit ? (ratio <= limit ? 'ok' : 'OVER') : '',
    ]);
  }
}

function print() {
  if (rows.length > 0) printTable([['work', 'who', 'median', 'ratio', 'limit', ''], ...rows]);
}

function printTable(lines) {
  const widths = lines[0].map((_, i) => Math.max(...lines.map((row) => row[i].length)));
  for (const row of lines)
    process.stdout.write(
      `${row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd()}\n`,
    );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
