/** A recovery that takes the place of the old data directory: of a stopped server, and of our own. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { startEmbedded } from '../../src/server/embedded.ts';
import { project, strata } from '../support/project.ts';
import { makeCluster, runtime, type TestCluster } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

interface Told {
  readonly status: number | null;
  readonly data: Record<string, unknown>;
  readonly error?: {
    readonly code: string;
    readonly detail?: string;
    readonly hint?: string;
    readonly message: string;
  };
}

describe('of a server that is not ours', () => {
  let cluster: TestCluster;
  let key = '';
  beforeAll(async () => {
    cluster = await makeCluster();
    key = (await cluster.archive()).system_identifier.slice(-6);
    await cluster.session((s) => s.batch('CREATE TABLE t (n int); INSERT INTO t VALUES (1)'));
    await cluster.base();
    await cluster.session((s) => s.query("SELECT pg_create_restore_point('before the mistake')"));
    await cluster.session((s) => s.query('DELETE FROM t'));
    await cluster.archived();
  });
  const restore = async (...args: string[]): Promise<Told> => {
    const env = { STRATA_BACKUP_WAL_DIR: cluster.archiveDir };
    const all = ['restore', '--name', 'before the mistake', ...args, '--json'];
    const { status, stdout } = await strata(all, { cwd: cluster.root, target: { ...cluster.target(), port: 1 }, env });
    return { status, ...(JSON.parse(stdout) as Omit<Told, 'status'>) };
  };
  const replace = (...args: string[]): Promise<Told> => restore('--replace', cluster.dataDir, ...args);
  const beside = (): readonly string[] => readdirSync(cluster.root).filter((name) => name.startsWith('data_'));

  test('refuses while it runs, with how to stop it', async () => {
    expect(await replace('--confirm', key)).toMatchObject({
      status: 5,
      error: { code: 'SWAP_FAILED', hint: expect.stringContaining(`pg_ctl -D '${cluster.dataDir}' stop`) },
    });
    expect(await restore('--in-place', '--confirm', key)).toMatchObject({
      status: 2,
      error: { hint: expect.stringContaining('--replace') },
    });
    expect(beside()).toEqual([]);
  });

  test('refuses without the second key, and a directory that is another cluster’s or none', async () => {
    await cluster.stop();
    expect(await replace()).toMatchObject({
      status: 6,
      error: { code: 'CONFIRM_NEEDED', hint: expect.stringContaining(`--confirm ${key}`) },
    });
    expect(await restore('--replace', project(), '--confirm', key)).toMatchObject({
      error: { code: 'SWAP_FAILED', message: expect.stringContaining('it is no data directory') },
    });
    const other = await makeCluster({ archiving: false });
    await other.stop();
    expect(await restore('--replace', other.dataDir, '--confirm', key)).toMatchObject({
      error: { message: expect.stringMatching(/it is of cluster \d+, the archive is that of/) },
    });
    expect(await replace('--data', join(cluster.root, 'x'), '--confirm', key)).toMatchObject({ status: 2 });
    expect(beside()).toEqual([]);
  });

  test('takes its place; the old one is kept and still starts', async () => {
    const told = await replace('--confirm', key);
    expect(told).toMatchObject({ status: 0, data: { state: 'stopped', data: cluster.dataDir } });
    const kept = String(told.data.kept);
    expect(beside()).toEqual([kept.slice(cluster.root.length + 1)]);
    expect(existsSync(join(kept, 'PG_VERSION'))).toBe(true);
    await cluster.start();
    const rows = await cluster.session((s) =>
      s.query('SELECT n, current_setting($1) AS mode FROM t', ['archive_mode']),
    );
    expect(rows).toEqual([{ n: 1, mode: 'off' }]);
  });
});

describe('of our own server', () => {
  let cwd = '';
  const run = async (...args: string[]): Promise<Told> => {
    const { status, stdout } = await strata([...args, '--json'], { cwd });
    return { status, ...(JSON.parse(stdout) as Omit<Told, 'status'>) };
  };
  const session = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const { target } = await startEmbedded({ runtime, root: cwd, dir: '.strata', version: 'auto' });
    return await withSession(target, work);
  };
  /** A table with a row, the restore point `good`, and then none. */
  const mistake = async (): Promise<void> => {
    await session(async (s) => {
      await s.batch('CREATE TABLE t (n int); INSERT INTO t VALUES (1)');
      await s.query("SELECT pg_create_restore_point('good')");
      await s.query('TRUNCATE t');
      await s.query('SELECT pg_switch_wal()');
    });
    expect(await run('wal', 'enable', '--apply')).toMatchObject({ status: 0 });
  };
  const restore = async (): Promise<Told> => {
    const refused = await run('restore', '--name', 'good', '--in-place');
    expect(refused).toMatchObject({ status: 6, error: { code: 'CONFIRM_NEEDED' } });
    const [, key = ''] = /--confirm (\d+)$/.exec(refused.error?.hint ?? '') ?? [];
    return await run('restore', '--name', 'good', '--in-place', '--confirm', key);
  };
  const rows = () => session((s) => s.query('SELECT n, pg_is_in_recovery() AS recovering FROM t'));
  beforeEach(async () => {
    cwd = project();
    expect(await run('wal', 'enable', '--apply')).toMatchObject({ status: 0 });
  });
  afterEach(async () => {
    await run('db', 'stop');
    rmSync(join(cwd, '.strata'), { recursive: true, force: true });
  });

  test('stopped, replaced, started', async () => {
    expect(await run('wal', 'base')).toMatchObject({ status: 0 });
    await mistake();
    const told = await restore();
    expect(told).toMatchObject({ status: 0, data: { state: 'started' } });
    expect(await rows()).toEqual([{ n: 1, recovering: false }]);
    expect(existsSync(join(String(told.data.kept), 'PG_VERSION'))).toBe(true);
  });

  test('what does not start gives the place back, and is kept beside', async () => {
    // The base remembers TLS, whose certificate is not in it; a recovery listens without, the server that follows cannot.
    await session((s) => s.query('ALTER SYSTEM SET ssl = on'));
    expect(await run('wal', 'base')).toMatchObject({ status: 0 });
    await session((s) => s.query('ALTER SYSTEM RESET ssl'));
    await mistake();
    const told = await restore();
    expect(told).toMatchObject({ status: 5, error: { code: 'SWAP_FAILED' } });
    expect(told.error?.message).toContain('the old one has its place again');
    expect(await rows()).toEqual([]);
    const [, recovered = ''] = /the recovered one is (\S+)/.exec(told.error?.detail ?? '') ?? [];
    expect(existsSync(join(recovered, 'PG_VERSION'))).toBe(true);
  });
});
