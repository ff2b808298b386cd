/**
 * A backup of BENCH_REMOTE_MIB (default 200) into a bucket and back, against curl moving the same bytes. The bucket is the
 * tests' double in a process of its own: it hashes what strata signs (SHA-256 twice, MD5), and of curl's bytes the MD5 alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { compare, usage } from './measure.js';

const MIB = Number(process.env.BENCH_REMOTE_MIB ?? 200);
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const DOUBLE = `
import { emptyBucket } from './bucket.ts';
import { startDouble } from './server.ts';
const double = await startDouble();
double.buckets.set('plain', emptyBucket());
// A bench of many rounds would fill the memory: of the copies under run1/, run2/, … only the newest stays.
setInterval(() => {
  double.seen.length = 0;
  const runs = [...double.objects.keys()].map((key) => Number(/^run(\\d+)\\//.exec(key)?.[1] ?? Infinity));
  const newest = Math.max(...runs.filter(Number.isFinite));
  for (const [i, key] of [...double.objects.keys()].entries()) if (runs[i] < newest) double.objects.delete(key);
}, 1000);
console.log(double.url);
`;

export async function benchRemote({ home, rounds, strata, database, psql }) {
  const server = await startServer(home);
  try {
    const folder = join(home, 'remote');
    const url = database('remote');
    const rows = Math.ceil((MIB * 1024 * 1024) / 10_240);
    const chunk =
      "(SELECT string_agg(encode(sha256((i::text || ',' || j)::bytea), 'hex'), '') FROM generate_series(1, 160) j)";
    const table = `CREATE TABLE t AS SELECT i, ${chunk} AS b FROM generate_series(1, ${rows}) i`;
    run(psql(url, '-c', table));
    const remote = { endpoint: server.url, bucket: 'backups', prefix: 'bench' };
    run({ command: 'mkdir', args: ['-p', folder] });
    writeFileSync(
      join(folder, 'strata.config.json'),
      JSON.stringify({ backup: { remote }, files: { endpoint: server.url } }),
    );
    const env = { ...KEYS, DATABASE_URL: url };
    run(strata(['backup', 'create', '--compress', 'none', '--counts-only'], folder, env));
    const [id = ''] = readdirSync(join(folder, 'backups')).filter((name) => /Z-[0-9a-f]{8}$/.test(name));
    const dump = join(folder, 'backups', id, 'database.dump');
    const signed = (...args) =>
      run(strata(['files', 'url', 'plain', 'dump', '--expires', '3600', ...args], folder, env)).trim();
    const size = String(run({ command: 'stat', args: ['-c', '%s', dump] })).trim();
    const put = signed('--put', '--type', 'application/octet-stream', '--size', size);
    const get = signed();
    const curl = (...args) => ({ command: 'curl', args: ['-sf', ...args] });
    const upload = strata(['backup', 'upload', id], folder, env);
    const times = compare(
      [
        {
          name: 'curl up',
          run: curl('-H', 'content-type: application/octet-stream', '-H', 'Expect:', '-T', dump, put),
        },
        {
          name: 'strata backup upload',
          run: () => strata(['backup', 'upload', id, '--prefix', prefix()], folder, env),
        },
      ],
      rounds,
    );
    run(upload);
    const to = () => ['--dir', join(folder, prefix())];
    const back = compare(
      [
        { name: 'curl down', run: curl('-o', join(folder, 'copy'), get) },
        { name: 'strata backup download', run: () => strata(['backup', 'download', id, ...to()], folder, env) },
      ],
      rounds,
    );
    const costs = {
      upload: usage(strata(['backup', 'upload', id, '--prefix', prefix()], folder, env)),
      download: usage(strata(['backup', 'download', id, ...to()], folder, env)),
    };
    return { mib: Number(size) / 1024 / 1024, up: times, down: back, costs };
  } finally {
    server.child.kill();
    rmSync(join(home, 'remote'), { recursive: true, force: true });
  }
}

let round = 0;
/** A place of its own for each run: what is there already is not sent again. */
function prefix() {
  round += 1;
  return `run${round}`;
}

async function startServer(home) {
  const outfile = join(home, 'double.mjs');
  const stdin = { contents: DOUBLE, resolveDir: resolve('test/support/s3'), loader: 'ts' };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((ready) => child.stdout.once('data', (text) => ready(String(text).trim())));
  return { child, url };
}

function run({ command, args, cwd, env }) {
  const ended = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout;
}
