/**
 * kill -9 of `strata backup create` and of `strata restore` at random moments: nothing false is listed, the next run
 * works and cleans up, no half database carries a real name. DRILL_ROUNDS=100 for the long run.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { listBackups } from '../../src/backup/inventory.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const ROUNDS = Number(process.env.DRILL_ROUNDS ?? 15);
const db = useDatabase();
beforeAll(() =>
  db.session((s) =>
    s.batch(`CREATE TABLE t AS SELECT g AS id, md5(g::text) || md5((g * 7)::text) AS text FROM generate_series(1, 60000) AS g;
             ALTER TABLE t ADD PRIMARY KEY (id); CREATE INDEX ON t (text)`),
  ),
);

test(`backup create, ${ROUNDS} times`, async () => {
  const cwd = project();
  const dir = join(cwd, 'backups');
  const args = ['backup', 'create', '--dir', dir, '--json'];
  const whole = await timed(() => strata(args, { cwd, target: db.target() }));
  let good = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const killed = await killAfter(args, cwd, moment(round) * whole);
    if (killed.status === 0) good += 1;
    const listed = await listBackups(dir);
    // Killed after the rename, before it could say so: that backup is a good one, too.
    expect(listed.length).toBeGreaterThanOrEqual(good);
    expect(listed.filter((b) => b.state === 'damaged')).toEqual([]);
    good = listed.length;
  }
  const last = await retried(() => strata(args, { cwd, target: db.target() }));
  expect(last).toMatchObject({ status: 0 });
  expect(readdirSync(dir).filter((name) => name.includes('partial') || name.startsWith('.lock'))).toEqual([]);
  expect(await strata(['backup', 'verify', '--dir', dir, '--json'], { cwd })).toMatchObject({ status: 0 });
}, 600_000);

test(`restore, ${ROUNDS} times`, async () => {
  const cwd = project();
  const dir = join(cwd, 'backups');
  expect(await strata(['backup', 'create', '--dir', dir], { cwd, target: db.target() })).toMatchObject({ status: 0 });
  const to = `${db.target().database}_r`;
  const args = ['restore', '--dir', dir, '--to', to, '--json'];
  const drop = (): Promise<unknown> =>
    withSession(serverTarget(), (s) => s.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`));
  const whole = await timed(() => strata(args, { cwd, target: db.target() }));
  for (let round = 0; round < ROUNDS; round += 1) {
    await drop();
    await killAfter(args, cwd, moment(round) * whole);
    // Either there is no database of that name, or it is whole.
    const found = await withSession(serverTarget(), (s) => s.query('SELECT FROM pg_database WHERE datname = $1', [to]));
    if (found.length === 0) continue;
    const [row] = await withSession({ ...serverTarget(), database: to }, (s) =>
      s.query('SELECT count(*)::int AS rows FROM t'),
    );
    expect(row?.rows).toBe(60_000);
  }
  await drop();
  expect(await retried(() => strata(args, { cwd, target: db.target() }))).toMatchObject({ status: 0 });
  await drop();
}, 600_000);

async function timed(work: () => Promise<{ readonly status: number | null }>): Promise<number> {
  const start = performance.now();
  const { status } = await work();
  expect(status).toBe(0);
  return performance.now() - start;
}

function killAfter(args: readonly string[], cwd: string, ms: number): Promise<{ readonly status: number | null }> {
  return strata(args, {
    cwd,
    target: db.target(),
    onSpawn: (child) => void setTimeout(() => child.kill('SIGKILL'), ms),
  });
}

/** Between 0 and 1.1 of the whole run, the same in every drill. */
function moment(round: number): number {
  return (Number.parseInt(sha256(`kill ${round}`).slice(0, 8), 16) / 2 ** 32) * 1.1;
}

/** The server may need a moment to notice that the killed client is gone, and holds its lock until then. */
async function retried<T extends { readonly status: number | null }>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await work();
    if (result.status !== 4 || attempt === 20) return result;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
