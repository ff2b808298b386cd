/** `wal enable`, `wal disable` and `wal base` on clusters that begin without archiving. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { openArchive, walFolder } from '../../src/wal/archive.ts';
import { takeBase } from '../../src/wal/base.ts';
import { readCluster } from '../../src/wal/cluster.ts';
import { prepareArchive, proveArchiving } from '../../src/wal/enable.ts';
import { useEmbedded } from '../support/embedded.ts';
import { project, type Ran, strata } from '../support/project.ts';
import { makeCluster, runtime, segmentsIn, type TestCluster } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

interface Told {
  readonly ok: boolean;
  readonly findings: readonly { readonly code: string; readonly hint?: string }[];
  readonly data: {
    readonly state: string;
    readonly segment?: string;
    readonly changes: readonly { readonly name: string; readonly to: string; readonly restart: boolean }[];
  };
  readonly error?: { readonly code: string; readonly hint: string };
}

describe('a server of somebody else', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await makeCluster({ archiving: false });
  });
  const run = (...args: string[]): Promise<Ran> =>
    strata(['wal', ...args, '--json'], {
      cwd: cluster.root,
      target: cluster.target(),
      env: { STRATA_BACKUP_WAL_DIR: cluster.archiveDir },
    });

  test('is shown the changes and left alone; with --apply it is told to restart, and not called enabled', async () => {
    const shown = await run('enable');
    expect(shown.status).toBe(0);
    const names = (JSON.parse(shown.stdout) as Told).data.changes.map((change) => change.name);
    expect(names.slice(0, 3)).toEqual(['archive_mode', 'archive_command', 'archive_timeout']);
    expect(existsSync(cluster.archiveDir)).toBe(false);
    const applied = await run('enable', '--apply');
    expect(applied.status).toBe(1);
    expect(JSON.parse(applied.stdout) as Told).toMatchObject({
      ok: false,
      data: { state: 'restart_needed' },
      findings: [{ code: 'wal/restart-needed' }],
    });
    expect(segmentsIn(cluster.archiveDir)).toEqual([]);
  });

  test('after the restart archives, and that is proved', async () => {
    await cluster.stop();
    await cluster.start();
    const enabled = await run('enable', '--apply', '--timeout', '30000');
    const told = JSON.parse(enabled.stdout) as Told;
    expect(enabled.status).toBe(0);
    expect(told.data.state).toBe('enabled');
    expect(segmentsIn(cluster.archiveDir)).toContain(told.data.segment);
    const timeout = await cluster.session((s) => s.query("SELECT current_setting('archive_timeout') AS t"));
    expect(timeout).toEqual([{ t: '30s' }]);
    // Again: nothing to write, proved anew.
    expect(JSON.parse((await run('enable', '--apply')).stdout)).toMatchObject({ data: { state: 'enabled' } });
  });

  test('an archive that its user may not write to is no enabled archive', async () => {
    const archive = await cluster.archive();
    writeFileSync(join(archive.dir, 'archiver.sh'), '#!/bin/sh\nexit 104\n');
    const failed = cluster.session((s) => proveArchiving(s, archive, runtime, { wait: 30_000 }));
    await expect(failed).rejects.toMatchObject({
      code: 'WAL_NOT_ARCHIVED',
      exit: 5,
      more: { hint: expect.stringContaining('strata archiver:') },
    });
    await cluster.session(async (s) => prepareArchive(archive.dir, await readCluster(s), runtime));
  });

  test('a segment that arrives changed is no enabled archive', async () => {
    const archive = await cluster.archive();
    const path = join(archive.dir, 'archiver.sh');
    const bent = readFileSync(path, 'utf8').replace(
      '\nfinish\n',
      '\nprintf x | dd of="$final" bs=1 seek=500000 conv=notrunc\nfinish\n',
    );
    chmodSync(path, 0o700);
    writeFileSync(path, bent);
    const failed = cluster.session((s) => proveArchiving(s, archive, runtime));
    await expect(failed).rejects.toMatchObject({
      code: 'WAL_NOT_ARCHIVED',
      message: expect.stringContaining('did not arrive whole'),
    });
    await cluster.session(async (s) => prepareArchive(archive.dir, await readCluster(s), runtime));
  });

  test('a production database wants the second key', async () => {
    expect(await strata(['env', 'production'], { cwd: cluster.root, target: cluster.target() })).toMatchObject({
      status: 0,
    });
    const refused = await run('disable', '--apply');
    expect(refused.status).toBe(6);
    expect((JSON.parse(refused.stdout) as Told).error).toMatchObject({ code: 'CONFIRM_NEEDED' });
    expect(refused.stdout).toContain('wal disable --apply --confirm postgres');
  });

  test("another program's archive_command stays, unless it shall be replaced", async () => {
    await cluster.session((s) => s.query("ALTER SYSTEM SET archive_command = 'pgbackrest archive-push %p'"));
    await cluster.session((s) => s.query('SELECT pg_reload_conf(), pg_sleep(0.3)'));
    const refused = await run('enable', '--apply', '--confirm', 'postgres');
    expect(refused.status).toBe(6);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: 'WAL_ARCHIVER_OTHER', detail: 'archive_command: pgbackrest archive-push %p' },
    });
    expect(await run('enable', '--apply', '--replace', '--confirm', 'postgres')).toMatchObject({ status: 0 });
  });

  test('disabling keeps pg_wal from piling up until the restart, and then takes the settings away', async () => {
    const first = await run('disable', '--apply', '--confirm', 'postgres');
    expect(first.status).toBe(1);
    await cluster.session((s) => s.query('SELECT pg_reload_conf(), pg_sleep(0.3)'));
    expect(await cluster.session((s) => s.query("SELECT current_setting('archive_command') AS c"))).toEqual([
      { c: '/bin/true' },
    ]);
    await cluster.stop();
    await cluster.start();
    expect(await run('disable', '--apply', '--confirm', 'postgres')).toMatchObject({ status: 0 });
    expect(readFileSync(join(cluster.dataDir, 'postgresql.auto.conf'), 'utf8')).not.toContain('archive');
  });

  test('a role that is no superuser is told so', async () => {
    await cluster.session((s) => s.batch("CREATE ROLE plain LOGIN PASSWORD 'secret'"));
    const target = { ...cluster.target(), user: 'plain' };
    const refused = await strata(['wal', 'enable', '--apply', '--json'], { cwd: cluster.root, target });
    expect(refused.status).toBe(6);
    expect((JSON.parse(refused.stdout) as Told).error).toMatchObject({
      code: 'WAL_SERVER',
      hint: 'Archiving concerns the whole server: connect as a superuser.',
    });
  });

  test('an archive of another cluster is refused, by enable and by base', async () => {
    const archive = await cluster.archive();
    const path = join(archive.dir, 'archive.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(archive.system_identifier, '42'));
    const refused = await run('enable', '--apply', '--confirm', 'postgres');
    expect(refused.status).toBe(6);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'WAL_ARCHIVE' } });
    const foreign = await openArchive(archive.dir);
    const base = cluster.session((s) => takeBase({ session: s, archive: foreign, incremental: false, runtime }));
    await expect(base).rejects.toMatchObject({
      code: 'WAL_ARCHIVE',
      message: 'the archive is that of another cluster',
    });
    writeFileSync(path, text);
  });
});

describe('the embedded server', () => {
  const embedded = useEmbedded();

  test('is restarted by the command itself, archives, gives a base backup, and stops archiving', async () => {
    const { root, start } = embedded();
    await start();
    const run = (...args: string[]): Promise<Ran> => strata(['wal', ...args, '--json'], { cwd: root });
    const enabled = await run('enable', '--apply');
    expect(enabled.stderr).not.toContain('error');
    expect(JSON.parse(enabled.stdout)).toMatchObject({ ok: true, data: { state: 'enabled' } });
    const base = await run('base');
    expect(JSON.parse(base.stdout)).toMatchObject({ ok: true, data: { parent: null, timeline: 1 } });
    const archive = await openArchive(join(root, 'wal'));
    expect(readdirSync(walFolder(archive)).filter((name) => name.endsWith('.backup'))).toHaveLength(1);
    const status = await run('status', '--verify');
    expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, findings: [] });
    expect(JSON.parse((await run('disable', '--apply')).stdout)).toMatchObject({
      ok: true,
      data: { state: 'disabled' },
    });
    expect(JSON.parse((await run('status')).stdout)).toMatchObject({ ok: false, findings: [{ code: 'wal/disabled' }] });
  });

  test('without an archive there is nothing to look at', async () => {
    const refused = await strata(['wal', 'status', '--json'], { cwd: project() });
    expect(refused.status).toBe(6);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'WAL_ARCHIVE' } });
  });
});
