/**
 * Backups of a database of BENCH_MIB (default 1,024) MiB, whole processes, against the bare programs in the same run:
 * `backup create` and pg_dump of the same format, `backup verify` and sha256sum, `drill` and pg_restore with the same checks behind it. Wall time is what
 * waits; the CPU time of the server's processes and of all clients tells more on a machine that others use, too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { median, usage } from './measure.js';

const MIB = Number(process.env.BENCH_MIB ?? 1024);
const DRILL_ROUNDS = Number(process.env.BENCH_DRILLS ?? 1);
/** BENCH_BARE=no: not the bare programs, which take as long again; what is left is what we take, RTO and RPO. */
const BARE = process.env.BENCH_BARE !== 'no';
const WAYS = (process.env.BENCH_WAYS ?? 'custom gzip,directory gzip,custom zstd,custom none').split(',');

/**
 * @param {{ url: string, restoreUrl: () => string, folder: string, rounds: number, bin: string, program: (name: string) => string, sql: (text: string) => void, postmaster: number }} on
 * Gives rows of [work, who, wall seconds, CPU seconds, ratio of wall, ratio of CPU].
 */
export async function benchBackup(on) {
  fill(on);
  const rows = [];
  for (const way of WAYS) {
    const found = oneWay(way, on);
    // Minutes a way: who ends it early has those that were done.
    process.stderr.write(`${found.map((row) => row.join('  ')).join('\n')}\n`);
    rows.push(...found);
  }
  return rows;
}

/**
 * About 156 bytes a row with its index: numbers, times, a few states, names that repeat, and text that does not. Rows are made for up to 64 MiB,
 * and from there on copied under other ids, which takes a fifth of the time; no compression looks so far back.
 */
function fill({ sql }) {
  const rows = Math.round((MIB * 1024 * 1024) / 4 / 254);
  const made = Math.min(rows, Math.round((64 * 1024 * 1024) / 254));
  sql(`CREATE UNLOGGED TABLE made AS
    SELECT g AS id, (g * 7919 % 100003)::integer AS student_id, (g * 104729 % 10007)::integer AS tutor_id,
           (ARRAY['PENDING','ACCEPTED','COMPLETED','CANCELLED'])[1 + g % 4] AS status, timestamptz '2024-01-01 UTC' + g * interval '37 s' AS starts_at,
           ((g % 9000) / 100.0)::numeric(10,2) AS price, md5(g::text)::uuid AS token,
           'lesson ' || g % 5000 || ' of ' || md5((g % 70000)::text) || ' in room ' || g % 37 || ', ' || repeat('please ', (g % 9)::int) AS note,
           timestamptz '2024-01-01 UTC' + g * interval '31 s' AS created_at
      FROM generate_series(1::bigint, ${made}) AS g`);
  for (let i = 1; i <= 4; i += 1) {
    sql(`CREATE TABLE bookings_${i} (id bigint, student_id integer NOT NULL, tutor_id integer NOT NULL,
      status text NOT NULL, starts_at timestamptz NOT NULL, price numeric(10,2), token uuid, note text, created_at timestamptz)`);
    for (let first = 0; first < rows; first += made) {
      sql(`INSERT INTO bookings_${i} SELECT id + ${first}, student_id, tutor_id, status, starts_at, price, token, note, created_at
        FROM made WHERE id + ${first} <= ${rows}`);
    }
    sql(`ALTER TABLE bookings_${i} ADD PRIMARY KEY (id)`);
    sql(`CREATE INDEX ON bookings_${i} (tutor_id, starts_at)`);
  }
  sql('DROP TABLE made');
  sql('VACUUM ANALYZE');
  sql('CHECKPOINT');
}

function oneWay(way, on) {
  const [format, compress] = way.split(' ');
  const bare = join(on.folder, 'bare.dump');
  const dir = join(on.folder, 'backups');
  const env = { DATABASE_URL: on.url };
  const jobs = format === 'directory' ? ['--jobs=2'] : [];
  const ours = ['backup', 'create', '--dir', dir, '--dump-format', format, '--compress', compress, ...jobs];
  const dump = {
    command: on.program('pg_dump'),
    args: [
      `--format=${format}`,
      `--compress=${compress === 'none' ? '0' : compress === 'gzip' ? '6' : compress}`,
      ...jobs,
      `--file=${bare}`,
      on.url,
    ],
  };
  const create = strata(ours, on, env);
  const rows = interleaved(
    on,
    [
      { name: 'pg_dump', prepare: () => rmSync(bare, { recursive: true, force: true }), run: dump },
      { name: 'strata backup create', prepare: () => rmSync(dir, { recursive: true, force: true }), run: create },
    ],
    on.rounds,
  ).map((row) => [`${way}: create`, ...row]);
  rows.push(...verification(way, dir, on), ...drill(way, { bare, dir, format }, on));
  if (BARE) {
    rmSync(dir, { recursive: true, force: true });
    rows.push([`${way}: create`, 'peak MiB of strata', usage(create).mib.toFixed(0), '', '', '']);
  }
  rmSync(dir, { recursive: true, force: true });
  rmSync(bare, { recursive: true, force: true });
  return rows;
}

