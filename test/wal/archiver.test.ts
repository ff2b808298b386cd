/** The archiver as PostgreSQL calls it: through a shell, by its path in the archive. No server, no Node. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveCommand } from '../../src/wal/settings.ts';
import { killArchiver } from '../drill/wal-kill.ts';
import { project } from '../support/project.ts';
import { until } from './cluster.ts';

const SYSTEM = 7_300_000_000_000_000_001n;
const SIZE = 1024 * 1024;
const NAME = '0000000100000000000000A3';

interface Place {
  readonly dir: string;
  readonly wal: string;
  readonly drafts: string;
  /** Where the server's own files are. */
  readonly source: string;
}

function place(disk = project()): Place {
  const dir = join(disk, "an archive's 100%");
  mkdirSync(join(dir, 'wal'), { recursive: true });
  writeFileSync(join(dir, 'archiver.sh'), readFileSync('src/wal/archiver.sh'));
  const identity = { strata_wal: 1, system_identifier: String(SYSTEM), wal_segment_size: SIZE, created_at: '' };
  writeFileSync(join(dir, 'archive.json'), `${JSON.stringify(identity, null, 2)}\n`);
  return { dir, wal: join(dir, 'wal'), drafts: join(dir, 'draft'), source: project() };
}

/** A segment whose first page names the cluster; `fill` makes it differ from others. */
function segment(fill: number, system = SYSTEM, size = SIZE): Buffer {
  const bytes = Buffer.alloc(size, fill);
  bytes.fill(0, size / 2);
  bytes.writeBigUInt64LE(system, 24);
  return bytes;
}

/** As PostgreSQL does: %p and %f replaced, %% a single one, `sh -c`. */
function commandFor({ dir }: Place, name: string): string {
  return archiveCommand(dir).replace('%p', `pg_wal/${name}`).replace('%f', name).replaceAll('%%', '%');
}

function write({ source }: Place, name: string, bytes: Buffer | string): void {
  mkdirSync(join(source, 'pg_wal'), { recursive: true });
  writeFileSync(join(source, 'pg_wal', name), bytes);
}

function archive(at: Place, name: string, before = ''): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', before + commandFor(at, name)], {
    cwd: at.source,
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('puts a segment into the archive, with its checksum, and nothing else', () => {
  const at = place();
  write(at, NAME, segment(7));
  expect(archive(at, NAME)).toEqual({ status: 0, stderr: '' });
  expect(readdirSync(at.wal).sort()).toEqual([NAME, 'CKSUMS']);
  expect(readFileSync(join(at.wal, NAME)).equals(segment(7))).toBe(true);
  const sums = execFileSync('cksum', [NAME], { cwd: at.wal, encoding: 'utf8' });
  expect(readFileSync(join(at.wal, 'CKSUMS'), 'utf8')).toBe(sums);
  expect(statSync(join(at.wal, NAME)).mode & 0o077).toBe(0);
});

test.each(['00000002.history', `${NAME}.00000028.backup`, `${NAME}.partial`])('archives %s', (name) => {
  const at = place();
  write(at, name, name.endsWith('partial') ? segment(1) : '1\t0/3000000\tno recovery target specified\n');
  expect(archive(at, name)).toEqual({ status: 0, stderr: '' });
  expect(readdirSync(at.wal).sort()).toEqual([name, 'CKSUMS'].sort());
});

