/**
 * kill -9 of `strata backup create`, `verify`, `prune`, `restore` and `drill` at random moments: nothing false is listed, the
 * next run works and cleans up, no half database carries a real name, nothing half deleted is taken for a backup.
 * DRILL_ROUNDS=100 for the long run.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeAll, expect, test } from 'vitest';
import { readDrills } from '../../src/backup/drill-store.ts';
import { listBackups } from '../../src/backup/inventory.ts';
import type { Manifest } from '../../src/backup/manifest.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { ident } from '../../src/base/ident.ts';
import { recordVerification } from '../../src/disk/store.ts';
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

test.each([
  ['custom', false],
  ['custom', true],
  ['directory', false],
  ['directory', true],
] as const)(
  `backup create in the %s format, encrypted: %s, ${ROUNDS} times`,
  async (format, encrypted) => {
    const cwd = project();
    const dir = join(cwd, 'backups');
    const key = await generateIdentity();
    const recipient = encrypted ? ['--recipient', await identityToRecipient(key)] : [];
    const args = ['backup', 'create', '--dir', dir, '--dump-format', format, ...recipient, '--json'];
    const whole = await timed(() => strata(args, { cwd, target: db.target() }));
    let good = 1;
    for (let round = 0; round < ROUNDS; round += 1) {
      const killed = await killAfter(args, cwd, moment(round) * whole);
      if (killed.status === 0) good += 1;
      const listed = await listBackups(dir);
      // Killed after the rename, before it could say so: that backup is a good one, too.
      expect(listed.length).toBeGreaterThanOrEqual(good);
      expect(listed.filter((b) => b.state !== 'good')).toEqual([]);
      good = listed.length;
    }
    const last = await retried(() => strata(args, { cwd, target: db.target() }));
    expect(last).toMatchObject({ status: 0 });
    // Nor any file that pg_dump wrote before it was encrypted.
    expect(readdirSync(dir).filter((name) => name.includes('partial') || name.startsWith('.lock'))).toEqual([]);
    expect(await strata(['backup', 'verify', '--dir', dir, '--json'], { cwd })).toMatchObject({ status: 0 });
  },
  1_200_000,
);

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

test(`restore --in-place, ${ROUNDS} times: the name always belongs to one whole database`, async () => {
  const cwd = project();
  const dir = join(cwd, 'backups');
  const name = `${db.target().database}_p`;
  const target = { ...db.target(), database: name };
  expect(await strata(['backup', 'create', '--dir', dir], { cwd, target: db.target() })).toMatchObject({ status: 0 });
  expect(await strata(['restore', '--dir', dir, '--to', name], { cwd, target: db.target() })).toMatchObject({
    status: 0,
  });
  // The backup is another database's: that of the suite.
  const args = ['restore', '--in-place', '--foreign', '--confirm', name, '--dir', dir, '--json'];
  const others = async (): Promise<readonly string[]> => {
    const found = await withSession(serverTarget(), (s) =>
      s.query<{ name: string }>(
        'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) AND datname <> $1',
        [name],
      ),
    );
    return found.map((one) => one.name);
  };
  const drop = (database: string): Promise<unknown> =>
    withSession(serverTarget(), (s) => s.query(`DROP DATABASE IF EXISTS ${ident(database)} WITH (FORCE)`));
  const whole = await timed(() => strata(args, { cwd, target }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of await others()) await drop(one);
    await killAfter(args, cwd, moment(round) * whole, target);
    const [row] = await withSession({ ...serverTarget(), database: name }, (s) =>
      s.query('SELECT count(*)::int AS rows FROM t'),
    );
    expect(row?.rows).toBe(60_000);
  }
  expect(await retried(() => strata(args, { cwd, target }))).toMatchObject({ status: 0 });
  for (const one of [name, ...(await others())]) await drop(one);
}, 600_000);

test(`backup verify, ${ROUNDS} times: what it had not read to its end is not called verified`, async () => {
  const cwd = project();
  const dir = join(cwd, 'backups');
  expect(await strata(['backup', 'create', '--dir', dir], { cwd, target: db.target() })).toMatchObject({ status: 0 });
  const [first] = await listBackups(dir);
  const id = first?.id ?? '';
  const [file = ''] = readdirSync(join(dir, id)).filter((one) => one.endsWith('.dump'));
  const bytes = readFileSync(join(dir, id, file));
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
  writeFileSync(join(dir, id, file), bytes);
  const args = ['backup', 'verify', '--dir', dir, '--json'];
  const whole = await timed(() => strata(args, { cwd }), 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    writeFileSync(join(dir, 'journal.jsonl'), '');
    const { status } = await killAfter(args, cwd, moment(round) * whole);
    const states = (await listBackups(dir)).map(({ state }) => state);
    expect(states).toEqual([status === 1 ? 'damaged' : expect.stringMatching(/^(?:unverified|damaged)$/)]);
  }
  expect(await strata(args, { cwd })).toMatchObject({ status: 1 });
}, 600_000);

test(`backup prune --delete, ${ROUNDS} times`, async () => {
  const cwd = project();
  const dir = join(cwd, 'backups');
  expect(await strata(['backup', 'create', '--dir', dir], { cwd, target: db.target() })).toMatchObject({ status: 0 });
  const [first] = await listBackups(dir);
  const args = [
    'backup',
    'prune',
    '--delete',
    '--daily',
    '2',
    '--weekly',
    '0',
    '--monthly',
    '0',
    '--dir',
    dir,
    '--json',
  ];
  await copies(dir, first?.id ?? '', 12);
  const whole = await timed(() => strata(args, { cwd }));
  for (let round = 0; round < ROUNDS; round += 1) {
    await copies(dir, first?.id ?? '', 12);
    await killAfter(args, cwd, moment(round) * whole);
    const listed = await listBackups(dir);
    // What is listed is whole, whatever was going on; the newest two are never gone.
    expect(listed.filter((b) => b.state !== 'good')).toEqual([]);
    expect(listed.length).toBeGreaterThanOrEqual(2);
    expect(listed[0]?.id).toBe(first?.id);
  }
  expect(await strata(args, { cwd })).toMatchObject({ status: 0 });
  expect((await listBackups(dir)).length).toBe(2);
  expect(readdirSync(dir).filter((name) => name.includes('partial') || name.startsWith('.lock'))).toEqual([]);
}, 600_000);

test(`drill, ${ROUNDS} times: the next one stops the server and removes the data, and no report calls it proved`, async () => {
  const cwd = project();
  const dir = join(cwd, 'backups');
  const scratch = join(cwd, 'scratch');
  expect(await strata(['backup', 'create', '--dir', dir], { cwd, target: db.target() })).toMatchObject({ status: 0 });
  const args = ['drill', '--dir', dir, '--scratch', scratch, '--json'];
  const whole = await timed(() => strata(args, { cwd }));
  let proved = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { status } = await killAfter(args, cwd, moment(round) * whole);
    const { reports } = await readDrills(dir);
    expect(reports.filter(({ result }) => result !== 'proved')).toEqual([]);
    // Killed after its report was written, it is one more.
    expect(reports.length - proved).toBeLessThanOrEqual(1);
    if (status === 0) expect(reports.length).toBe(proved + 1);
    proved = reports.length;
  }
  expect(await strata(args, { cwd })).toMatchObject({ status: 0 });
  expect(readdirSync(scratch)).toEqual([]);
}, 1_200_000);

/** The backup once more for each of so many days before it. */
async function copies(dir: string, id: string, days: number): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(dir, id, 'manifest.json'), 'utf8')) as Manifest;
  const sums = readFileSync(join(dir, id, 'SHA256SUMS'), 'utf8');
  for (let day = 1; day <= days; day += 1) {
    const at = new Date(Date.parse(manifest.at) - day * 86_400_000).toISOString();
    const older = `${at.replace(/[-:]|\.\d+/g, '')}-${sha256(String(day)).slice(0, 8)}`;
    const text = JSON.stringify({ ...manifest, id: older, at });
    cpSync(join(dir, id), join(dir, older), { recursive: true });
    writeFileSync(join(dir, older, 'manifest.json'), text);
    writeFileSync(join(dir, older, 'SHA256SUMS'), sums.replace(/[0-9a-f]{64}(?= {2}manifest)/, sha256(text)));
    await recordVerification(dir, { id: older, at, ok: true });
  }
}

async function timed(work: () => Promise<{ readonly status: number | null }>, expected = 0): Promise<number> {
  const start = performance.now();
  const { status } = await work();
  expect(status).toBe(expected);
  return performance.now() - start;
}

function killAfter(
  args: readonly string[],
  cwd: string,
  ms: number,
  target = db.target(),
): Promise<{ readonly status: number | null }> {
  return strata(args, {
    cwd,
    target,
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
