/** Runs whole processes, takes medians, reads CPU and peak memory; shared by every part of the bench. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROBE = fileURLToPath(new URL('./probe.cjs', import.meta.url));

/** @typedef {{ command: string, args: string[], cwd?: string, env?: Record<string, string>, input?: string, statuses?: number[] }} Run */

/** One run to its end. Returns seconds. */
export function seconds(run) {
  const start = process.hrtime.bigint();
  output(run);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** What one run prints; throws when it fails (a linter that found something does not), with all that it printed. */
export function output(run) {
  const { status, stdout, stderr } = spawnSync(run.command, run.args, options(run));
  if ((run.statuses ?? [0]).includes(status)) return stdout;
  throw new Error(`${run.command} ${run.args.join(' ')}: exit ${status}\n${stderr}\n${stdout}`);
}

/** CPU seconds and peak MiB of a Node process, from its own resource usage at exit. */
export function usage(run) {
  const folder = mkdtempSync(join(tmpdir(), 'strata-bench-'));
  try {
    const file = join(folder, 'usage.json');
    const nodeOptions = `--require=${PROBE}`;
    seconds({ ...run, env: { ...run.env, STRATA_BENCH_USAGE: file, NODE_OPTIONS: nodeOptions } });
    const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(file, 'utf8'));
    return { cpu: (userCPUTime + systemCPUTime) / 1e6, mib: maxRSS / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs every contender in turn, `rounds` times, and gives each one's median: a slow minute hurts all alike. */
export function compare(contenders, rounds) {
  const times = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, prepare, run } of contenders) {
      prepare?.();
      times.get(name).push(seconds(typeof run === 'function' ? run() : run));
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function options({ cwd, env, input }) {
  return { cwd, input, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 28 };
}