describe('a file that is there already', () => {
  test('is a success when it is the same, as after a crash before PostgreSQL noted it', () => {
    const at = place();
    write(at, NAME, segment(7));
    archive(at, NAME);
    expect(archive(at, NAME)).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(at.wal).sort()).toEqual([NAME, 'CKSUMS']);
  });

  test('is a loud failure when it is another, and stays as it is', () => {
    const at = place();
    write(at, NAME, segment(7));
    archive(at, NAME);
    write(at, NAME, segment(8));
    const { status, stderr } = archive(at, NAME);
    expect(status).toBe(101);
    expect(stderr).toContain(`strata archiver: ${NAME}: the archive has another file of this name`);
    expect(readFileSync(join(at.wal, NAME)).equals(segment(7))).toBe(true);
    expect(readdirSync(at.wal).sort()).toEqual([NAME, 'CKSUMS']);
  });

  test('shorter than it, as a crashed cp leaves it, is never taken for whole', () => {
    const at = place();
    write(at, NAME, segment(7));
    writeFileSync(join(at.wal, NAME), segment(7).subarray(0, 4096));
    expect(archive(at, NAME).status).toBe(101);
  });
});

describe('refuses', () => {
  const cases: readonly (readonly [string, Buffer | string, RegExp])[] = [
    ['a truncated segment', segment(1, SYSTEM, SIZE / 2), /it has 524288 bytes instead of the 1048576/],
    ['an empty one', '', /is empty or not there/],
    ['one of another cluster', segment(1, 42n), /it is of cluster 42, the archive is that of 7300000000000000001/],
  ];
  test.each(cases)('%s', (_what, bytes, message) => {
    const at = place();
    write(at, NAME, bytes);
    const { status, stderr } = archive(at, NAME);
    expect(status).toBe(101);
    expect(stderr).toMatch(message);
    expect(readdirSync(at.wal)).toEqual([]);
  });

  test.each(['archive', '00000001', '.tmp.x', '0000000100000000000000g3', `${NAME}0`])('the name %s', (name) => {
    const at = place();
    write(at, name, segment(1));
    expect(archive(at, name).stderr).toContain('this is no name of a WAL file');
    expect(readdirSync(at.wal)).toEqual([]);
  });

  test('a folder that is no archive, such as that below a disk that is not mounted', () => {
    const at = place();
    write(at, NAME, segment(1));
    rmSync(join(at.dir, 'archive.json'));
    expect(archive(at, NAME)).toMatchObject({ status: 101, stderr: expect.stringContaining('has no archive.json') });
    writeFileSync(join(at.dir, 'archive.json'), '{}');
    expect(archive(at, NAME)).toMatchObject({
      status: 101,
      stderr: expect.stringContaining('archive.json is damaged'),
    });
    expect(readdirSync(at.wal)).toEqual([]);
  });
});

