/** Throw-away databases and servers: lent, dropped, swept; templates made once. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/canonical.ts';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import { createDatabase, databaseExists, databasesLike, dropDatabase } from '../../src/pg/databases.ts';
import { withSession } from '../../src/pg/pool.ts';
import { isAlive } from '../../src/server/process.ts';
import { sweepScratch, withScratch } from '../../src/server/scratch.ts';
import {
  closeScratchServer,
  openScratchServer,
  sweepScratchServers,
  withScratchServer,
} from '../../src/server/scratch-server.ts';
import { serverTarget } from '../support/database.ts';
import { project } from '../support/project.ts';

const onServer = <T>(work: Parameters<typeof withSession<T>>[1]): Promise<T> => withSession(serverTarget(), work);
const exists = (name: string): Promise<boolean> => onServer((s) => databaseExists(s, name));
const HOST = sha256(hostname()).slice(0, 8);

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((go) => child.on('close', go));
  return child.pid ?? 0;
}

describe('a scratch database', () => {
  test('is empty, is another one each time, and is gone afterwards', async () => {
    const names = await Promise.all(
      [1, 2, 3].map(() =>
        withScratch(serverTarget(), async (target) => {
          await withSession(target, (s) => s.query('CREATE TABLE t (id int)'));
          return target.database;
        }),
      ),
    );
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(await exists(name)).toBe(false);
  });

  test('is gone after a failure and with a session still on it', async () => {
    let name = '';
    const failing = withScratch(serverTarget(), async (target) => {
      name = target.database;
      await withSession(target, async () => {
        throw new Error('the work failed');
      });
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await exists(name)).toBe(false);
  });

  test('of a dead process is swept; of a living one, or of another machine, it is not', async () => {
    const dead = await deadPid();
    const [orphan, building] = [`strata_scratch_${HOST}_${dead}_00000000`, `strata_building_${HOST}_${dead}_00000000`];
    const living = `strata_scratch_${HOST}_${process.ppid}_00000000`;
    const elsewhere = `strata_scratch_deadbeef_${dead}_00000000`;
    await onServer(async (session) => {
      const all = [orphan, building, living, elsewhere];
      for (const name of all) await createDatabase(session, name, { template: 'template0' });
      const swept = await sweepScratch(session);
      expect(swept).toEqual(expect.arrayContaining([orphan, building]));
      expect(await databaseExists(session, living)).toBe(true);
      expect(await databaseExists(session, elsewhere)).toBe(true);
      for (const name of all) await dropDatabase(session, name);
    });
  });
});

describe('a template', () => {
  const drop = (key: string): Promise<void> => onServer((s) => dropDatabase(s, nameOf(key)));
  const nameOf = (key: string): string => `strata_template_${sha256(key).slice(0, 24)}`;

  test('is built once for many clones at once, and nobody can connect to it', async () => {
    const key = `once ${process.pid}`;
    let builds = 0;
    const build = async (target: Target): Promise<void> => {
      builds += 1;
      await withSession(target, (s) => s.batch('CREATE TABLE filled AS SELECT generate_series(1, 100) AS id'));
    };
    const counts = await Promise.all(
      [1, 2, 3, 4].map(() =>
        withScratch(
          serverTarget(),
          (target) => withSession(target, (s) => s.query<{ n: number }>('SELECT count(*)::int AS n FROM filled')),
          { template: { key, build }, keep: 1_000 },
        ),
      ),
    );
    expect(builds).toBe(1);
    expect(counts.flat()).toEqual(Array.from({ length: 4 }, () => ({ n: 100 })));
    const template = { ...serverTarget(), database: nameOf(key) };
    await expect(withSession(template, (s) => s.query('SELECT'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    await drop(key);
  });

  test('whose building fails leaves nothing, and the next try builds it', async () => {
    const key = `fails ${process.pid}`;
    const failing = { key, build: () => Promise.reject(new Error('cannot build')) };
    const lend = (template: typeof failing | { key: string; build: () => Promise<void> }) =>
      withScratch(serverTarget(), async () => 'lent', { template, keep: 1_000 });
    await expect(lend(failing)).rejects.toThrow('cannot build');
    const left = await onServer((s) => databasesLike(s, `strata_building_${HOST}_${process.pid}_`));
    expect(left).toEqual([]);
    expect(await lend({ key, build: async () => undefined })).toBe('lent');
    await drop(key);
  });

  test('makes room: the oldest ones go, the newest stay', async () => {
    const keys = ['a', 'b', 'c'].map((letter) => `${letter} ${process.pid}`);
    await withScratchServer({ runtime: realRuntime() }, async (server) => {
      for (const key of keys) {
        await withScratch(server.target, async () => undefined, {
          template: { key, build: async () => undefined },
          keep: 2,
        });
      }
      const left = await withSession(server.target, (s) => databasesLike(s, 'strata_template_'));
      expect(left.map((row) => row.name).sort()).toEqual(keys.slice(1).map(nameOf).sort());
    });
  });
});

describe('a scratch server', () => {
  test('runs without fsync, apart from everything, and leaves nothing', async () => {
    const seen = await withScratchServer({ runtime: realRuntime() }, async (server) => {
      const rows = await withSession(server.target, (s) => s.query("SELECT current_setting('fsync') AS fsync"));
      expect(rows).toEqual([{ fsync: 'off' }]);
      return server;
    });
    expect(isAlive(seen.pid)).toBe(false);
    expect(existsSync(dirname(seen.dataDir))).toBe(false);
  });

  test('takes settings, and is removed when the work fails', async () => {
    let pid = 0;
    const settings = { wal_level: 'logical', fsync: 'off' };
    const failing = withScratchServer({ runtime: realRuntime(), settings }, async (server) => {
      pid = server.pid;
      const rows = await withSession(server.target, (s) => s.query('SHOW wal_level'));
      expect(rows).toEqual([{ wal_level: 'logical' }]);
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(isAlive(pid)).toBe(false);
  });

  test('that does not start says why and leaves no folder', async () => {
    const parent = project();
    chmodSync(parent, 0o755);
    const options = { runtime: realRuntime(), parent, settings: { shared_buffers: 'plenty' } };
    await expect(openScratchServer(options)).rejects.toMatchObject({
      code: 'EMBEDDED_START',
      more: { detail: expect.stringContaining('shared_buffers') },
    });
    expect(readdirSync(parent)).toEqual([]);
  });

  test('of a dead maker is swept, of a living one not', async () => {
    const parent = project();
    chmodSync(parent, 0o755);
    const server = await openScratchServer({ runtime: realRuntime(), parent });
    const folder = dirname(server.dataDir);
    expect(await sweepScratchServers(parent)).toEqual([]);
    const maker = JSON.parse(readFileSync(join(folder, 'maker'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'maker'), JSON.stringify({ ...maker, pid: await deadPid() }));
    expect(await sweepScratchServers(parent)).toEqual([folder]);
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await closeScratchServer(server);
  });
});
