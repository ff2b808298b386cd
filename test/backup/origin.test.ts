/** A folder with the backups of several databases, and of several servers that have one of a name: each is taken for its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../src/base/canonical.ts';
import type { Target } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { useDatabase } from '../support/database.ts';
import { project, type Ran, strata } from '../support/project.ts';
import { dropDatabase } from './shop.ts';

const db = useDatabase();
const other = useDatabase();
beforeAll(async () => {
  await db.session((s) => s.batch('CREATE TABLE ours (id integer)'));
  await other.session((s) => s.batch('CREATE TABLE theirs (id integer)'));
});

interface Folder {
  readonly cwd: string;
  readonly run: (args: readonly string[], target?: Target) => Promise<Ran>;
  /** Of the backups, ours first. */
  readonly ids: readonly string[];
}

/** One backup of ours, then one of the other's. */
async function folder(): Promise<Folder> {
  const cwd = project({});
  const run = (args: readonly string[], target = db.target()): Promise<Ran> => strata(args, { cwd, target });
  const ids: string[] = [];
  for (const target of [db.target(), other.target()]) {
    const { stdout } = await run(['backup', 'create', '--json'], target);
    ids.push((JSON.parse(stdout) as { data: { id: string } }).data.id);
  }
  return { cwd, run, ids };
}

async function tables(): Promise<unknown> {
  return await withSession(db.target(), (s) =>
    s.query("SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"),
  );
}

async function dropKept({ stdout }: Ran): Promise<void> {
  const { data } = JSON.parse(stdout) as { data: { kept: string } };
  await dropDatabase(data.kept);
}

test('a restore without an id takes the newest of its own database, and in place nothing else', async () => {
  const { run, ids } = await folder();
  const { database } = db.target();
  const inPlace = ['--in-place', '--confirm', database, '--json'];
  const own = await run(['restore', ...inPlace]);
  expect(JSON.parse(own.stdout)).toMatchObject({ ok: true, data: { id: ids[0], database } });
  await dropKept(own);
  expect(await tables()).toEqual([{ name: 'ours' }]);

  const refused = await run(['restore', ids[1] ?? '', ...inPlace]);
  expect(refused.status).toBe(6);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: 'BACKUP_FOREIGN', detail: `it is of database "${other.target().database}"` },
  });
  expect(await tables()).toEqual([{ name: 'ours' }]);

  const meant = await run(['restore', ids[1] ?? '', '--foreign', ...inPlace]);
  expect(JSON.parse(meant.stdout)).toMatchObject({ ok: true, data: { id: ids[1], database } });
  await dropKept(meant);
  expect(await tables()).toEqual([{ name: 'theirs' }]);

  const third = await run(['restore', '--json'], { ...db.target(), database: 'postgres' });
  expect(JSON.parse(third.stdout)).toMatchObject({ error: { code: 'BACKUP_NOT_FOUND' } });
}, 120_000);

test('a backup of the same name of another server is not restored in place', async () => {
  const { cwd, run, ids } = await folder();
  const path = join(cwd, 'backups', ids[0] ?? '');
  const text = readFileSync(join(path, 'manifest.json'), 'utf8').replace(
    /"system_identifier": "\d+"/,
    '"system_identifier": "1"',
  );
  writeFileSync(join(path, 'manifest.json'), text);
  const sums = readFileSync(join(path, 'SHA256SUMS'), 'utf8');
  writeFileSync(join(path, 'SHA256SUMS'), sums.replace(/[0-9a-f]{64}(?= {2}manifest)/, sha256(text)));
  const refused = await run(['restore', ids[0] ?? '', '--in-place', '--confirm', db.target().database, '--json']);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: 'BACKUP_FOREIGN', detail: 'it is of another server (1)' },
  });
}, 60_000);

test('a drill without an id takes the newest of each database', async () => {
  const { run, ids } = await folder();
  await run(['backup', 'create']);
  const { stdout } = await run(['drill', '--json']);
  const { data } = JSON.parse(stdout) as { data: { drills: readonly { backup_id: string; result: string }[] } };
  const drilled = data.drills.map(({ backup_id }) => backup_id);
  expect(drilled).toHaveLength(2);
  expect(drilled).not.toContain(ids[0]);
  expect(drilled).toContain(ids[1]);
  expect(data.drills.map(({ result }) => result)).toEqual(['proved', 'proved']);
}, 60_000);

test('a name that PostgreSQL would cut is refused before anything is made', async () => {
  const { run } = await folder();
  const refused = await run(['restore', '--to', 'ü'.repeat(35), '--json']);
  expect(refused.status).toBe(2);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { message: 'the name in --to has 70 bytes' } });
}, 60_000);