function verification(way, dir, on) {
  const [id] = readdirSync(dir).filter((name) => existsSync(join(dir, name, 'manifest.json')));
  const sums = { command: 'sha256sum', args: ['--quiet', '-c', 'SHA256SUMS'], cwd: join(dir, id) };
  return interleaved(
    on,
    [
      { name: 'sha256sum', run: sums },
      { name: 'strata backup verify', run: strata(['backup', 'verify', '--dir', dir], on) },
    ],
    on.rounds,
  ).map((row) => [`${way}: verify`, ...row]);
}

function drill(way, { bare, dir, format }, on) {
  const rows = interleaved(
    on,
    [
      { name: 'pg_restore, counts, hashes, pg_amcheck', run: () => bareDrill(bare, on) },
      { name: 'strata drill', run: strata(['drill', '--dir', dir, '--scratch', on.folder, '--jobs', '2'], on) },
    ],
    DRILL_ROUNDS,
  ).map((row) => [`${way}: drill`, ...row]);
  const reports = join(dir, 'drills');
  const newest = readdirSync(reports)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .at(-1);
  const report = JSON.parse(readFileSync(join(reports, newest), 'utf8'));
  const phases = report.phases.map(({ name, ms }) => `${name} ${((ms ?? 0) / 1000).toFixed(1)}`).join(', ');
  rows.push([`${way}: drill`, `RTO (${phases})`, (report.rto_ms / 1000).toFixed(3), '', '', '']);
  rows.push([`${way}: drill`, 'RPO', (report.rpo_ms / 1000).toFixed(3), '', '', '']);
  rows.push([`${way}: size`, `${format} MiB`, (report.backup.size / 1048576).toFixed(0), '', '', '']);
  return rows;
}

/** What a drill does to the database, by the bare programs; the server is there already. */
function bareDrill(bare, on) {
  const url = on.restoreUrl();
  const looks = [1, 2, 3, 4].map((i) => {
    const row = `ROW(created_at, id, note COLLATE "C", numeric_send(price), starts_at, status COLLATE "C", student_id, token, tutor_id)`;
    return `SELECT count(*), sum(hashtextextended(hash_record_extended(${row}, 0)::text COLLATE "C", 0)) FROM bookings_${i}`;
  });
  const steps = [
    [on.program('pg_restore'), '--jobs=2', '--exit-on-error', '--no-owner', `--dbname=${url}`, bare],
    [on.program('psql'), '-qX', '-v', 'ON_ERROR_STOP=1', '-d', url, ...looks.flatMap((sql) => ['-c', sql])],
    [on.program('pg_amcheck'), '--install-missing', '--heapallindexed', '--parent-check', '--jobs=2'],
  ];
  // pg_amcheck takes no connection string.
  const { hostname, port, username, password, pathname } = new URL(url);
  const env = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) };
  return { command: 'bash', args: ['-c', steps.map((words) => words.map(quoted).join(' ')).join(' && ')], env };
}

/** Median wall and CPU seconds of each; the first is the base of the ratios. */
function interleaved(on, all, rounds) {
  const contenders = BARE ? all : all.slice(-1);
  const times = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    contenders.forEach(({ prepare, run }, i) => {
      prepare?.();
      const before = serverCpu(on.postmaster);
      const { wall, cpu } = timed(typeof run === 'function' ? run() : run);
      times[i].push({ wall, cpu: cpu + serverCpu(on.postmaster) - before });
    });
  }
  const middle = times.map((list) => ({ wall: median(list.map((t) => t.wall)), cpu: median(list.map((t) => t.cpu)) }));
  return contenders.map(({ name }, i) => {
    const { wall, cpu } = middle[i];
    const ratio = (value, base) => `${(value / base).toFixed(2)}x`;
    return [name, wall.toFixed(3), cpu.toFixed(2), ratio(wall, middle[0].wall), ratio(cpu, middle[0].cpu)];
  });
}

/** Wall seconds, and user and system seconds of the process and of its children, as bash tells them. */
function timed({ command, args, cwd, env }) {
  const line = [command, ...args].map(quoted).join(' ');
  const start = process.hrtime.bigint();
  const ended = spawnSync('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${line} >&2`], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (ended.status !== 0) throw new Error(`${line}: exit ${ended.status}\n${ended.stderr}`);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(ended.stderr) ?? [];
  return { wall, cpu: Number(user) + Number(system) };
}

function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** CPU seconds of the server's processes that have ended (Linux; elsewhere 0): fields 16 and 17 of its stat file. */
function serverCpu(pid) {
  // A backend ends a moment after its client.
  spawnSync('sleep', ['0.3']);
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const text = readFileSync(path, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function strata(args, { bin, folder }, env = {}) {
  return { command: process.execPath, args: [bin, ...args], cwd: folder, env: { NO_COLOR: '1', ...env } };
}