test('its own statuses are between 101 and 125, whatever happens', () => {
  const at = place();
  const run = (...args: string[]): number | null => spawnSync('/bin/sh', [join(at.dir, 'archiver.sh'), ...args]).status;
  expect(run()).toBe(102);
  expect(run('nowhere', NAME)).toBe(102);
  write(at, NAME, segment(1));
  const path = join(at.source, 'pg_wal', NAME);
  // Every program it needs, missing in turn: 127 would stop the archiver.
  for (const missing of ['dd', 'cksum', 'od', 'ln', 'sync']) {
    const bin = project();
    for (const name of ['dd', 'cksum', 'od', 'ln', 'sync', 'rm', 'cmp'].filter((one) => one !== missing)) {
      const program = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
      writeFileSync(join(bin, name), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
      chmodSync(join(bin, name), 0o755);
    }
    const { status } = spawnSync('/bin/sh', [join(at.dir, 'archiver.sh'), path, NAME], { env: { PATH: bin } });
    expect([missing, status]).toEqual([missing, expect.toSatisfy((n: number) => n >= 101 && n <= 125)]);
    rmSync(join(at.wal, NAME), { force: true });
  }
});

test('what a killed run left is swept by the next one', () => {
  const at = place();
  mkdirSync(at.drafts);
  writeFileSync(join(at.drafts, `${NAME}.1`), 'half');
  write(at, NAME, segment(7));
  expect(archive(at, NAME).status).toBe(0);
  expect(readdirSync(at.wal).sort()).toEqual([NAME, 'CKSUMS']);
  expect(readdirSync(at.drafts)).toEqual([]);
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  '%s in the middle fails, leaves no file of that name, and the next try works',
  async (signal) => {
    const at = place();
    const bin = project();
    // A dd that never ends: the middle, whatever the machine does meanwhile.
    writeFileSync(join(bin, 'dd'), `#!/bin/sh\necho half > '${join(bin, 'begun')}'\nexec sleep 60\n`, { mode: 0o755 });
    write(at, NAME, segment(7));
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    const child = spawn('/bin/sh', ['-c', `echo $$; ${commandFor(at, NAME)}`], { cwd: at.source, env, detached: true });
    const status = new Promise((done) => child.on('exit', (code) => done(code)));
    await until(() => existsSync(join(bin, 'begun')));
    const inner = childrenOf(child.pid ?? 0)[0] ?? 0;
    process.kill(inner, signal);
    expect(await status).toBe(101);
    // After SIGTERM the archiver has ended its dd itself, so that nobody may be left.
    spawnSync('kill', ['-KILL', '--', `-${child.pid}`]);
    expect(readdirSync(at.wal)).toEqual([]);
    expect(archive(at, NAME).status).toBe(0);
    expect(readdirSync(at.wal).sort()).toEqual([NAME, 'CKSUMS']);
    expect(readdirSync(at.drafts)).toEqual([]);
  },
);

test('kill -9 at any moment, then the same segment again', async () => {
  const { before, after } = await killArchiver(8);
  expect(before + after).toBe(8);
});

test('a full disk fails, and works again when there is space', () => {
  const disk = join(project(), 'disk');
  mkdirSync(disk);
  const mounted = mount(disk, 'size=640k');
  try {
    const at = place(disk);
    const whole = Buffer.alloc(SIZE, 7);
    whole.writeBigUInt64LE(SYSTEM, 24);
    write(at, NAME, whole);
    // Where mounting is not allowed: files may not get longer than 640 KiB, which fails a write in its middle, too.
    const limit = mounted ? '' : 'ulimit -f 1280; ';
    const { status, stderr } = archive(at, NAME, limit);
    expect(status).toBe(101);
    expect(stderr).toMatch(/is it full/);
    expect([...readdirSync(at.wal), ...readdirSync(at.drafts)]).toEqual([]);
    if (mounted) mount(disk, 'remount,size=4m');
    expect(archive(at, NAME).status).toBe(0);
  } finally {
    if (mounted) execFileSync('umount', [disk]);
  }
});

test.each(['oflag', 'sparse'])('a dd that does not know %s does it otherwise', (word) => {
  const at = place();
  const bin = project();
  const program = execFileSync('/bin/sh', ['-c', 'command -v dd'], { encoding: 'utf8' }).trim();
  const refuse = `case "$*" in *${word}*) echo "dd: unknown $*" >&2; exit 1 ;; esac`;
  writeFileSync(join(bin, 'dd'), `#!/bin/sh\n${refuse}\nexec ${program} "$@"\n`, { mode: 0o755 });
  write(at, NAME, segment(7));
  expect(archive(at, NAME, `PATH='${bin}':$PATH; `).status).toBe(0);
  expect(readFileSync(join(at.wal, NAME)).equals(segment(7))).toBe(true);
  expect(readdirSync(at.drafts)).toEqual([]);
});

test('zeros take no space, and a file reads as it was', () => {
  const at = place();
  const idle = Buffer.alloc(SIZE);
  segment(9).copy(idle, 0, 0, 8192);
  write(at, NAME, idle);
  expect(archive(at, NAME).status).toBe(0);
  expect(readFileSync(join(at.wal, NAME)).equals(idle)).toBe(true);
  expect(statSync(join(at.wal, NAME)).size).toBe(SIZE);
});

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** False: this machine does not allow it. */
function mount(disk: string, options: string): boolean {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'strata-test', disk]);
  return status === 0;
}
