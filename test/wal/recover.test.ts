/** Recovery to a moment: where it gets to, and every target and archive that must not pass for a good one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { chooseInstallation } from '../../src/server/choose.ts';
import { runnableBy } from '../../src/server/home.ts';
import { serverIdentity } from '../../src/server/identity.ts';
import { launch, stopProcess } from '../../src/server/launch.ts';
import { type Archive, baseFolder } from '../../src/wal/archive.ts';
import { chooseRoute, type Route } from '../../src/wal/choose.ts';
import { proveArchiving } from '../../src/wal/enable.ts';
import { discardRecovered, promoteRecovered, recover } from '../../src/wal/recover.ts';
import { targetOf } from '../../src/wal/recovered.ts';
import { archiveCommand } from '../../src/wal/settings.ts';
import { readStatus } from '../../src/wal/status.ts';
import { parseTarget } from '../../src/wal/target.ts';
import { project, strata } from '../support/project.ts';
import { copyArchive, makeCluster, rewrite, runtime, segmentsIn, type TestCluster } from './cluster.ts';

vi.setConfig({ testTimeout: 240_000 });

let cluster: TestCluster;
let archive: Archive;
/** The server's clock after the n-th row, to the microsecond; and the position. */
const times: string[] = [];
const lsns: string[] = [];
let beforeBase = '';

beforeAll(async () => {
  cluster = await makeCluster();
  beforeBase = (await clock()).at;
  await cluster.session((s) => s.batch('CREATE TABLE t (n int); INSERT INTO t VALUES (0)'));
  await cluster.base();
  for (let n = 1; n <= 4; n += 1) {
    await cluster.session((s) => s.query('INSERT INTO t VALUES ($1)', [n]));
    const now = await clock();
    times.push(now.at);
    lsns.push(now.lsn);
    if (n === 3) await cluster.session((s) => s.query("SELECT pg_create_restore_point('before the fourth')"));
    await cluster.archived();
  }
  archive = await cluster.archive();
});

const made: string[] = [];
afterEach(async () => {
  for (const dir of made.splice(0)) if (existsSync(`${dir}.strata.json`)) await discardRecovered(dir);
});

