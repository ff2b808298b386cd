/** Base backups: full and incremental, and everything that must not pass for one. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { withFolderLock } from '../../src/disk/folder-lock.ts';
import { baseFolder } from '../../src/wal/archive.ts';
import { takeBase } from '../../src/wal/base.ts';
import { chainFault, chainOf, listBases } from '../../src/wal/base-manifest.ts';
import { project, strata } from '../support/project.ts';
import { makeCluster, runtime, type TestCluster, until } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await makeCluster();
  await cluster.session((s) => s.batch('CREATE TABLE t AS SELECT generate_series(1, 1000) AS n'));
});

const namesIn = async (): Promise<readonly string[]> => readdirSync(baseFolder(await cluster.archive())).sort();

test('a full one tells where recovery begins, from when on, and what a server needs for it', async () => {
  const { manifest, path } = await cluster.base();
  expect(manifest).toMatchObject({ strata_base: 1, parent: null, timeline: 1, settings: { max_connections: '20' } });
  expect(Date.parse(manifest.stopped_at)).toBeGreaterThan(Date.parse(manifest.started_at));
  expect(readdirSync(path).sort()).toEqual(['base.json', 'data']);
  expect((await namesIn()).filter((name) => name.includes('partial') || name.startsWith('.'))).toEqual([]);
});

test('waits for nobody: who works in the archive is named', async () => {
  const dir = baseFolder(await cluster.archive());
  await withFolderLock({ dir, command: 'strata wal prune --delete', runtime }, async () => {
    await expect(cluster.base()).rejects.toMatchObject({
      code: 'BACKUP_LOCKED',
      exit: 4,
      message: 'strata wal prune --delete is at work in this folder',
      more: { hint: 'Wait until it is done, then run the same command again.' },
    });
  });
});

test('an incremental one holds what changed, or says why there is none', async () => {
  if (cluster.major < 17) {
    await expect(cluster.base(true)).rejects.toMatchObject({
      code: 'BASE_INCREMENTAL',
      exit: 6,
      message: expect.stringContaining('they came with 17'),
      more: { hint: expect.stringContaining('strata wal base') },
    });
    return;
  }
  const [full] = await listBases(await cluster.archive());
  await cluster.session((s) => s.query('INSERT INTO t VALUES (1)'));
  const { manifest } = await cluster.base(true);
  expect(manifest.parent).toBe(full?.id);
  expect(manifest.size).toBeLessThan((full?.manifest?.size ?? 0) / 2);
  const bases = await listBases(await cluster.archive());
  expect(chainOf(bases[1] ?? (full as never), bases)?.map((base) => base.id)).toEqual([full?.id, manifest.id]);
  await cluster.session((s) => s.query('ALTER SYSTEM SET summarize_wal = off'));
  await cluster.session((s) => s.query('SELECT pg_reload_conf(), pg_sleep(0.3)'));
  await expect(cluster.base(true)).rejects.toMatchObject({
    code: 'BASE_INCREMENTAL',
    message: expect.stringContaining('summarize_wal is off'),
  });
  // On again, but the WAL between was never summarized.
  await cluster.session((s) => s.batch('CHECKPOINT; INSERT INTO t SELECT generate_series(1, 20000); CHECKPOINT'));
  await cluster.session((s) => s.query('ALTER SYSTEM RESET summarize_wal'));
  await cluster.session((s) => s.query('SELECT pg_reload_conf()'));
  rmSync(join(cluster.dataDir, 'pg_wal', 'summaries'), { recursive: true });
  const summaries = join(cluster.dataDir, 'pg_wal', 'summaries');
  mkdirSync(summaries, { mode: 0o700 });
  chownSync(summaries, statSync(cluster.dataDir).uid, statSync(cluster.dataDir).gid);
  const missing = await cluster.base(true).catch((thrown: unknown) => thrown);
  expect(missing).toMatchObject({ code: 'BASE_INCREMENTAL' });
  // The one it builds on goes: then it is none.
  rmSync(join(baseFolder(await cluster.archive()), full?.id ?? 'none'), { recursive: true });
  const left = await listBases(await cluster.archive());
  const orphan = left.find((base) => base.id === manifest.id);
  expect(orphan && chainFault(orphan, left)).toBe('a backup that it builds on is missing');
}, 180_000);

test('a role that may not replicate', async () => {
  await cluster.session((s) => s.batch("CREATE ROLE plain LOGIN PASSWORD 'secret' IN ROLE pg_monitor"));
  await cluster.session((s) => s.batch('GRANT pg_read_all_settings TO plain'));
  const before = await namesIn();
  const { status, stdout } = await strata(['wal', 'base', '--json'], {
    cwd: cluster.root,
    target: { ...cluster.target(), user: 'plain' },
    env: { STRATA_BACKUP_WAL_DIR: cluster.archiveDir },
  });
  expect(status).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: 'BASE_FAILED',
      hint: expect.stringContaining('REPLICATION'),
      detail: expect.stringContaining('nothing of it is left'),
    },
  });
  expect(await namesIn()).toEqual(before);
});

test('tablespaces are refused by name', async () => {
  const place = join(cluster.root, 'fast');
  mkdirSync(place);
  chownSync(place, statSync(cluster.dataDir).uid, statSync(cluster.dataDir).gid);
  await cluster.session((s) => s.query(`CREATE TABLESPACE fast LOCATION '${place}'`));
  await expect(cluster.base()).rejects.toMatchObject({
    code: 'WAL_SERVER',
    message: expect.stringContaining(': fast'),
  });
  await cluster.session((s) => s.query('DROP TABLESPACE fast'));
});

test('a full disk leaves nothing of it, and what was there', async () => {
  const archive = await cluster.archive();
  const disk = join(project(), 'disk');
  mkdirSync(join(disk, 'base'), { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'strata-test', join(disk, 'base')], { stdio: 'pipe' });
  } catch {
    // Where mounting is not allowed: a folder that nobody can write to, which fails as early.
    execFileSync('ln', ['-sfn', '/proc/self', join(disk, 'base')]);
  }
  try {
    const small = { ...archive, dir: disk };
    const failed = cluster.session((s) => takeBase({ session: s, archive: small, incremental: false, runtime }));
    await expect(failed).rejects.toMatchObject({ code: 'BASE_FAILED', exit: 5 });
    expect(readdirSync(join(disk, 'base')).filter((name) => /^\d{8}T/.test(name))).toEqual([]);
  } finally {
    execFileSync('sh', ['-c', `umount '${join(disk, 'base')}' 2>/dev/null || :`]);
  }
});

test('Ctrl-C leaves nothing; kill -9 leaves a partial folder that is never listed and goes with the next', async () => {
  const archive = await cluster.archive();
  const before = await namesIn();
  const controller = new AbortController();
  const stop = { ...runtime, signal: controller.signal, emit: () => controller.abort() };
  const stopped = cluster.session((s) => takeBase({ session: s, archive, incremental: false, runtime: stop }));
  await expect(stopped).rejects.toMatchObject({ code: 'BACKUP_INTERRUPTED' });
  expect(await namesIn()).toEqual(before);
  const killed = await strata(['wal', 'base'], {
    cwd: cluster.root,
    target: cluster.target(),
    env: { STRATA_BACKUP_WAL_DIR: cluster.archiveDir },
    onSpawn: (child) => void untilPartial(archive.dir).then(() => child.kill('SIGKILL')),
  });
  expect(killed.signal).toBe('SIGKILL');
  expect((await namesIn()).filter((name) => name.endsWith('.partial'))).toHaveLength(1);
  const listed = (await listBases(archive)).length;
  await cluster.base();
  expect((await namesIn()).filter((name) => name.endsWith('.partial'))).toEqual([]);
  expect(await listBases(archive)).toHaveLength(listed + 1);
});

async function untilPartial(dir: string): Promise<void> {
  await until(() => readdirSync(join(dir, 'base')).some((name) => name.endsWith('.partial')));
}

test('a standby gives none', async () => {
  const { refuseStandby } = await import('../../src/wal/cluster.ts');
  await cluster.session(async (session) => {
    const { readCluster } = await import('../../src/wal/cluster.ts');
    const facts = await readCluster(session);
    expect(() => refuseStandby({ ...facts, in_recovery: true }, session)).toThrow('is a standby');
    expect(() => refuseStandby(facts, session)).not.toThrow();
  });
});
