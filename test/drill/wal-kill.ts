/**
 * kill -9 of the archiver, with everything it started or itself alone, at random moments; then the same segment again, as
 * PostgreSQL asks for it after a crash. Whatever the moment: what has the segment's name is the segment, whole, and the next try
 * ends with 0 and leaves no draft. Used by `npm run drill` with many rounds, and by the suite with a few.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sha256 } from '../../src/base/canonical.ts';
import { archiveCommand } from '../../src/wal/settings.ts';
import { project } from '../support/project.ts';

const SYSTEM = 7_300_000_000_000_000_001n;
const SIZE = 4 * 1024 * 1024;

/** Gives how many of the kills came before the segment had its name, and how many after. */
export async function killArchiver(rounds: number): Promise<{ readonly before: number; readonly after: number }> {
  const dir = join(project(), 'archive');
  const wal = join(dir, 'wal');
  mkdirSync(wal, { recursive: true });
  writeFileSync(join(dir, 'archiver.sh'), readFileSync('src/wal/archiver.sh'));
  const identity = { strata_wal: 1, system_identifier: String(SYSTEM), wal_segment_size: SIZE, created_at: '' };
  writeFileSync(join(dir, 'archive.json'), `${JSON.stringify(identity, null, 2)}\n`);
  const source = project();
  const counts = { before: 0, after: 0 };
  const whole = median([0, 1, 2].map((n) => timed(() => archive(dir, source, segment(source, 0xf0 + n)))));
  for (let round = 0; round < rounds; round += 1) {
    const name = segment(source, round);
    const bytes = readFileSync(join(source, name));
    const status = await killed(dir, source, name, { after: whole * moment(round), group: round % 2 === 0 });
    const final = join(wal, name);
    if (existsSync(final)) {
      expect(readFileSync(final).equals(bytes), `round ${round}`).toBe(true);
      counts.after += 1;
    } else {
      expect(status, `round ${round}`).not.toBe(0);
      counts.before += 1;
    }
    expect(archive(dir, source, name), `round ${round}, again`).toBe(0);
    expect(readFileSync(final).equals(bytes), `round ${round}, again`).toBe(true);
  }
  // A copy that goes on after its script was killed may begin its draft after the next run looked: the one after that sweeps.
  for (let more = 0; more < 20 && readdirSync(join(dir, 'draft')).length > 0; more += 1) {
    archive(dir, source, segment(source, 0xffff00 + more));
  }
  expect(readdirSync(join(dir, 'draft'))).toEqual([]);
  // Each name has one checksum, that of its file, however often it was written down.
  const lines = new Set(readFileSync(join(wal, 'CKSUMS'), 'utf8').trim().split('\n'));
  const sums = execFileSync(
    'cksum',
    readdirSync(wal).filter((name) => name !== 'CKSUMS'),
    { cwd: wal, encoding: 'utf8' },
  );
  const right = new Set(sums.trim().split('\n'));
  expect([...lines].filter((line) => !right.has(line))).toEqual([]);
  return counts;
}

function segment(source: string, number: number): string {
  const name = `0000000100000000${number.toString(16).toUpperCase().padStart(8, '0')}`;
  const bytes = randomBytes(SIZE);
  bytes.writeBigUInt64LE(SYSTEM, 24);
  writeFileSync(join(source, name), bytes);
  return name;
}

const commandFor = (dir: string, name: string): string =>
  archiveCommand(dir).replace('%p', name).replace('%f', name).replaceAll('%%', '%');

function archive(dir: string, cwd: string, name: string): number | null {
  return spawnSync('/bin/sh', ['-c', commandFor(dir, name)], { cwd }).status;
}

interface Kill {
  /** Milliseconds. */
  readonly after: number;
  /** True: everything dies, as with the machine; false: the script alone, and what it started goes on. */
  readonly group: boolean;
}

function killed(dir: string, cwd: string, name: string, { after, group }: Kill): Promise<number | null> {
  const child = spawn('/bin/sh', ['-c', commandFor(dir, name)], { cwd, detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  setTimeout(() => {
    try {
      process.kill(group ? -pid : (childOf(pid) ?? pid), 'SIGKILL');
    } catch {
      // It has ended before.
    }
  }, after);
  return new Promise((done) => child.on('exit', (status) => done(status)));
}

function childOf(pid: number): number | null {
  const path = `/proc/${pid}/task/${pid}/children`;
  const [first] = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ') : [];
  return first ? Number(first) : null;
}

function timed(work: () => number | null): number {
  const start = performance.now();
  expect(work()).toBe(0);
  return performance.now() - start;
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}

/** Between 0 and 1.1 of a whole run, the same in every drill. */
function moment(round: number): number {
  return (Number.parseInt(sha256(`archiver ${round}`).slice(0, 8), 16) / 2 ** 32) * 1.1;
}
