/** Who was erased stays erased: the list beside the backups, and every way a restored database could bring somebody back. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drillBackup } from '../../src/backup/drill.ts';
import type { Erasure } from '../../src/backup/erasures.ts';
import type { Backup } from '../../src/backup/take.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { ident } from '../../src/base/ident.ts';
import { withDatabaseName } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { project, type Ran, strata, write } from '../support/project.ts';
import { databaseExists, dirOf, dropDatabase, listener, restore, take } from './shop.ts';

const db = useDatabase();
const to = (): string => `${db.target().database}_to`;
const SCRIPT = `UPDATE people SET email = 'erased-' || id WHERE id = current_setting('strata.subject')::integer;
DELETE FROM letters WHERE person_id = current_setting('strata.subject')::integer;
`;
let backup: Backup;
let cwd: string;

beforeAll(async () => {
  await db.session((s) =>
    s.batch(`CREATE TABLE people (id integer PRIMARY KEY, email text NOT NULL);
      CREATE TABLE letters (person_id integer NOT NULL REFERENCES people DEFERRABLE INITIALLY DEFERRED, words text NOT NULL);
      INSERT INTO people VALUES (1, 'ann@example.org'), (2, 'bob@example.org');
      INSERT INTO letters VALUES (1, 'from Ann'), (2, 'from Bob')`),
  );
  backup = await take(db.target());
});
beforeEach(async () => {
  cwd = project({ 'sql/erasure/person.sql': SCRIPT });
  await cp(backup.path, join(cwd, 'backups', backup.id), { recursive: true });
});
afterEach(async () => {
  await dropDatabase(to());
  await db.session((s) =>
    s.batch(`UPDATE people SET email = CASE id WHEN 1 THEN 'ann@example.org' ELSE 'bob@example.org' END;
      DELETE FROM letters; INSERT INTO letters VALUES (1, 'from Ann'), (2, 'from Bob')`),
  );
});
afterAll(() => dropDatabase(db.target().database));

const run = (...args: readonly string[]): Promise<Ran> => strata(args, { cwd, target: db.target() });
const erase = (...args: readonly string[]): Promise<Ran> => run('subject', 'erase', ...args);
const list = (): string => join(cwd, 'backups', 'erasures.jsonl');
const lines = (): readonly unknown[] =>
  readFileSync(list(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
/** As older versions wrote it, unless a database is named. */
const lineOf = (subject: string, script = 'person', database?: string): string =>
  `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', script, sha256: sha256(SCRIPT), subject, database })}\n`;

/** Addresses and letters in a database. */
async function people(database = db.target().database): Promise<readonly string[]> {
  const rows = await withSession(withDatabaseName(serverTarget(), database), (s) =>
    s.query<{ what: string }>('SELECT email AS what FROM people UNION ALL SELECT words FROM letters ORDER BY 1'),
  );
  return rows.map(({ what }) => what);
}
const BOTH = ['ann@example.org', 'bob@example.org', 'from Ann', 'from Bob'];
const WITHOUT_ANN = ['bob@example.org', 'erased-1', 'from Bob'];

