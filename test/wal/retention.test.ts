/** Which base backups and WAL stay: properties over random archives, then deletion on real ones. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { asReader } from '../../src/disk/reader.ts';
import { type Archive, baseFolder } from '../../src/wal/archive.ts';
import { type Base, type BaseManifest, chainFault, chainOf, listBases } from '../../src/wal/base-manifest.ts';
import { type Inventory, reaches, timelinesOf } from '../../src/wal/inspect.ts';
import { segmentText } from '../../src/wal/lsn.ts';
import { planWalPrune, pruneWal } from '../../src/wal/prune.ts';
import { planWalRetention, type RetentionInput, type WalRetention } from '../../src/wal/retention.ts';
import { readStatus } from '../../src/wal/status.ts';
import type { Leg } from '../../src/wal/timelines.ts';
import { strata } from '../support/project.ts';
import { copyArchive, makeCluster, rewrite, runtime, type TestCluster } from './cluster.ts';

// The first test that runs the command line may have to build it.
vi.setConfig({ testTimeout: 240_000 });

const DAY = 86_400_000;
const SIZE = 1024 * 1024;

describe('over random archives', () => {
  test('every moment of the window that could be recovered before can be recovered after', () => {
    check((input, plan) => {
      const rest = left(input, plan);
      const since = input.now - input.days * DAY;
      // The timeline that the cluster is on now, and those that it left within the window.
      const current = Math.max(0, ...good(input).flatMap((one) => (one.stoppedAt <= since ? [timelineOf(one)] : [])));
      for (const timeline of timelinesOf(input).filter((one) => one >= current)) {
        const before = reaches(inspected(input), timeline);
        const oldest = before.findLastIndex(({ base }) => base.stoppedAt <= since);
        const told = before.slice(Math.max(0, oldest)).map(({ base, first, last }) => [base.id, first, last]);
        const after = reaches(inspected(rest), timeline).map(({ base, first, last }) => [base.id, first, last]);
        expect(after).toEqual(expect.arrayContaining(told));
      }
    });
  });

  test('nothing goes when nobody knows where a timeline came from', () => {
    check((input) => {
      const [newest] = [...input.histories.keys()].slice(-1);
      if (newest === undefined) return;
      const histories = new Map([...input.histories].filter(([timeline]) => timeline !== newest));
      const { blocked, bases, files } = planWalRetention({ ...input, histories });
      expect(blocked).not.toBeNull();
      expect([bases.filter((one) => !one.keep), files]).toEqual([[], []]);
    });
  });

  test('the newest good base backup, and what it builds on, always stays', () => {
    check((input, plan) => {
      const newest = sorted(input.bases)
        .filter((one) => chainFault(one, input.bases) === null)
        .at(-1);
      if (newest === undefined) return;
      const kept = plan.bases.filter((one) => one.keep).map((one) => one.base.id);
      expect(kept).toEqual(expect.arrayContaining((chainOf(newest, input.bases) ?? []).map((one) => one.id)));
    });
  });

  test('nothing goes while the newest is not good, or is of the future', () => {
    check((input, plan) => {
      const newest = sorted(input.bases).at(-1);
      const good = newest !== undefined && chainFault(newest, input.bases) === null;
      if (good && newest.stoppedAt <= input.now + 300_000) return;
      expect(plan.blocked).not.toBeNull();
      expect([plan.bases.filter((one) => !one.keep), plan.files]).toEqual([[], []]);
    });
  });

  test('a second run deletes nothing, and the order of the lists does not matter', () => {
    check((input, plan) => {
      const again = planWalRetention(left(input, plan));
      expect([again.bases.filter((one) => !one.keep), again.files]).toEqual([[], []]);
      const turned = planWalRetention({ ...input, bases: [...input.bases].reverse() });
      expect(turned).toEqual(plan);
    });
  });

  test('killed anywhere, nothing is left without what it builds on, and the next run ends where this one would have', () => {
    check((input, plan) => {
      const going = plan.bases.filter((one) => !one.keep).map((one) => one.base.id);
      for (let done = 0; done <= going.length; done += 1) {
        const gone = new Set(going.slice(0, done));
        const some = { ...input, bases: input.bases.filter((one) => !gone.has(one.id)) };
        expect(
          some.bases.filter(
            (one) => one.fault === null && chainOf(one, some.bases) === null && chainOf(one, input.bases) !== null,
          ),
        ).toEqual([]);
        const next = planWalRetention(some);
        expect(left(some, next).bases.map((one) => one.id)).toEqual(left(input, plan).bases.map((one) => one.id));
        expect(next.files).toEqual(plan.files);
      }
    });
  });

  test('files that belong to a segment go with it, and history files never', () => {
    check((input, plan) => {
      const gone = new Set(plan.files);
      for (const name of input.others) {
        const number = BigInt(`0x${name.slice(8, 16)}`) * 4096n + BigInt(`0x${name.slice(16, 24)}`);
        expect(gone.has(name)).toBe(plan.cut !== null && number < plan.cut / BigInt(SIZE));
      }
      expect(plan.files.filter((name) => name.endsWith('.history'))).toEqual([]);
    });
  });
});

function good({ bases }: RetentionInput): readonly Base[] {
  return bases.filter((one) => chainFault(one, bases) === null);
}

function timelineOf({ manifest }: Base): number {
  return manifest?.timeline ?? 0;
}

function inspected({ bases, segments, histories, segmentSize }: RetentionInput): Inventory {
  return {
    bases: sorted(bases),
    segments: segments.map((one) => ({ ...one, fault: null, proof: 'header' as const })),
    histories,
    segmentSize,
  };
}

function check(property: (input: RetentionInput, plan: WalRetention) => void): void {
  fc.assert(
    fc.property(archives, (input) => property(input, planWalRetention(input))),
    { numRuns: 500 },
  );
}

function sorted(bases: readonly Base[]): readonly Base[] {
  return [...bases].sort((a, b) => a.stoppedAt - b.stoppedAt || (a.id < b.id ? -1 : 1));
}

function left(input: RetentionInput, plan: WalRetention): RetentionInput {
  const kept = new Set(plan.bases.filter((one) => one.keep).map((one) => one.base.id));
  const gone = new Set(plan.files);
  return {
    ...input,
    bases: input.bases.filter((one) => kept.has(one.id)),
    segments: input.segments.filter((one) => !gone.has(one.name)),
    others: input.others.filter((name) => !gone.has(name)),
  };
}

/** The life of a cluster up to now: where it is, and what it has left behind. */
interface Life {
  time: number;
  /** Segment it is in. */
  number: number;
  timeline: number;
  path: readonly Leg[];
}

