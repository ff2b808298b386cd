/** What `wal status` says about an archive: with its server, without, and after everything that happens to archives. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Archive, openArchive, readContents } from '../../src/wal/archive.ts';
import { judgeSegments } from '../../src/wal/judge.ts';
import { readStatus, type WalStatus } from '../../src/wal/status.ts';
import { project, type Ran, strata } from '../support/project.ts';
import { copyArchive, makeCluster, rewrite, runtime, segmentsIn, type TestCluster, until } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

let cluster: TestCluster;
/** A copy of the archive for each test to break. */
let archive: Archive;
let last = '';

beforeAll(async () => {
  cluster = await makeCluster();
  await cluster.session((s) => s.query('CREATE TABLE t (n int)'));
  await cluster.archived();
  await cluster.base();
  for (let n = 1; n <= 5; n += 1) {
    await cluster.session((s) => s.query('INSERT INTO t VALUES ($1)', [n]));
    last = await cluster.archived();
  }
});

beforeEach(async () => {
  archive = await copyArchive(cluster.archiveDir);
});

const read = (verify = false, session: 'alone' | 'asked' = 'alone'): Promise<WalStatus> =>
  session === 'asked'
    ? cluster.session((s) => readStatus({ archive, session: s, verify, runtime }))
    : readStatus({ archive, session: null, verify, runtime });
const codes = ({ findings }: WalStatus): string[] => findings.map((found) => `${found.code} ${found.subject}`);
const at = (name: string): string => join(archive.dir, 'wal', name);
const named = (back: number): string => segmentsIn(archive.dir).at(-1 - back) ?? '';

test('a whole archive: one window from the base backup to the last transaction, nothing wrong', async () => {
  const status = await read(true);
  expect(codes(status)).toEqual([]);
  expect(status.windows).toHaveLength(1);
  const [row] = await cluster.session((s) =>
    s.query<{ at: string }>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
    ),
  );
  const [window] = status.windows;
  expect((window?.from ?? '') < (window?.to ?? '')).toBe(true);
  expect((window?.to ?? '') < (row?.at ?? '')).toBe(true);
  expect(segmentsIn(archive.dir).at(-1)).toBe(last);
});

test('a missing segment ends the window before it', async () => {
  const whole = await read();
  rmSync(at(named(1)));
  const status = await read();
  expect(codes(status)).toEqual([expect.stringMatching(/^wal\/segment-missing 0000/)]);
  expect(status.findings[0]?.hint).toContain('strata wal base');
  expect((status.windows[0]?.to ?? '') < (whole.windows[0]?.to ?? '')).toBe(true);
});

test('what the server still has is waiting, not lost', async () => {
  rmSync(at(last));
  expect((await read(false, 'asked')).server?.waiting).toEqual([last]);
});

test.each([
  ['truncated', (path: string) => rewrite(path, Buffer.alloc(65_536)), /65536 bytes instead of 1048576/],
  ['zero-length', (path: string) => rewrite(path, ''), /0 bytes instead of/],
  ['of another cluster', (path: string) => overwrite(path, 24, 8), /it is of cluster/],
  ['under the name of another', (path: string) => overwrite(path, 8, 8), /its first page is that of position/],
])('a segment that is %s is damaged at a glance', async (_what, harm, message) => {
  harm(at(named(2)));
  const status = await read();
  expect(codes(status)).toEqual([`wal/segment-damaged ${named(2)}`]);
  expect(status.findings[0]?.message).toMatch(message);
});

test('4 bytes inside a segment are found when every byte is read', async () => {
  overwrite(at(named(2)), 4_000, 4);
  expect(codes(await read())).toEqual([]);
  expect(codes(await read(true))).toEqual([`wal/segment-damaged ${named(2)}`]);
});