describe('an erasure', () => {
  test('is done and listed, in a file that only its owner reads; twice is harmless', async () => {
    expect(await erase('1')).toMatchObject({ status: 0, stdout: expect.stringContaining('backups/erasures.jsonl') });
    expect(await people()).toEqual(WITHOUT_ANN);
    expect(lines()).toEqual([
      {
        ...{ at: expect.stringMatching(/^\d{4}-.*Z$/), script: 'person', sha256: sha256(SCRIPT), subject: '1' },
        database: db.target().database,
      },
    ]);
    expect(statSync(list()).mode & 0o777).toBe(0o600);
    const again = await erase('1', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      data: { subject: '1', script: 'person', list: 'backups/erasures.jsonl' },
    });
    expect(await people()).toEqual(WITHOUT_ANN);
    expect(lines()).toHaveLength(2);
  });

  test('--dry-run shows script and key, and touches nothing', async () => {
    const { status, stdout } = await erase('1', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('subject 1');
    expect(stdout).toContain('DELETE FROM letters');
    expect(await people()).toEqual(BOTH);
    expect(() => statSync(list())).toThrow('ENOENT');
  });

  test('on a database marked as production it needs its name', async () => {
    const { database } = db.target();
    await db.session((s) => s.batch(`ALTER DATABASE ${ident(database)} SET strata.environment = 'production'`));
    try {
      const refused = await erase('1');
      expect(refused).toMatchObject({ status: 6, stderr: expect.stringContaining('CONFIRM_NEEDED') });
      expect(refused.stderr).toContain(`strata subject erase 1 --confirm ${database}`);
      expect(await people()).toEqual(BOTH);
      expect(() => statSync(list())).toThrow('ENOENT');
      expect((await erase('1', '--confirm', database)).status).toBe(0);
      expect(await people()).toEqual(WITHOUT_ANN);
    } finally {
      await db.session((s) => s.batch(`ALTER DATABASE ${ident(database)} RESET strata.environment`));
    }
  });

  test.each([
    ['a key that it cannot read', SCRIPT, 'ann', /person\.sql: invalid input syntax for type integer/],
    ['a fault', `${SCRIPT}SELECT nothing FROM nowhere;\n`, '1', /person\.sql:3: relation "nowhere" does not exist/],
    ['what only the commit would refuse', `${SCRIPT}INSERT INTO letters VALUES (3, 'x');`, '1', /foreign key/],
    ['a commit of its own', `${SCRIPT}COMMIT;`, '1', /COMMIT does not go inside/],
  ])('a script that fails by %s erases nothing and lists nothing', async (_title, script, key, message) => {
    write(cwd, { 'sql/erasure/person.sql': script });
    const { status, stderr } = await erase(key);
    expect(status).toBe(5);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('ERASURE_FAILED');
    expect(await people()).toEqual(BOTH);
    expect(() => statSync(list())).toThrow('ENOENT');
  });

  test('an unwritable list keeps it from happening', async () => {
    writeFileSync(list(), 'no line\n');
    expect(await erase('1')).toMatchObject({ status: 6, stderr: expect.stringContaining('ERASURE_LIST') });
    expect(await people()).toEqual(BOTH);
  });

  test('the script must be known', async () => {
    expect(await erase('1', '--script', 'tutor')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ERASURE_SCRIPT'),
    });
    write(cwd, { 'sql/erasure/company.sql': 'SELECT 1' });
    const several = await erase('1');
    expect(several.stderr).toMatch(/sql\/erasure holds: company, person[\s\S]*--script company/);
    expect((await erase('1', '--script', 'person')).status).toBe(0);
    rmSync(join(cwd, 'sql/erasure'), { recursive: true });
    expect((await erase('1')).stderr).toMatch(
      /ERASURE_SCRIPT[\s\S]*holds no script|holds no script[\s\S]*ERASURE_SCRIPT/,
    );
    expect((await erase()).status).toBe(2);
    expect((await erase('1', '--listed')).status).toBe(2);
  });
});