/** Back to a segment: a new timeline, which leaves at its beginning the one that was there then. */
function goBack(life: Life, to: number, histories: Map<number, readonly Leg[]>): void {
  const at = BigInt(to) * BigInt(SIZE);
  const on = life.path.findIndex((leg) => leg.until === null || at <= leg.until);
  const legs = life.path.slice(0, on + 1).map((leg, i) => (i === on ? { ...leg, until: at } : leg));
  life.timeline += 1;
  life.number = to;
  life.path = [...legs, { timeline: life.timeline, until: null }];
  histories.set(life.timeline, legs);
}

/** Base backups hours or days apart, some incremental, some damaged; recoveries to earlier moments between them; a clock near the newest. */
const archives: fc.Arbitrary<RetentionInput> = fc
  .record({
    steps: fc.array(
      fc.record({
        hours: fc.integer({ min: 1, max: 100 }),
        segments: fc.integer({ min: 0, max: 5 }),
        incremental: fc.boolean(),
        fault: fc.integer({ min: 0, max: 9 }).map((n) => (n === 0 ? 'damaged' : null)),
        readable: fc.integer({ min: 0, max: 20 }).map((n) => n > 0),
        busy: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
        back: fc.integer({ min: -9, max: 9 }).map((n) => (n > 0 ? n : null)),
      }),
      { maxLength: 8 },
    ),
    days: fc.integer({ min: 1, max: 14 }),
    clock: fc.integer({ min: -30, max: 500 }),
  })
  .map(({ steps, days, clock }) => {
    const life: Life = { time: Date.UTC(2026, 9, 20), number: 1, timeline: 1, path: [{ timeline: 1, until: null }] };
    let parent: string | null = null;
    const bases: Base[] = [];
    const histories = new Map<number, readonly Leg[]>();
    const segments = new Map<string, RetentionInput['segments'][number]>();
    const write = (count: number): void => {
      for (let more = 0; more <= count; more += 1) {
        const segment = { timeline: life.timeline, number: BigInt(life.number + more) };
        const name = segmentText(segment, SIZE);
        segments.set(name, { ...segment, name });
      }
      life.number += count;
    };
    for (const [index, step] of steps.entries()) {
      life.time += step.hours * 3_600_000;
      if (step.back !== null) {
        goBack(life, Math.max(1, life.number - step.back), histories);
        // An incremental one cannot build on what is not on its path.
        parent = null;
      }
      write(step.segments);
      const id = `base${String(index).padStart(2, '0')}`;
      const manifest = { parent: step.incremental ? parent : null, timeline: life.timeline } as BaseManifest;
      const start = BigInt(life.number) * BigInt(SIZE) + 40n;
      bases.push({
        id,
        manifest: step.readable ? manifest : null,
        fault: step.readable ? step.fault : 'base.json is missing or damaged',
        start: step.readable ? start : 0n,
        stop: start + 100n,
        stoppedAt: life.time,
      });
      if (step.readable) parent = id;
    }
    write(3);
    const files = [...segments.values()].sort((a, b) => Number(a.number - b.number) || a.timeline - b.timeline);
    const others = files.filter((_, i) => i % 3 === 0).map((one) => `${one.name}.00000028.backup`);
    const busy = new Set(steps.flatMap((step, i) => (step.busy ? [bases[i]?.id ?? ''] : [])));
    const now = life.time + clock * 3_600_000;
    return { bases, segments: files, histories, others, segmentSize: SIZE, busy, days, now };
  });