async function clock(): Promise<{ readonly at: string; readonly lsn: string }> {
  const [row] = await cluster.session((s) =>
    s.query<{ at: string; lsn: string }>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, pg_current_wal_lsn()::text AS lsn`,
    ),
  );
  return row ?? { at: '', lsn: '' };
}

async function route(given: Parameters<typeof parseTarget>[0], from = archive, timeline?: number): Promise<Route> {
  const { inventory, windows } = await readStatus({ archive: from, session: null, verify: false, runtime });
  return await chooseRoute({ archive: from, inventory, windows, target: parseTarget(given), timeline, runtime });
}

function newDir(): string {
  const dir = join(project(), 'recovered');
  made.push(dir);
  return dir;
}

const rows = async (session: Session): Promise<unknown> => (await session.query('SELECT max(n) AS n FROM t'))[0]?.n;

describe('reaches', () => {
  test.each([
    ['a time between two transactions', () => ({ at: times[1] ?? '' }), 2],
    ['a position', () => ({ lsn: lsns[0] ?? '' }), 1],
    ['a restore point', () => ({ name: 'before the fourth' }), 3],
  ])('%s, and no further; promoted it is a cluster of its own that archives nothing', async (_what, given, n) => {
    const dataDir = newDir();
    const before = readdirSync(join(archive.dir, 'wal')).sort();
    const preview = await recover({ archive, route: await route(given()), dataDir, preview: true, runtime });
    const look = { ...targetOf(preview), database: 'postgres' };
    expect(await withSession(look, rows)).toBe(n);
    await expect(withSession(look, (s) => s.query('INSERT INTO t VALUES (99)'))).rejects.toThrow(/read-only/);
    // It holds the locks of transactions that were under way, for ever: whoever looks must not hang on them.
    expect(await withSession(look, (s) => s.query("SELECT current_setting('lock_timeout') AS wait"))).toEqual([
      { wait: '10s' },
    ]);
    await promoteRecovered(dataDir);
    expect(existsSync(`${dataDir}.strata.json`)).toBe(false);
    expect(readFileSync(join(dataDir, 'postgresql.auto.conf'), 'utf8')).toContain("archive_mode = 'off'");
    const state = await started(dataDir, async (s) => [
      await rows(s),
      (
        await s.query("SELECT current_setting('archive_mode') AS mode, timeline_id AS t FROM pg_control_checkpoint()")
      )[0],
    ]);
    expect(state).toEqual([n, { mode: 'off', t: 2 }]);
    expect(readdirSync(join(archive.dir, 'wal')).sort()).toEqual(before);
  });

  test('the newest moment that status tells', async () => {
    const { windows } = await readStatus({ archive, session: null, verify: false, runtime });
    const dataDir = newDir();
    const newest = windows[0]?.to ?? '';
    const told = await recover({ archive, route: await route({ at: newest }), dataDir, preview: true, runtime });
    expect(told.last_transaction).toBe(newest);
    expect(await withSession({ ...targetOf(told), database: 'postgres' }, rows)).toBe(4);
  });

  test('from an incremental base backup, through all that it builds on', async () => {
    if (cluster.major < 17) return expect(readFileSync('src/wal/base.ts', 'utf8')).toContain('they came with 17');
    const own = await makeCluster();
    await own.session((s) => s.batch('CREATE TABLE t (n int)'));
    await own.base();
    await own.session((s) => s.batch('INSERT INTO t VALUES (1)'));
    const { manifest } = await own.base(true);
    await own.session((s) => s.query('INSERT INTO t VALUES (2)'));
    // A batch is one transaction: in it the restore point would come before the commit.
    await own.session((s) => s.query("SELECT pg_create_restore_point('two')"));
    await own.archived();
    const from = await own.archive();
    const chosen = await route({ name: 'two' }, from);
    expect(chosen.chain.map((base) => base.id).at(-1)).toBe(manifest.id);
    const dataDir = newDir();
    const told = await recover({ archive: from, route: chosen, dataDir, preview: true, runtime });
    expect(await withSession({ ...targetOf(told), database: 'postgres' }, rows)).toBe(2);
    await discardRecovered(dataDir);
    expect(existsSync(dataDir)).toBe(false);
    // A byte of the full one: pg_combinebackup would not notice.
    const broken = await copyArchive(from.dir);
    overwrite(join(baseFolder(broken), manifest.parent ?? '', 'data', 'global', 'pg_control'), 5_000, 1);
    const again = recover({
      archive: broken,
      route: await route({ name: 'two' }, broken),
      dataDir,
      preview: true,
      runtime,
    });
    await expect(again).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('refuses before anything is restored', () => {
  test.each([
    ['before the end of the base backup', () => ({ at: beforeBase })],
    ['after the last transaction', () => ({ at: '2099-01-01T00:00:00Z' })],
    ['a position that was never written', () => ({ lsn: 'FF/0' })],
    ['a restore point that nobody made', () => ({ name: 'nowhere' })],
  ])('a target %s, and tells what is kept', async (_what, given) => {
    await expect(route(given())).rejects.toMatchObject({
      code: 'RECOVERY_TARGET_OUTSIDE',
      exit: 6,
      more: { detail: expect.stringMatching(/^kept:\ntimeline 1: 20\S+Z \(0\/\w+\) to 20\S+Z/) },
    });
  });

  test('a name that stands more than once, with the positions', async () => {
    await expect(route({ name: 'switch' })).rejects.toMatchObject({
      code: 'RECOVERY_TARGET',
      more: { detail: expect.stringMatching(/^positions: 0\//), hint: expect.stringContaining('--lsn 0/') },
    });
  });

  test.each([
    ['missing', (path: string) => rmSync(path)],
    ['damaged by 4 bytes', (path: string) => damage(path)],
    ['truncated', (path: string) => rewrite(path, readFileSync(path).subarray(0, 9_000))],
    ['empty', (path: string) => rewrite(path, '')],
  ])('what lies behind a segment that is %s; what lies before it is still there', async (_what, harm) => {
    const broken = await copyArchive(archive.dir);
    const name = segmentsIn(broken.dir).at(-2) ?? '';
    harm(join(broken.dir, 'wal', name));
    await expect(route({ at: times[3] ?? '' }, broken)).rejects.toMatchObject({ code: 'RECOVERY_TARGET_OUTSIDE' });
    expect((await route({ at: times[0] ?? '' }, broken)).last).not.toBeNull();
  });

  test('a base backup that turns out to be damaged, and passes it over from then on', async () => {
    const broken = await copyArchive(archive.dir);
    const [id = ''] = readdirSync(baseFolder(broken)).filter((name) => /^\d/.test(name));
    overwrite(join(baseFolder(broken), id, 'data', 'global', 'pg_control'), 5_000, 1);
    const dataDir = newDir();
    const chosen = await route({ at: times[1] ?? '' }, broken);
    await expect(recover({ archive: broken, route: chosen, dataDir, preview: false, runtime })).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      exit: 5,
    });
    expect(existsSync(dataDir)).toBe(false);
    await expect(route({ at: times[1] ?? '' }, broken)).rejects.toMatchObject({ code: 'RECOVERY_TARGET_OUTSIDE' });
  });

  test('a directory that holds something', async () => {
    const dataDir = project({ 'precious.txt': 'mine' });
    const chosen = await route({ at: times[1] ?? '' });
    await expect(recover({ archive, route: chosen, dataDir, preview: false, runtime })).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
      exit: 6,
    });
    await expect(discardRecovered(dataDir)).rejects.toMatchObject({ code: 'RECOVERY_FAILED' });
    expect(readdirSync(dataDir)).toEqual(['precious.txt']);
  });
});

test('a recovery that ends too early is no recovery: the server says why, and nothing is left', async () => {
  const broken = await copyArchive(archive.dir);
  const chosen = await route({ at: times[2] ?? '' }, broken);
  // After it was read: as if the disk failed meanwhile.
  for (const name of segmentsIn(broken.dir).slice(-4)) rmSync(join(broken.dir, 'wal', name));
  const dataDir = newDir();
  const failed = recover({ archive: broken, route: chosen, dataDir, preview: false, runtime });
  await expect(failed).rejects.toMatchObject({
    code: 'RECOVERY_FAILED',
    exit: 5,
    more: { detail: expect.stringContaining('recovery ended before configured recovery target was reached') },
  });
  expect([existsSync(dataDir), existsSync(`${dataDir}.strata.json`)]).toEqual([false, false]);
});

describe('a moment is written with its offset', () => {
  test.each([
    ['2026-11-21T10:00:00+01:00', '2026-11-21T09:00:00.000Z'],
    ['2026-11-21 10:00:00.123456Z', '2026-11-21T10:00:00.123Z'],
    // The hour that a change of clocks leaves out or doubles is one moment with an offset.
    ['2026-03-29T02:30:00+01:00', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T02:30:00+02:00', '2026-10-25T00:30:00.000Z'],
  ])('%s', (text, is) => {
    const target = parseTarget({ at: text });
    expect(target.kind === 'time' && new Date(Number(target.at / 1000n)).toISOString()).toBe(is);
  });

  test.each([
    ['2026-11-21T10:00:00', /does not tell its offset/],
    ['2026-03-29 02:30:00', /does not tell its offset/],
    ['2026-03-29 02:30:00 Europe/Berlin', /is no moment/],
    ['2026-02-30T10:00:00Z', /there is no 2026-02-30T10:00:00/],
    ['yesterday', /is no moment/],
  ])('%s is refused', (text, message) => {
    expect(() => parseTarget({ at: text })).toThrow(message);
    expect(() => parseTarget({ at: text })).toThrow(expect.objectContaining({ code: 'RECOVERY_TARGET', exit: 2 }));
  });

  test('positions, and one target at a time', () => {
    expect(() => parseTarget({ lsn: 'x' })).toThrow(/is no position/);
    expect(() => parseTarget({ lsn: '0/1', name: 'a' })).toThrow(/exclude each other/);
  });
});

test('the command: preview, promote, and what it refuses', async () => {
  const dataDir = newDir();
  const env = { STRATA_BACKUP_WAL_DIR: archive.dir };
  const run = (...args: string[]): ReturnType<typeof strata> =>
    strata(['restore', ...args, '--json'], { cwd: cluster.root, env });
  const preview = await run('--at', times[1] ?? '', '--data', dataDir, '--preview');
  expect(JSON.parse(preview.stdout)).toMatchObject({ ok: true, data: { state: 'preview', timeline: 1 } });
  const promoted = await run('--promote', '--data', dataDir);
  expect(JSON.parse(promoted.stdout)).toMatchObject({ ok: true, data: { state: 'recovered', data: dataDir } });
  expect((await run('--at', '2026-11-21T10:00:00', '--data', newDir())).status).toBe(2);
  expect((await run('--at', times[1] ?? '')).status).toBe(2);
  expect((await run('--at', times[1] ?? '', '--data', newDir(), '--to', 'x')).status).toBe(2);
  expect((await run('--at', times[1] ?? '', '--data', dataDir)).status).toBe(6);
});

test('a preview that somebody promoted is not discarded without the key', async () => {
  const dataDir = newDir();
  const chosen = await route({ at: times[1] ?? '' });
  const recovered = await recover({ archive, route: chosen, dataDir, preview: true, runtime });
  await withSession({ ...targetOf(recovered), database: 'postgres' }, async (s) => {
    await s.query('SELECT pg_promote(true)');
    await s.query('CREATE TABLE new_orders (n int)');
  });
  const key = archive.system_identifier.slice(-6);
  const refused = { code: 'CONFIRM_NEEDED', exit: 6, more: { hint: expect.stringContaining(`--confirm ${key}`) } };
  await expect(discardRecovered(dataDir)).rejects.toMatchObject(refused);
  // Nor when its server is gone.
  const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  await stopProcess(pid);
  await expect(discardRecovered(dataDir, '000000')).rejects.toMatchObject(refused);
  expect(existsSync(dataDir)).toBe(true);
  await discardRecovered(dataDir, key);
  expect(existsSync(dataDir)).toBe(false);
});

describe('who was erased since', () => {
  const erased = 'DELETE FROM t WHERE n = current_setting($$strata.subject$$)::int';
  const run = (dataDir: string, ...args: string[]): ReturnType<typeof strata> =>
    strata(['restore', ...args, '--data', dataDir, '--json'], {
      cwd: cluster.root,
      env: { STRATA_BACKUP_WAL_DIR: archive.dir },
    });
  const list = (sql: string, database: string): void => {
    mkdirSync(join(cluster.root, 'sql', 'erasure'), { recursive: true });
    mkdirSync(join(cluster.root, 'backups'), { recursive: true });
    writeFileSync(join(cluster.root, 'sql', 'erasure', 'person.sql'), sql);
    const line = { at: '2026-11-22T00:00:00.000Z', script: 'person', sha256: 'x', subject: '1', database };
    writeFileSync(join(cluster.root, 'backups', 'erasures.jsonl'), `${JSON.stringify(line)}\n`);
  };
  afterEach(() => {
    for (const name of ['sql', 'backups']) rmSync(join(cluster.root, name), { recursive: true, force: true });
  });
  const rowsOf = async (dataDir: string): Promise<unknown> =>
    await started(dataDir, (s) => s.query('SELECT n FROM t ORDER BY n'));

  test('is erased again before anybody can connect, with a preview and without', async () => {
    list(erased, 'postgres');
    const [at, previewed] = [newDir(), newDir()];
    const { stdout } = await run(at, '--at', times[1] ?? '');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { state: 'recovered', erasures: 1 }, findings: [] });
    expect(await rowsOf(at)).toEqual([{ n: 0 }, { n: 2 }]);
    await run(previewed, '--at', times[1] ?? '', '--preview');
    const promoted = await run(previewed, '--promote');
    expect(JSON.parse(promoted.stdout)).toMatchObject({ ok: true, data: { erasures: 1 } });
    expect(await rowsOf(previewed)).toEqual([{ n: 0 }, { n: 2 }]);
  });

  test('keeps the cluster from being there when a script fails, and is told when the database is gone', async () => {
    list('DELETE FROM nowhere', 'postgres');
    const dataDir = newDir();
    const failed = await run(dataDir, '--at', times[1] ?? '');
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'ERASURE_FAILED' } });
    expect(existsSync(dataDir)).toBe(false);
    // Promoted behind a preview it waits for a script that works.
    await run(dataDir, '--at', times[1] ?? '', '--preview');
    expect(JSON.parse((await run(dataDir, '--promote')).stdout)).toMatchObject({ error: { code: 'ERASURE_FAILED' } });
    list(erased, 'postgres');
    expect(JSON.parse((await run(dataDir, '--promote')).stdout)).toMatchObject({ ok: true, data: { erasures: 1 } });

    list(erased, 'renamed');
    const elsewhere = await run(newDir(), '--at', times[1] ?? '');
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ data: { erasures: 0 }, findings: [{ code: 'wal/erasures' }] });
  });
});

test('kill -9 in the middle: its server goes on, the directory is no cluster yet, and --discard removes both', async () => {
  const dataDir = newDir();
  const env = { STRATA_BACKUP_WAL_DIR: archive.dir };
  await strata(['restore', '--at', times[1] ?? '', '--data', dataDir, '--preview'], {
    ...{ cwd: cluster.root, env },
    onSpawn: (child) => {
      const timer = setInterval(() => {
        if (child.exitCode !== null) return clearInterval(timer);
        if (!existsSync(join(dataDir, 'postmaster.pid'))) return;
        clearInterval(timer);
        child.kill('SIGKILL');
      }, 10);
    },
  });
  const run = (...args: string[]): ReturnType<typeof strata> => strata(args, { cwd: cluster.root, env });
  // Until it is discarded nothing else is restored there.
  const again = await run('restore', '--at', times[1] ?? '', '--data', dataDir, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { hint: expect.stringContaining('restore --discard') } });
  expect((await run('restore', '--discard', '--data', dataDir)).status).toBe(0);
  expect([existsSync(dataDir), existsSync(`${dataDir}.strata.json`), existsSync(`${dataDir}.log`)]).toEqual([
    false,
    false,
    false,
  ]);
});

describe('after a promotion', () => {
  test('the newest timeline is taken, or the one that is asked for', async () => {
    const forked = await copyArchive(archive.dir);
    const dataDir = newDir();
    await recover({
      archive: forked,
      route: await route({ at: times[1] ?? '' }, forked),
      dataDir,
      preview: false,
      runtime,
    });
    const at = await started(
      dataDir,
      async (s) => {
        await s.query('INSERT INTO t VALUES (50)');
        await s.query("SELECT pg_create_restore_point('on 2')");
        // As wal enable does: it also brings the history that a cluster without archiving has never archived.
        return await proveArchiving(s, forked, runtime);
      },
      { archive_mode: 'on', archive_command: archiveCommand(forked.dir) },
    );
    expect(at).toMatch(/^00000002/);
    const newest = await route({ name: 'on 2' }, forked);
    expect(newest.timeline).toBe(2);
    const second = newDir();
    const told = await recover({ archive: forked, route: newest, dataDir: second, preview: true, runtime });
    expect(await withSession({ ...targetOf(told), database: 'postgres' }, rows)).toBe(50);
    // What went on elsewhere is still there for whoever asks for it.
    const old = await route({ at: times[2] ?? '' }, forked, 1);
    const third = newDir();
    const other = await recover({ archive: forked, route: old, dataDir: third, preview: true, runtime });
    expect(await withSession({ ...targetOf(other), database: 'postgres' }, rows)).toBe(3);
    rmSync(join(forked.dir, 'wal', '00000002.history'));
    await expect(route({ name: 'on 2' }, forked)).rejects.toMatchObject({ code: 'RECOVERY_TARGET_OUTSIDE' });
  });

  test('a timeline that was left before the base backup does not lead on from it', async () => {
    const forked = await copyArchive(archive.dir);
    writeFileSync(join(forked.dir, 'wal', '00000002.history'), '1\t0/200000\tno recovery target specified\n');
    expect((await route({ at: times[1] ?? '' }, forked)).timeline).toBe(1);
    await expect(route({ at: times[1] ?? '' }, forked, 2)).rejects.toMatchObject({ code: 'RECOVERY_TARGET_OUTSIDE' });
  });
});

/** Runs the recovered directory as whoever recovered it would. */
async function started<T>(
  dataDir: string,
  work: (session: Session) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const identity = serverIdentity([dataDir]);
  const installation = await chooseInstallation({ env: process.env, version: 'auto', dataDir });
  const { pid, port } = await launch(
    { installation: runnableBy(identity, installation), identity, dataDir },
    { logFile: `${dataDir}.test.log`, settings },
  );
  try {
    return await withSession({ ...cluster.target(), port }, work);
  } finally {
    await stopProcess(pid);
  }
}

/** In the middle of the records, wherever they end: the last that is not zero is found first. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  let end = bytes.length - 1;
  while (end > 0 && bytes[end] === 0) end -= 1;
  overwrite(path, Math.max(64, Math.floor(end / 2)), 4);
}

function overwrite(path: string, offset: number, length: number): void {
  const bytes = readFileSync(path);
  for (let i = offset; i < offset + length; i += 1) bytes[i] = 255 - (bytes[i] ?? 0);
  rewrite(path, bytes);
}
