/** The health file: what monitoring sees after runs that went well, badly, or could not be written down. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeHealth } from '../../src/backup/health.ts';
import { useDatabase } from '../support/database.ts';
import { withSmallDisk } from '../support/disk.ts';
import { project, type Ran, strata } from '../support/project.ts';

const db = useDatabase();
beforeAll(() => db.session((s) => s.batch('CREATE TABLE t AS SELECT g FROM generate_series(1, 100) AS g')));

function shop(): { readonly cwd: string; readonly run: (args: readonly string[], url?: string) => Promise<Ran> } {
  const cwd = project({ 'strata.config.json': JSON.stringify({ backup: { health: 'health of strata.prom' } }) });
  const run = (args: readonly string[], url?: string): Promise<Ran> =>
    strata(args, url === undefined ? { cwd, target: db.target() } : { cwd, env: { DATABASE_URL: url } });
  return { cwd, run };
}

/** Reads the text format strictly: HELP, TYPE, then samples of that metric alone, each series once. */
function metricsOf(cwd: string): Map<string, number> {
  const text = readFileSync(join(cwd, 'health of strata.prom'), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const values = new Map<string, number>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = /^# HELP (strata_(?:backup|wal)_[a-z_]+) [A-Z].*\.$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE (strata_(?:backup|wal)_[a-z_]+) (gauge|counter)$/.exec(line) ?? [];
    const [, series, name, value] =
      /^((strata_(?:backup|wal)_[a-z_]+)(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})?) (-?\d+(?:\.\d+)?(?:e\+\d+)?)$/.exec(
        line,
      ) ?? [];
    if (help) current = help;
    else if (typed) expect([typed, type === 'counter']).toEqual([current, typed.endsWith('_total')]);
    else {
      expect(name, line).toBe(current);
      expect(values.has(series ?? ''), line).toBe(false);
      values.set(series ?? '', Number(value));
    }
  }
  return values;
}

test('create, verify, prune and drill each renew it; failures are counted and leave the last success', async () => {
  const { cwd, run } = shop();
  const database = `{database="${db.target().database}"}`;
  const before = Date.now() / 1000 - 5;
  expect(await run(['backup', 'create'])).toMatchObject({ status: 0 });
  const first = metricsOf(cwd);
  expect(statSync(join(cwd, 'health of strata.prom')).mode & 0o777).toBe(0o644);
  expect(first.get('strata_backup_run_success{run="create"}')).toBe(1);
  expect(first.get('strata_backup_run_failures_total{run="create"}')).toBe(0);
  expect(first.get(`strata_backup_newest_good_timestamp_seconds${database}`)).toBeGreaterThan(before);
  expect(first.get(`strata_backup_newest_good_bytes${database}`)).toBeGreaterThan(1000);
  expect(first.get(`strata_backup_backups{database="${db.target().database}",state="good"}`)).toBe(1);
  expect(first.get('strata_backup_free_bytes')).toBeGreaterThan(0);
  // What never ran is not there: an alert on its absence must fire.
  expect(first.has('strata_backup_run_timestamp_seconds{run="drill"}')).toBe(false);

  expect(await run(['backup', 'create'], 'postgresql://nobody@127.0.0.1:1/nowhere')).toMatchObject({ status: 3 });
  const failed = metricsOf(cwd);
  expect(failed.get('strata_backup_run_success{run="create"}')).toBe(0);
  expect(failed.get('strata_backup_run_failures_total{run="create"}')).toBe(1);
  const success = 'strata_backup_run_success_timestamp_seconds{run="create"}';
  expect(failed.get(success)).toBe(first.get(success));

  expect(await run(['drill'])).toMatchObject({ status: 0 });
  const drilled = metricsOf(cwd);
  expect(drilled.get(`strata_backup_drill_success${database}`)).toBe(1);
  expect(drilled.get(`strata_backup_drill_rto_seconds${database}`)).toBeGreaterThan(0);
  expect(drilled.get(`strata_backup_drill_rpo_seconds${database}`)).toBeGreaterThanOrEqual(0);

  // Nothing is deleted while the last backup failed.
  expect(await run(['backup', 'prune', '--delete'])).toMatchObject({ status: 1 });
  expect(metricsOf(cwd).get('strata_backup_run_success{run="prune"}')).toBe(0);

  const [id = ''] = readdirSync(join(cwd, 'backups')).filter((name) => /^\d{8}T\d{6}Z-[0-9a-f]{8}$/.test(name));
  writeFileSync(join(cwd, 'backups', id, 'globals.sql'), 'changed');
  expect(await run(['backup', 'verify'])).toMatchObject({ status: 1 });
  const damaged = metricsOf(cwd);
  expect(damaged.get('strata_backup_run_success{run="verify"}')).toBe(0);
  expect(damaged.get(`strata_backup_backups{database="${db.target().database}",state="damaged"}`)).toBe(1);
  expect(damaged.has(`strata_backup_newest_good_timestamp_seconds${database}`)).toBe(false);
  expect(readdirSync(cwd).filter((name) => name.startsWith('.health'))).toEqual([]);
}, 120_000);

test('a look is no run: prune without --delete, the history of drills, what was called wrongly', async () => {
  const { cwd, run } = shop();
  await run(['backup', 'prune']);
  await run(['drill', '--history']);
  await run(['drill', '--all', '20261122T034500Z']);
  expect(existsSync(join(cwd, 'health of strata.prom'))).toBe(false);
});

test('a health file that cannot be written is a warning, not the end of the backup', async () => {
  const { cwd, run } = shop();
  mkdirSync(join(cwd, 'health of strata.prom'));
  const { status, stderr } = await run(['backup', 'create']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('cannot be written') });
});

test('a failure that the full disk of the backups cannot hold is told all the same', async () => {
  await withSmallDisk(16, async (disk) => {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(12 * 1024));
    const { cwd, run } = shop();
    expect(await run(['backup', 'create', '--dir', disk])).toMatchObject({ status: 5 });
    const metrics = metricsOf(cwd);
    expect(metrics.get('strata_backup_run_success{run="create"}')).toBe(0);
    expect(metrics.get('strata_backup_run_failures_total{run="create"}')).toBe(1);
  });
});

test('names of databases may hold anything', async () => {
  const dir = join(project(), 'backups');
  mkdirSync(join(dir, 'drills'), { recursive: true });
  const report = {
    strata_drill: 1,
    id: 'a',
    started_at: '2026-01-01T00:00:00Z',
    backup_id: 'b',
    result: 'proved',
    phases: [],
  };
  const backup = { database: 'a"b\\c\nd' };
  writeFileSync(join(dir, 'drills', 'a.json'), JSON.stringify({ ...report, backup, rto_ms: 1500, rpo_ms: null }));
  const cwd = project();
  const path = join(cwd, 'health of strata.prom');
  await writeHealth(path, { dir, unrecorded: [], more: [], now: new Date('2026-01-02T00:00:00Z') });
  const metrics = metricsOf(cwd);
  expect(metrics.get('strata_backup_drill_rto_seconds{database="a\\"b\\\\c\\nd"}')).toBe(1.5);
  expect([...metrics.keys()].some((name) => name.includes('rpo'))).toBe(false);
});