describe('a restore of a backup from before the erasure', () => {
  test('into a new database does not bring the person back, and says so', async () => {
    await erase('1');
    const { status, stdout } = await run('restore', '--to', to());
    expect(status).toBe(0);
    expect(stdout).toContain('1 erasures re-applied');
    expect(await people(to())).toEqual(WITHOUT_ANN);
    expect(await people()).toEqual(WITHOUT_ANN);
  });

  test('into an empty database, of one table, and in place as little', async () => {
    await erase('1');
    await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE ${ident(to())} TEMPLATE template0`));
    expect((await run('restore', '--to', to())).status).toBe(0);
    expect(await people(to())).toEqual(WITHOUT_ANN);
    await dropDatabase(to());
    expect((await run('restore', '--to', to(), '--table', 'people')).status).toBe(0);
    expect(await people(to())).toEqual(['bob@example.org', 'erased-1']);

    const done = await run('restore', '--in-place', '--confirm', db.target().database, '--json');
    const { data } = JSON.parse(done.stdout) as { data: { kept: string; erasures: number } };
    expect(data.erasures).toBe(1);
    expect(await people()).toEqual(WITHOUT_ANN);
    await dropDatabase(data.kept);
  });

  test('erases who was listed by a command that was killed before it committed', async () => {
    writeFileSync(list(), lineOf('1'));
    expect(await people()).toEqual(BOTH);
    expect((await run('restore', '--to', to())).status).toBe(0);
    expect(await people(to())).toEqual(WITHOUT_ANN);
    expect(await erase('--listed')).toMatchObject({ status: 0, stdout: expect.stringContaining('1 erasures') });
    expect(await people()).toEqual(WITHOUT_ANN);
    expect(lines()).toHaveLength(1);
  });

  test('leaves out those of another database, and says so; --of repeats them by name', async () => {
    writeFileSync(list(), lineOf('1', 'person', db.target().database) + lineOf('2', 'gone', 'staging'));
    const { status, stdout, stderr } = await run('restore', '--to', to());
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('1 erasures of other databases (staging)')]);
    expect(await people(to())).toEqual(WITHOUT_ANN);
    writeFileSync(list(), lineOf('1', 'person', 'staging'));
    expect((await erase('--listed')).stdout).toContain('0 erasures');
    expect(await people()).toEqual(BOTH);
    expect((await erase('--listed', '--of', 'staging', '--dry-run')).stdout).toContain('1 erasures');
    expect((await erase('--listed', '--of', 'staging')).stdout).toContain('1 erasures');
    expect(await people()).toEqual(WITHOUT_ANN);
    expect(await erase('1', '--of', 'staging')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--of goes with'),
    });
  });

  test('warns of a torn last line, which the next erasure cuts off', async () => {
    writeFileSync(list(), lineOf('1') + lineOf('2').slice(0, 40));
    const { status, stdout, stderr } = await run('restore', '--to', to());
    expect(status).toBe(0);
    expect(stdout + stderr).toContain('line 2, the last one, is torn');
    expect(await people(to())).toEqual(WITHOUT_ANN);
    await erase('2');
    expect(lines()).toMatchObject([{ subject: '1' }, { subject: '2' }]);
  });

  test('takes a last line without its newline for whole when it is, and the next erasure ends it', async () => {
    writeFileSync(list(), lineOf('1').trimEnd());
    expect((await run('restore', '--to', to())).status).toBe(0);
    expect(await people(to())).toEqual(WITHOUT_ANN);
    await erase('2');
    expect(lines()).toMatchObject([{ subject: '1' }, { subject: '2' }]);
  });

  test.each([
    ['that is no JSON', 'nonsense\n', 'line 2'],
    ['of a database without a name', lineOf('1', 'person', ''), 'line 2'],
    ['without a subject', '{"at":"x","script":"person","sha256":"y"}\n', 'line 2'],
    ['of a script that is not there', lineOf('1', 'gone'), 'no erasure script "gone"'],
  ])('is refused for a line %s', async (_title, line, message) => {
    writeFileSync(list(), lineOf('1') + line);
    const { status, stderr } = await run('restore', '--to', to());
    expect([2, 6]).toContain(status);
    expect(stderr).toContain(message);
    expect(await databaseExists(to())).toBe(false);
  });

  test('leaves no database when the script fails in it', async () => {
    await erase('1');
    write(cwd, { 'sql/erasure/person.sql': 'SELECT 1 / 0' });
    const { status, stderr } = await run('restore', '--to', to());
    expect(status).toBe(5);
    expect(stderr).toMatch(/division by zero[\s\S]*was not made/);
    expect(await databaseExists(to())).toBe(false);
    await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE ${ident(to())} TEMPLATE template0`));
    expect((await run('restore', '--to', to())).stderr).toMatch(/everybody who was erased since[\s\S]*dropdb/);
  });

  test('asks for the list when it is time: who was erased meanwhile is erased', async () => {
    const erasures: Erasure[] = [];
    const runtime = listener();
    const emit: typeof runtime.emit = (event) => {
      runtime.emit(event);
      if (erasures.length === 0) erasures.push({ script: 'person', file: 'person.sql', sql: SCRIPT, subject: '1' });
    };
    await restore(backup, to(), { erasures: async () => erasures, runtime: { ...runtime, emit } });
    expect(await people(to())).toEqual(WITHOUT_ANN);
  });

  test('one erasure leaves nothing of its session to the next', async () => {
    const sql = `${SCRIPT}SET LOCAL search_path = pg_catalog`;
    const erasures = ['1', '2'].map((subject) => ({ script: 'person', file: 'person.sql', sql, subject }));
    expect(await restore(backup, to(), { erasures: async () => erasures })).toMatchObject({ erasures: 2 });
    expect(await people(to())).toEqual(['erased-1', 'erased-2']);
  });
});

test('a drill repeats them after its comparison, and fails by a script that fails', async () => {
  const dir = dirOf(backup);
  const erasure = { script: 'person', file: 'person.sql', sql: SCRIPT, subject: '1' };
  const drill = (sql: string, seen: string[]) =>
    drillBackup({
      dir,
      id: backup.id,
      erasures: async () => [{ ...erasure, sql }],
      smoke: async (s) => {
        for (const { email } of await s.query<{ email: string }>('SELECT email FROM people ORDER BY id'))
          seen.push(email);
        return seen;
      },
      runtime: listener(),
    });
  const seen: string[] = [];
  const { report } = await drill(SCRIPT, seen);
  expect(report.result).toBe('proved');
  expect(report.phases.find(({ name }) => name === 'restore')?.text).toContain('1 erasures re-applied');
  expect(seen).toEqual(['erased-1', 'bob@example.org']);
  const failed = await drill('SELECT 1 / 0', []);
  expect(failed.report.result).toBe('failed');
}, 120_000);
