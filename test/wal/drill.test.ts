/** `drill --wal`: the archive proved by recovering from it, or told to be at fault; nothing is left on the machine either way. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { project, strata } from '../support/project.ts';
import { copyArchive, makeCluster, rewrite, segmentsIn, type TestCluster } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

let cluster: TestCluster;
let cwd = '';
beforeAll(async () => {
  cluster = await makeCluster();
  await cluster.session((s) => s.batch('CREATE TABLE t (n int PRIMARY KEY)'));
  await cluster.base();
  for (let n = 1; n <= 3; n += 1) {
    await cluster.session((s) => s.query('INSERT INTO t VALUES ($1)', [n]));
    await cluster.archived();
  }
  cwd = project();
  mkdirSync(join(cwd, 'sql', 'smoke'), { recursive: true });
  const sql = "DO $$ BEGIN IF (SELECT max(n) FROM t) <> 3 THEN RAISE EXCEPTION 'rows are missing'; END IF; END $$;";
  writeFileSync(join(cwd, 'sql', 'smoke', 'rows.sql'), sql);
  mkdirSync(join(cwd, 'scratch'));
});

interface Drill {
  readonly status: number | null;
  readonly report: { readonly result: string; readonly rto_ms: number | null; readonly phases: readonly object[] };
  readonly findings: readonly object[];
}

async function drill(dir: string, ...args: string[]): Promise<Drill> {
  const env = { STRATA_BACKUP_WAL_DIR: dir };
  const all = ['drill', '--wal', '--scratch', join(cwd, 'scratch'), ...args, '--json'];
  const { status, stdout } = await strata(all, { cwd, target: cluster.target(), env });
  const { data, findings } = JSON.parse(stdout) as { data: { drills: Drill['report'][] } | null; findings: object[] };
  expect(readdirSync(join(cwd, 'scratch'))).toEqual([]);
  return { status, report: data?.drills[0] ?? { result: '', rto_ms: null, phases: [] }, findings };
}

test('recovers to the newest moment, checks every page and runs the smoke scripts; tells RTO and RPO', async () => {
  const archive = await copyArchive(cluster.archiveDir);
  const { status, report, findings } = await drill(archive.dir);
  expect(findings).toEqual([]);
  expect(status).toBe(0);
  expect(report).toMatchObject({
    result: 'proved',
    backup: null,
    rto_ms: expect.any(Number),
    rpo_ms: expect.any(Number),
    phases: [
      { name: 'restore', result: 'passed', text: expect.stringMatching(/WAL up to 20\S+Z, compared with the WAL/) },
      { name: 'amcheck', result: expect.stringMatching(/passed|skipped/) },
      { name: 'smoke', result: 'passed', text: 'sql/smoke/rows.sql' },
    ],
  });
  expect(readdirSync(join(archive.dir, 'drills')).some((name) => name.endsWith('.md'))).toBe(true);
  const history = await drill(archive.dir, '--history');
  expect(history.report).toMatchObject({ result: 'proved' });
});

test('a smoke script that misses what is behind a hole fails the drill', async () => {
  const archive = await copyArchive(cluster.archiveDir);
  rmSync(join(archive.dir, 'wal', segmentsIn(archive.dir).at(-1) ?? ''));
  const { status, report, findings } = await drill(archive.dir);
  expect(status).toBe(1);
  expect(report).toMatchObject({ result: 'failed' });
  expect(findings).toMatchObject([{ code: 'drill/smoke', message: expect.stringContaining('rows are missing') }]);
});

test('a damaged base backup fails it; where there is none at all, too', async () => {
  const archive = await copyArchive(cluster.archiveDir);
  const [id = ''] = readdirSync(join(archive.dir, 'base')).filter((name) => /^\d/.test(name));
  const control = join(archive.dir, 'base', id, 'data', 'global', 'pg_control');
  const bytes = readFileSync(control);
  bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000);
  rewrite(control, bytes);
  expect(await drill(archive.dir)).toMatchObject({ status: 1, findings: [{ code: 'drill/restore', subject: id }] });
  expect(await drill(archive.dir)).toMatchObject({
    status: 1,
    report: { result: 'failed', rto_ms: null },
    findings: [{ code: 'drill/restore', message: expect.stringContaining('no moment can be recovered') }],
  });
});

test('what a killed drill made goes with it', async () => {
  const archive = await copyArchive(cluster.archiveDir);
  const scratch = join(cwd, 'scratch');
  const env = { STRATA_BACKUP_WAL_DIR: archive.dir };
  await strata(['drill', '--wal', '--scratch', scratch], {
    ...{ cwd, target: cluster.target(), env },
    onSpawn: (child) => {
      const timer = setInterval(() => {
        const [left] = readdirSync(scratch);
        if (left === undefined || !existsSync(join(scratch, left, 'data', 'postmaster.pid'))) return;
        clearInterval(timer);
        child.kill('SIGKILL');
      }, 20);
    },
  });
  await expect.poll(() => readdirSync(scratch), { timeout: 20_000 }).toEqual([]);
  expect(await drill(archive.dir)).toMatchObject({ status: 0, report: { result: 'proved' } });
});

test('the drill of a backup tells the RPO that the archive gives, too, and loses nothing to one that cannot be used', async () => {
  const archive = await copyArchive(cluster.archiveDir);
  const backups = join(cwd, 'backups');
  const env = { STRATA_BACKUP_WAL_DIR: archive.dir, STRATA_BACKUP_DIR: backups };
  const run = async (...args: string[]) => await strata(args, { cwd, target: cluster.target(), env });
  expect(await run('backup', 'create')).toMatchObject({ status: 0 });
  const drillIt = async (...args: string[]) => await run('drill', '--scratch', join(cwd, 'scratch'), ...args);
  const { data } = JSON.parse((await drillIt('--json')).stdout) as { data: { drills: object[]; wal_rpo_ms: number } };
  expect(data).toMatchObject({ drills: [{ result: 'proved' }], wal_rpo_ms: expect.any(Number) });

  rmSync(join(archive.dir, 'base'), { recursive: true });
  expect((await drillIt()).stdout).toContain('from the WAL archive nothing can be recovered');
  writeFileSync(join(archive.dir, 'archive.json'), '{');
  const damaged = await drillIt();
  expect(damaged).toMatchObject({ status: 0, stdout: expect.stringContaining('the WAL archive cannot be used') });
  rmSync(join(archive.dir, 'archive.json'));
  expect(JSON.parse((await drillIt('--json')).stdout)).toMatchObject({ data: { drills: [{ result: 'proved' }] } });
  expect((await drillIt('--json')).stdout).not.toContain('wal_rpo_ms');
});
