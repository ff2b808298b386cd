/** Pruning a real folder: what is shown is what is done, and nothing goes while anything is wrong. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { drillBackup } from '../../src/backup/drill.ts';
import { writeDrill } from '../../src/backup/drill-store.ts';
import { holdBackup, readHold, releaseBackup } from '../../src/backup/hold.ts';
import { listBackups } from '../../src/backup/inventory.ts';
import { type PruneInput, planPrune, pruneBackups } from '../../src/backup/prune.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { recordRun } from '../../src/backup/runs.ts';
import type { Backup } from '../../src/backup/take.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';
import { copies, dropDatabase, listener, take } from './shop.ts';

const db = useDatabase();
const DAY = 86_400_000;
const POLICY = { daily: 2, weekly: 0, monthly: 0, timeZone: 'UTC' };
let backup: Backup;

beforeAll(async () => {
  await db.session((s) => s.batch('CREATE TABLE t AS SELECT generate_series(1, 10) AS id'));
  backup = await take(db.target());
});

const folder = (ages: readonly number[]): ReturnType<typeof copies> => copies(backup, ages);

function input(dir: string, more: Partial<PruneInput> = {}): PruneInput {
  return { dir, policy: POLICY, damaged: false, runtime: listener(), ...more };
}

function there(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => /^\d{8}T/.test(name))
    .sort();
}

function damage(dir: string, id: string | undefined): void {
  const file = join(dir, id ?? '', 'database.dump');
  const bytes = readFileSync(file);
  bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

test('what the plan says is what is deleted, with a line for each', async () => {
  const { dir, ids } = await folder([0, 1, 2, 3]);
  const planned = await planPrune(input(dir));
  expect(there(dir)).toEqual([...ids].sort());
  const done = await pruneBackups(input(dir));
  expect(done).toEqual(planned);
  expect(there(dir)).toEqual(ids.slice(0, 2).sort());
  const log = readFileSync(join(dir, 'removed.jsonl'), 'utf8').trim().split('\n');
  expect(log.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([ids[3], ids[2]]);
  expect((await listBackups(dir)).map((one) => one.state)).toEqual(['good', 'good']);
  expect(existsSync(join(dir, '.lock'))).toBe(false);
});

describe('nothing is deleted', () => {
  test('when the newest one, good in the list, has a flipped bit', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    damage(dir, ids[0]);
    expect((await listBackups(dir))[0]?.state).toBe('good');
    const [plan] = await pruneBackups(input(dir));
    expect(plan?.blocked).toMatch(/turned out to be damaged: .*database\.dump/);
    expect(plan?.verdicts.every((one) => one.keep)).toBe(true);
    expect(there(dir)).toEqual([...ids].sort());
    // And the next run knows it from the start.
    expect((await planPrune(input(dir)))[0]?.blocked).toMatch(/is damaged/);
  });

  test('when the newest one was never verified', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    const journal = readFileSync(join(dir, 'journal.jsonl'), 'utf8');
    writeFileSync(join(dir, 'journal.jsonl'), journal.replace(/^.*\n/, ''));
    expect((await pruneBackups(input(dir)))[0]?.blocked).toMatch(/was never verified/);
    expect(there(dir)).toEqual([...ids].sort());
  });

  test('when the newest one failed its drill, until it passed one', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    const smoke = async (): Promise<readonly string[]> => [];
    const { report } = await drillBackup({ dir, id: ids[0] ?? '', smoke, runtime: listener() });
    expect(report.result).toBe('proved');
    const later = { ...report, id: report.id.replace(/^..../, '2999'), result: 'failed' as const };
    await writeDrill(dir, later);
    expect((await pruneBackups(input(dir)))[0]?.blocked).toMatch(/failed its last drill/);
    expect((await listBackups(dir)).map(({ state }) => state)).toEqual(['failed', 'good', 'good', 'good']);
    expect(there(dir)).toEqual([...ids].sort());
    await writeDrill(dir, { ...later, result: 'not_run' });
    expect((await planPrune(input(dir)))[0]?.blocked).toBeNull();
  });

  test('while the last backup could not be taken, unless another one was being taken', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    const ended = { run: 'create', at: '2026-11-22T02:15:00Z', ms: 1 } as const;
    await recordRun(dir, { ...ended, ok: false, code: 'PROGRAM_FAILED' });
    expect((await pruneBackups(input(dir)))[0]?.blocked).toMatch(
      /last backup create, at .*, failed \(PROGRAM_FAILED\)/,
    );
    expect(there(dir)).toEqual([...ids].sort());
    await recordRun(dir, { ...ended, ok: true });
    await recordRun(dir, { ...ended, ok: false, code: 'BACKUP_LOCKED' });
    expect((await planPrune(input(dir)))[0]?.blocked).toBeNull();
  });

  test('when the clock went back', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    const now = (): Date => new Date(Date.parse(backup.manifest.at) - 30 * DAY);
    expect((await pruneBackups(input(dir, { runtime: listener({ now }) })))[0]?.blocked).toMatch(/the clock says/);
    expect(there(dir)).toEqual([...ids].sort());
  });

  test('while a backup is written', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    writeFileSync(
      join(dir, '.lock'),
      JSON.stringify({ pid: 1, host: `not-${hostname()}`, process_started: null, at: '' }),
    );
    await expect(pruneBackups(input(dir))).rejects.toMatchObject({ code: 'BACKUP_LOCKED' });
    expect(there(dir)).toEqual([...ids].sort());
  });

  test('that cannot be written down', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    mkdirSync(join(dir, 'removed.jsonl'));
    await expect(pruneBackups(input(dir))).rejects.toMatchObject({
      code: 'PRUNE_FAILED',
      exit: 5,
      more: { detail: expect.stringContaining('0 deleted') },
    });
    expect(there(dir)).toEqual([...ids].sort());
  });
});

test('Ctrl-C stops between two', async () => {
  const { dir, ids } = await folder([0, 1, 2, 3]);
  const controller = new AbortController();
  const runtime = listener({ signal: controller.signal });
  const emit = (event: Parameters<typeof runtime.emit>[0]): void =>
    void (event.kind === 'start' && event.task === 'prune' && controller.abort());
  await expect(pruneBackups(input(dir, { runtime: { ...runtime, emit } }))).rejects.toMatchObject({
    code: 'BACKUP_INTERRUPTED',
  });
  expect(there(dir)).toEqual([...ids].sort());
});

test('what a killed run left half deleted is no backup, and the next run removes it', async () => {
  const { dir, ids } = await folder([0, 1]);
  mkdirSync(join(dir, `${ids[1]?.replace(/.$/, '0')}.partial`));
  expect((await listBackups(dir)).length).toBe(2);
  await pruneBackups(input(dir));
  expect(there(dir)).toEqual([...ids].sort());
});

test('damaged ones stay until they are asked for, and newer ones even then', async () => {
  const { dir, ids } = await folder([0, 1, 2]);
  writeFileSync(join(dir, ids[1] ?? '', 'globals.sql'), 'x');
  writeFileSync(join(dir, ids[2] ?? '', 'manifest.json'), '{');
  await pruneBackups(input(dir));
  expect(there(dir)).toEqual([...ids].sort());
  await pruneBackups(input(dir, { damaged: true }));
  expect(there(dir)).toEqual([ids[0]]);
});

test('a held one stays until it is released; a hold that cannot be read holds', async () => {
  const { dir, ids } = await folder([0, 1, 2, 3]);
  const [, , , last = ''] = ids;
  await holdBackup(dir, last, { reason: 'audit', at: '2026-01-01T00:00:00Z' });
  writeFileSync(join(dir, `${ids[2]}.hold`), 'x');
  await pruneBackups(input(dir));
  expect(there(dir).filter((name) => !name.endsWith('.hold'))).toEqual([...ids].sort());
  expect(await readHold(dir, last)).toBe('audit');
  expect([await releaseBackup(dir, last), await releaseBackup(dir, last)]).toEqual([true, false]);
  await pruneBackups(input(dir));
  expect(there(dir).filter((name) => !name.endsWith('.hold'))).toEqual(ids.slice(0, 3).sort());
});

test('one that is being restored stays; the mark of a reader that was killed goes', async () => {
  const { dir, ids } = await folder([0, 1, 2, 3]);
  const [, , , last = ''] = ids;
  const dead = { pid: 2 ** 22 + 1, host: hostname(), process_started: '1', at: '2026-01-01T00:00:00Z' };
  writeFileSync(join(dir, `${ids[2]}.reader.1.00000000`), JSON.stringify(dead));
  const seen: string[][] = [];
  const name = `${db.target().database}_read`;
  const runtime = listener();
  const prune = { done: undefined as Promise<unknown> | undefined };
  const emit = (event: Parameters<typeof runtime.emit>[0]): void => {
    if (event.kind === 'start' && event.task === 'restore')
      prune.done = pruneBackups(input(dir)).then(() => seen.push(there(dir)));
  };
  try {
    const restored = await restoreBackup({
      target: db.target(),
      dir,
      id: last,
      to: name,
      runtime: { ...runtime, emit },
    });
    await prune.done;
    expect(restored.database).toBe(name);
    expect(seen[0]).toEqual(expect.arrayContaining([last]));
    expect(seen[0]).not.toEqual(expect.arrayContaining([ids[2]]));
    expect(readdirSync(dir).filter((file) => file.includes('.reader.'))).toEqual([]);
    await pruneBackups(input(dir));
    expect(there(dir)).toEqual(ids.slice(0, 2).sort());
  } finally {
    await dropDatabase(name);
  }
});

describe('the commands', () => {
  const only = ['--daily', '2', '--weekly', '0', '--monthly', '0'];

  test('prune shows, and deletes only with --delete', async () => {
    const { dir, ids } = await folder([0, 1, 2, 3]);
    const cwd = join(dir, '..');
    const shown = await strata(['backup', 'prune', ...only], { cwd });
    expect(shown.status).toBe(0);
    expect(shown.stdout).toMatch(/2 kept, 2 to delete; nothing was touched/);
    expect(there(dir)).toEqual([...ids].sort());
    const held = await strata(['backup', 'hold', ids[3] ?? '', '--reason', 'audit of 2026'], { cwd });
    expect(held.status).toBe(0);
    const list = await strata(['backup', 'list'], { cwd });
    expect(list.stdout).toMatch(/verified, held/);
    expect(list.stdout).toMatch(/drilled[\s\S]* never /);
    const done = await strata(['backup', 'prune', ...only, '--delete', '--json'], { cwd });
    expect(done.status).toBe(0);
    const { data } = JSON.parse(done.stdout) as {
      data: { backups: { id: string; keep: boolean; reasons: string[] }[] };
    };
    expect(data.backups.map((one) => one.keep)).toEqual([true, true, false, true]);
    expect(data.backups[3]?.reasons).toEqual(['held: audit of 2026']);
    expect((await strata(['backup', 'release', ids[3] ?? ''], { cwd })).stdout).toMatch(/held no longer/);
    expect(there(dir)).toHaveLength(3);
  }, 60_000);

  test('prune that refuses exits with 1', async () => {
    const { dir } = await folder([0, 1, 2]);
    writeFileSync(join(dir, there(dir).at(-1) ?? '', 'globals.sql'), '');
    const { status, stdout, stderr } = await strata(['backup', 'prune', ...only, '--delete'], { cwd: join(dir, '..') });
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(/nothing may be deleted: the newest backup, .* is damaged/);
  });

  test('--simulate needs no backups', async () => {
    const { status, stdout } = await strata(
      ['backup', 'prune', '--daily', '30', '--weekly', '0', '--monthly', '0', '--simulate'],
      {
        cwd: project(),
      },
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/one backup a day for 61 days: 30 kept/);
    expect(stdout).toMatch(/Mon +Tue/);
  });

  test('a time zone that does not exist is a fault of the configuration', async () => {
    const cwd = project({ 'strata.config.json': '{"backup": {"retention": {"timeZone": "Europe/Berlon"}}}' });
    const { status, stderr } = await strata(['backup', 'prune'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/Europe\/Berlon/);
  });
});
