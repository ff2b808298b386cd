/** The project's own server in bad days: killed, half gone, started twice, its files lost or broken. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { realRuntime } from '../../src/base/runtime.ts';
import { withDatabase } from '../../src/commands/database.ts';
import { withSession } from '../../src/pg/pool.ts';
import type { EmbeddedServer } from '../../src/server/embedded.ts';
import { withFileLock } from '../../src/server/file-lock.ts';
import { isAlive, startMark } from '../../src/server/process.ts';
import { useEmbedded } from '../support/embedded.ts';
import { project } from '../support/project.ts';

const embedded = useEmbedded();

/** A process that ran and is gone. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((go) => child.on('close', go));
  return child.pid ?? 0;
}

async function keepOneRow(server: EmbeddedServer): Promise<void> {
  await withSession(server.target, (s) => s.batch('CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)'));
}

async function rowsKept(server: EmbeddedServer): Promise<number> {
  return (await withSession(server.target, (s) => s.query('SELECT FROM kept'))).length;
}

describe('kill -9', () => {
  test('of the server: the next command finds it dead and starts it; what was committed is there', async () => {
    const { start } = embedded();
    const first = await start();
    await keepOneRow(first);
    for (let round = 0; round < 3; round += 1) {
      const { pid } = await start();
      process.kill(pid, 'SIGKILL');
      const next = await start();
      expect(next.started).toBe(true);
      expect(await rowsKept(next)).toBe(1);
    }
  });

  test('of one of its processes: the next command waits while the server recovers', async () => {
    const { start, context } = embedded();
    const server = await start();
    await keepOneRow(server);
    await withSession(server.target, async (session) => {
      process.kill(session.pid, 'SIGKILL');
      await expect(session.query('SELECT pg_sleep(5)')).rejects.toThrow();
    });
    expect(await withDatabase(context, (s) => s.query('SELECT id FROM kept'))).toEqual([{ id: 1 }]);
    expect(await start()).toEqual({ ...server, started: false });
  });

  test('of the starter, after the server started and before that was written down', async () => {
    const { root, start } = embedded();
    const first = await start();
    const file = join(root, '.strata', 'server.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...state, pid: await deadPid(), mark: 'x' }));
    const second = await start();
    expect(second.started).toBe(true);
    expect(isAlive(first.pid)).toBe(false);
  });

  test('of the starter in the middle of making the data: they are made anew', async () => {
    const { root, start, stop } = embedded();
    const { dataDir } = await start();
    await stop();
    renameSync(dataDir, `${dataDir}.new`);
    rmSync(join(root, '.strata', 'server.json'));
    expect((await start()).started).toBe(true);
    expect(existsSync(`${dataDir}.new`)).toBe(false);
  });
});

describe('a stale postmaster.pid', () => {
  test.each([
    ['a dead process', deadPid],
    ['a living one that is no server', async () => process.pid],
  ])('that names %s does not hinder the start', async (_what, pid) => {
    const { start, stop } = embedded();
    const { dataDir } = await start();
    await stop();
    writeFileSync(
      join(dataDir, 'postmaster.pid'),
      `${await pid()}\n${dataDir}\n1700000000\n1\n\n127.0.0.1\n\nready   \n`,
    );
    expect((await start()).started).toBe(true);
  });

  test('of a foreign living process of the same user does not either, and the process is left alone', async () => {
    const { start, stop } = embedded();
    const { dataDir, pid } = await start();
    const uid = existsSync(`/proc/${pid}`)
      ? Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      : undefined;
    await stop();
    const other = spawn('sleep', ['60'], uid === undefined || process.getuid?.() !== 0 ? {} : { uid, cwd: '/' });
    writeFileSync(
      join(dataDir, 'postmaster.pid'),
      `${other.pid}\n${dataDir}\n1700000000\n1\n\n127.0.0.1\n\nready   \n`,
    );
    expect((await start()).started).toBe(true);
    expect(isAlive(other.pid ?? 0)).toBe(true);
    other.kill();
  });
});

describe('the record', () => {
  test.each([
    ['lost', (file: string) => rmSync(file)],
    ['garbage', (file: string) => writeFileSync(file, '{"format":1,"dataDir"')],
    ['incomplete', (file: string) => writeFileSync(file, '{"format":1,"dataDir":"data"}')],
  ])('%s, the server still running: it is restarted with a new password, the data are kept', async (_what, harm) => {
    const { root, start } = embedded();
    const first = await start();
    await keepOneRow(first);
    harm(join(root, '.strata', 'server.json'));
    const second = await start();
    expect(second.started).toBe(true);
    expect(second.target.password).not.toBe(first.target.password);
    expect(await rowsKept(second)).toBe(1);
    expect(isAlive(first.pid)).toBe(false);
  });
});

describe('a server that does not start', () => {
  test('shows the end of its log', async () => {
    const { start, stop } = embedded();
    const { dataDir } = await start();
    await stop();
    appendFileSync(join(dataDir, 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toMatchObject({
      code: 'EMBEDDED_START',
      exit: 3,
      more: { detail: expect.stringContaining('no_such_setting'), hint: expect.stringContaining('server.log') },
    });
  });

  test('because of broken data says so, and how to start afresh', async () => {
    const { start, stop } = embedded();
    const { dataDir } = await start();
    await stop();
    rmSync(join(dataDir, 'global', 'pg_control'));
    await expect(start()).rejects.toMatchObject({
      code: 'EMBEDDED_START',
      more: { detail: expect.stringContaining('pg_control'), hint: expect.stringContaining(`mv ${dataDir}`) },
    });
  });

  test('because the record was lost and the data are broken, too', async () => {
    const { root, start, stop } = embedded();
    const { dataDir } = await start();
    await stop();
    rmSync(join(root, '.strata', 'server.json'));
    rmSync(join(dataDir, 'global', 'pg_control'));
    await expect(start()).rejects.toMatchObject({
      code: 'EMBEDDED_START',
      message: `cannot open the data in ${dataDir}`,
    });
  });

  test('because initdb fails shows its words, and the next try begins anew', async () => {
    const { root, start } = embedded();
    const bin = join(root, 'bin');
    mkdirSync(bin);
    for (const name of ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'psql']) {
      const body = `[ "$1" = --version ] && echo "${name} (PostgreSQL) 16.1" && exit; echo "no space left on device" >&2; exit 1`;
      writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      chmodSync(join(bin, name), 0o755);
    }
    const runtime = realRuntime({ env: { PATH: '', STRATA_PG_BIN: bin } });
    await expect(start({ runtime })).rejects.toMatchObject({
      code: 'EMBEDDED_START',
      more: { detail: 'no space left on device', hint: expect.stringContaining('initdb') },
    });
    expect((await start()).started).toBe(true);
  });

  test('because a file is where the data should be names the folder', async () => {
    const { root, start } = embedded();
    mkdirSync(join(root, '.strata'));
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    writeFileSync(join(root, '.strata', 'data'), 'not data');
    if (uid !== undefined) chownSync(join(root, '.strata', 'data'), uid, uid);
    await expect(start()).rejects.toMatchObject({
      code: 'EMBEDDED_ACCESS',
      message: expect.stringContaining(join(root, '.strata')),
    });
  });
});

describe('the lock file', () => {
  const lockIn = (root: string): string => join(root, 'lock');
  const held = async (path: string, content: string): Promise<void> => writeFileSync(path, content);

  test('lets one in at a time', async () => {
    const lock = lockIn(project());
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((go) => setTimeout(go, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => withFileLock(lock, work)));
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  test('of a dead process, and of a process whose id is used again, is taken over', async () => {
    const lock = lockIn(project());
    await held(lock, JSON.stringify({ pid: await deadPid(), mark: '' }));
    expect(await withFileLock(lock, async () => 'in')).toBe('in');
    await held(lock, JSON.stringify({ pid: process.pid, mark: 'another start' }));
    expect(await withFileLock(lock, async () => 'in')).toBe('in');
  });

  test('that a killed process left empty is taken over after two seconds, and so is a left-over second key', async () => {
    const lock = lockIn(project());
    const long = new Date(Date.now() - 3_000);
    for (const path of [lock, `${lock}.steal`]) {
      writeFileSync(path, '');
      utimesSync(path, long, long);
    }
    expect(await withFileLock(lock, async () => 'in', { wait: 1_000 })).toBe('in');
  });

  test('of a living process ends the wait with its id', async () => {
    const lock = lockIn(project());
    await held(lock, JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }));
    await expect(withFileLock(lock, async () => 'in', { wait: 60 })).rejects.toMatchObject({
      code: 'EMBEDDED_BUSY',
      exit: 3,
      more: { detail: expect.stringContaining(String(process.pid)) },
    });
  });

  test('is given back when the work fails, and an interrupted wait ends', async () => {
    const lock = lockIn(project());
    await expect(withFileLock(lock, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    await held(lock, JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }));
    await expect(withFileLock(lock, async () => 'in', { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