describe('a real archive', () => {
  let cluster: TestCluster;
  let archive: Archive;
  /** So many days from now on. */
  const at = (days: number): typeof runtime => ({ ...runtime, now: () => new Date(Date.now() + days * DAY) });

  beforeAll(async () => {
    cluster = await makeCluster();
    for (let n = 0; n < 3; n += 1) {
      await cluster.session((s) => s.batch(`CREATE TABLE t${n} (n int)`));
      await cluster.base();
      await cluster.archived();
    }
  });
  beforeEach(async () => {
    archive = await copyArchive(cluster.archiveDir);
  });
  const ids = async (): Promise<string[]> => (await listBases(archive)).map((base) => base.id);
  const files = (): string[] => readdirSync(join(archive.dir, 'wal')).sort();

  test('is left alone while nothing is old enough', async () => {
    const before = [await ids(), files()];
    expect((await pruneWal({ archive, days: 7, runtime: at(1) })).files).toEqual([]);
    expect([await ids(), files()]).toEqual(before);
  });

  test('what is shown is what is done; the rest can be recovered; checksums of what is gone go', async () => {
    const input = { archive, days: 7, runtime: at(8) };
    const [plan, before, bases] = [await planWalPrune(input), files(), await ids()];
    expect(plan.bases.map((one) => one.keep)).toEqual([true, false, false]);
    expect(plan.files.length).toBeGreaterThan(3);
    const done = await pruneWal(input);
    const told = ({ bases: all, files: names }: WalRetention): unknown => [
      all.map((one) => [one.base.id, one.keep]),
      names,
    ];
    expect(told(done)).toEqual(told(plan));
    expect(await ids()).toEqual(bases.slice(2));
    expect(files()).toEqual(before.filter((name) => !plan.files.includes(name)));
    const sums = readFileSync(join(archive.dir, 'wal', 'CKSUMS'), 'utf8');
    expect(plan.files.filter((name) => sums.includes(`${name}\n`))).toEqual([]);
    const status = await readStatus({ archive, session: null, verify: true, runtime });
    expect(status.findings).toEqual([]);
    expect(status.windows).toHaveLength(1);
    expect(readFileSync(join(archive.dir, 'removed.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3);
    expect((await pruneWal(input)).files).toEqual([]);
  });

  test('nothing goes when the one to keep turns out to be damaged', async () => {
    const newest = (await ids()).at(-1) ?? '';
    const path = join(baseFolder(archive), newest, 'data', 'PG_VERSION');
    const before = [await ids(), files()];
    rewrite(path, '99\n');
    const plan = await pruneWal({ archive, days: 7, runtime: at(8) });
    expect(plan.blocked).toContain('turned out to be damaged');
    expect([await ids(), files()]).toEqual(before);
  });

  test('one that is being restored stays, with its WAL', async () => {
    const [oldest = ''] = await ids();
    await asReader(baseFolder(archive), oldest, runtime, async () => {
      await pruneWal({ archive, days: 7, runtime: at(8) });
    });
    expect((await ids())[0]).toBe(oldest);
    expect(files().filter((name) => name.endsWith('.backup')).length).toBe(3);
  });

  test('a file that cannot be deleted is told, and what is kept is whole', async () => {
    const [oldest = ''] = await ids();
    // A folder where a file of WAL should be: unlink() fails, whoever we are.
    const plan = await planWalPrune({ archive, days: 7, runtime: at(8) });
    const name = plan.files[1] ?? '';
    rmSync(join(archive.dir, 'wal', name));
    mkdirSync(join(archive.dir, 'wal', name));
    await expect(pruneWal({ archive, days: 7, runtime: at(8) })).rejects.toMatchObject({ code: 'PRUNE_FAILED' });
    expect(existsSync(join(baseFolder(archive), oldest))).toBe(false);
    rmSync(join(archive.dir, 'wal', name), { recursive: true });
    await pruneWal({ archive, days: 7, runtime: at(8) });
    expect((await readStatus({ archive, session: null, verify: true, runtime })).findings).toEqual([]);
  });

  test('the command shows, deletes with --delete, and exits with 1 when it refuses', async () => {
    const env = { STRATA_BACKUP_WAL_DIR: archive.dir };
    const shown = await strata(['wal', 'prune', '--json'], { cwd: cluster.root, env });
    expect(JSON.parse(shown.stdout)).toMatchObject({
      ok: true,
      data: { deleted: false, days: 7, cut: null, files: [] },
    });
    const done = await strata(['wal', 'prune', '--delete'], { cwd: cluster.root, env });
    expect(done).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 base backups and 0 files of WAL deleted'),
    });
    rmSync(join(baseFolder(archive), (await ids()).at(-1) ?? '', 'base.json'));
    const refused = await strata(['wal', 'prune', '--delete', '--json'], { cwd: cluster.root, env });
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ findings: [{ code: 'wal/prune-refused' }] });
  });
});