describe('a segment whose checksum was lost', () => {
  const forget = (name: string): void => {
    const path = at('CKSUMS');
    rewrite(path, readFileSync(path, 'utf8').replace(new RegExp(`^.* ${name}\n`, 'm'), ''));
  };
  const proofs = ({ inventory }: WalStatus): string[] => inventory.segments.map((one) => one.proof);

  test('is read record by record: whole it is good, damaged it is not', async () => {
    forget(named(2));
    forget(named(0));
    const whole = await read(true);
    expect(codes(whole)).toEqual([]);
    expect(proofs(whole).reverse().slice(0, 4)).toEqual(['records', 'checksum', 'records', 'checksum']);
    // The first record that begins in it, or goes on there.
    overwrite(at(named(2)), 80, 4);
    expect(codes(await read())).toEqual([]);
    const damaged = await read(true);
    expect(codes(damaged)).toEqual([`wal/segment-damaged ${named(2)}`]);
    expect(damaged.findings[0]?.message).toMatch(/its records are damaged: /);
  });

  test('is told to be unproved where no pg_waldump of its version is, and never counts as read', async () => {
    forget(named(1));
    const { segments } = await readContents(archive);
    const judged = await judgeSegments({ archive, segments, verify: true, major: 99, runtime });
    expect(judged.unread).toContain('pg_waldump of PostgreSQL 99 is not installed');
    expect(judged.segments.map((one) => one.proof).at(-2)).toBe('header');
    rmSync(join(archive.dir, 'base'), { recursive: true });
    const status = await read(true);
    expect(codes(status)[0]).toBe(`wal/segment-unproved ${named(1)}`);
    expect(status.findings[0]?.message).toContain('no base backup tells which version');
  });
});

test('the RPO counts from the last segment that recovery gets to, not from one behind a hole', async () => {
  expect((await read()).newest?.name).toBe(named(0));
  const before = named(2);
  rmSync(at(named(1)));
  expect((await read()).newest?.name).toBe(before);
});

test('a byte of a base backup is found when every byte is read, and no window begins at it', async () => {
  const [id = ''] = readdirSync(join(archive.dir, 'base')).filter((name) => /^\d/.test(name));
  overwrite(join(archive.dir, 'base', id, 'data', 'global', 'pg_control'), 4_000, 1);
  expect(codes(await read())).toEqual([]);
  const status = await read(true);
  expect(codes(status)).toEqual([`wal/base-damaged ${id}`, 'wal/no-base base backups']);
  expect(status.windows).toEqual([]);
  // Remembered: the next look needs no reading to know it.
  expect(codes(await read())).toContain(`wal/base-damaged ${id}`);
});

test.each(['base.json', 'data/backup_manifest'])('a base backup without its %s is none', async (file) => {
  const [id = ''] = readdirSync(join(archive.dir, 'base')).filter((name) => /^\d/.test(name));
  rmSync(join(archive.dir, 'base', id, file));
  expect(codes(await read())[0]).toBe(`wal/base-damaged ${id}`);
});

test('segments of a timeline whose history is missing or damaged', async () => {
  const name = `00000002${last.slice(8)}`;
  cpSync(at(last), at(name));
  expect(codes(await read())).toContain('wal/history-missing 00000002.history');
  writeFileSync(at('00000002.history'), 'nonsense');
  expect(codes(await read())).toContain('wal/history-damaged 00000002.history');
  writeFileSync(at('00000002.history'), `1\t0/${last.slice(18, 20)}000000\tno recovery target specified\n`);
  expect(codes(await read()).filter((code) => code.includes('history'))).toEqual([]);
  // And the server is not on it: somebody else was promoted.
  expect(codes(await read(false, 'asked'))).toContain('wal/timeline timeline 1');
});

test('an archive of another cluster', async () => {
  const path = join(archive.dir, 'archive.json');
  rewrite(path, readFileSync(path, 'utf8').replace(archive.system_identifier, '42'));
  archive = await openArchive(archive.dir);
  expect(codes(await read(false, 'asked'))).toContain(`wal/other-cluster ${archive.dir}`);
});

describe('the command', () => {
  const run = (args: readonly string[] = [], target = cluster.target()): Promise<Ran> =>
    strata(['wal', 'status', ...args], {
      cwd: cluster.root,
      target,
      env: { STRATA_BACKUP_WAL_DIR: cluster.archiveDir },
    });

  test('exits with 0 and tells window, lag and RPO', async () => {
    const { status, stdout } = await run(['--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      data: {
        timeline: 1,
        missing: [],
        restorable: [{ timeline: 1 }],
        server: { archiving: true, ready: 0, waiting: [], failed: 0 },
        rpo_ms: expect.any(Number),
      },
    });
    expect((await run()).stdout).toMatch(/recoverable from .* to .* position/);
  });

  test('renews the health file: the archive, its base backups, and what the server counts', async () => {
    const health = join(project(), 'strata.prom');
    const env = { STRATA_BACKUP_WAL_DIR: archive.dir, STRATA_BACKUP_HEALTH: health };
    const look = async (target = cluster.target()): Promise<ReadonlyMap<string, number>> => {
      await strata(['wal', 'status'], { cwd: cluster.root, target, env });
      const lines = readFileSync(health, 'utf8').matchAll(/^strata_(\S+(?:\{[^}]*\})?) (\S+)$/gm);
      return new Map([...lines].map(([, series = '', value]) => [series, Number(value)]));
    };
    const whole = await look();
    const found = segmentsIn(archive.dir).length;
    expect(whole.get('wal_segments{state="found"}')).toBe(found);
    expect(whole.get('wal_segments{state="missing"}')).toBe(0);
    expect(whole.get('wal_bases{state="good"}')).toBe(1);
    expect(whole.get('wal_recoverable_to_timestamp_seconds')).toBe(whole.get('wal_newest_segment_timestamp_seconds'));
    expect(whole.get('wal_newest_base_timestamp_seconds')).toBeLessThanOrEqual(Date.now() / 1000);
    expect(whole.get('wal_waiting_files')).toBe(0);
    expect(whole.get('wal_archived_total')).toBeGreaterThanOrEqual(found);
    // It is a copy: the server archives elsewhere.
    expect(whole.get('wal_archiving')).toBe(0);
    rmSync(at(named(1)));
    // The server still has it: late, not lost.
    expect((await look()).get('wal_segments{state="missing"}')).toBe(0);
    const broken = await look({ ...cluster.target(), port: 1 });
    expect(broken.get('wal_segments{state="missing"}')).toBe(1);
    expect(broken.get('wal_findings{level="error"}')).toBe(1);
    expect(broken.has('wal_waiting_files')).toBe(false);
    const [to, newest] = ['wal_recoverable_to_timestamp_seconds', 'wal_newest_segment_timestamp_seconds'];
    expect(broken.get(to)).toBeLessThan(broken.get(newest) ?? 0);
    expect(broken.get('backup_run_success{run="wal status"}')).toBe(0);
  });

  test('an archiver that fails is told, and what waits for it', async () => {
    const script = join(cluster.archiveDir, 'archiver.sh');
    renameSync(script, `${script}.away`);
    try {
      await cluster.session((s) => s.batch('INSERT INTO t VALUES (6); SELECT pg_switch_wal()'));
      await until(async () => {
        const rows = await cluster.session((s) =>
          s.query<{ n: number }>('SELECT failed_count::int AS n FROM pg_stat_archiver'),
        );
        return (rows[0]?.n ?? 0) > 0;
      });
      const { status, stdout } = await run(['--json']);
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        findings: [{ code: 'wal/archiver-failing', hint: expect.stringContaining('pg_wal grows') }],
      });
    } finally {
      renameSync(`${script}.away`, script);
    }
  });

  test('judges the archive when the server is gone', async () => {
    const target = cluster.target();
    await cluster.kill();
    const { status, stdout } = await run(['--json'], target);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ code: 'wal/server-unreachable', level: 'warning' }] });
    expect(status).toBe(0);
    expect(existsSync(cluster.archiveDir)).toBe(true);
  });
});

test('a folder that is not there, or cannot be understood', async () => {
  await expect(openArchive(join(project(), 'none'))).rejects.toMatchObject({ code: 'WAL_ARCHIVE', exit: 6 });
  const dir = project({ 'archive.json': '{"strata_wal": 2}' });
  mkdirSync(join(dir, 'wal'));
  await expect(openArchive(dir)).rejects.toMatchObject({
    code: 'WAL_ARCHIVE',
    message: expect.stringContaining('newer'),
  });
});

/** Turns bytes over, so that they certainly differ. */
function overwrite(path: string, offset: number, length: number): void {
  const bytes = readFileSync(path);
  for (let i = offset; i < offset + length; i += 1) bytes[i] = 255 - (bytes[i] ?? 0);
  rewrite(path, bytes);
}
