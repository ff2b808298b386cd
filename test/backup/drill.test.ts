/** A drill: what it proves, what it finds, what it leaves. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amcheck } from '../../src/backup/amcheck.ts';
import { type DrillInput, drillBackup } from '../../src/backup/drill.ts';
import type { Drilled } from '../../src/backup/drill-record.ts';
import type { DrillReport } from '../../src/backup/drill-report.ts';
import { readDrills } from '../../src/backup/drill-store.ts';
import { globalsDifferences } from '../../src/backup/globals.ts';
import type { Manifest } from '../../src/backup/manifest.ts';
import type { Backup } from '../../src/backup/take.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { ToolError } from '../../src/base/errors.ts';
import { isAlive } from '../../src/server/process.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata, write } from '../support/project.ts';
import { dirOf, dropDatabase, dropShopRoles, listener, makeShop, shopRoles, take } from './shop.ts';

const db = useDatabase();
let backup: Backup;

beforeAll(async () => {
  await db.session(makeShop);
  backup = await take(db.target());
});
afterAll(async () => {
  await dropDatabase(db.target().database);
  await dropShopRoles(db.target().database);
});

function drill(taken: Backup, more: Partial<DrillInput> = {}): Promise<Drilled> {
  return drillBackup({ dir: dirOf(taken), id: taken.id, smoke: async () => [], runtime: listener(), ...more });
}

function scratchServers(pid = process.pid): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`strata-server-${pid}-`));
}

/** The phases as `name result`. */
function phases(report: DrillReport): string[] {
  return report.phases.map(({ name, result }) => `${name} ${result}`);
}

describe('a good backup', () => {
  test('is proved: roles, catalog, rows, pages, smoke; with times, a report, and nothing left', async () => {
    const before = scratchServers();
    const asked: unknown[] = [];
    const { report, path } = await drill(backup, {
      runtime: listener({ now: () => new Date(Date.parse(backup.manifest.at) + 90_000) }),
      smoke: async (session) => {
        asked.push(...(await session.query('SELECT count(*)::int AS rows, current_database() AS name FROM customers')));
        return ['sql/smoke/a.sql: it works'];
      },
    });
    expect(report.findings.filter((found) => found.level === 'error')).toEqual([]);
    expect(report.result).toBe('proved');
    expect(phases(report)).toEqual([
      'verify passed',
      'server passed',
      'globals passed',
      'restore passed',
      'audit skipped',
      expect.stringMatching(/amcheck (passed|skipped)/),
      'smoke passed',
    ]);
    // The smoke scripts see the copy under its own name.
    expect(asked).toEqual([{ rows: 500, name: db.target().database }]);
    expect(report.rpo_ms).toBe(90_000);
    const [verify, , globals, restore] = report.phases;
    expect(report.rto_ms).toBeGreaterThan(0);
    // The server starts while the bytes are verified, and its time is not part of it; that of verifying is.
    expect(report.rto_ms).toBe((verify?.ms ?? 0) + (globals?.ms ?? 0) + (restore?.ms ?? 0));
    expect(report.backup).toMatchObject({ rows: 907, server: backup.manifest.server.version });
    expect(report.backup?.manifest_sha256).toBe(sha256(readFileSync(join(backup.path, 'manifest.json'))));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(report);
    expect(readFileSync(path.replace(/json$/, 'md'), 'utf8')).toMatch(/RPO \| 90 s|RPO \| 2 min/);
    expect(readFileSync(join(dirOf(backup), 'drills', 'README.md'), 'utf8')).toContain(`(${report.id}.md)`);
    expect(readFileSync(join(dirOf(backup), 'drills', 'index.html'), 'utf8')).toContain(`href="${report.id}.md"`);
    expect(scratchServers()).toEqual(before);
  });

  test('from a clock that is ahead has no age, and that is said', async () => {
    const now = (): Date => new Date(Date.parse(backup.manifest.at) - 3_600_000);
    const { report } = await drill(backup, { runtime: listener({ now }) });
    expect(report).toMatchObject({ result: 'proved', rpo_ms: 0 });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'drill/clock', message: expect.stringContaining('3600 s ahead') }),
    );
  });
});

describe('a bad one', () => {
  test('whose dump has one bit flipped', async () => {
    const bad = await copy();
    const file = join(bad.path, 'database.dump');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { report } = await drill(bad);
    expect(report).toMatchObject({ result: 'failed', rto_ms: null });
    expect(phases(report)).toEqual([
      'verify failed',
      'server passed',
      'globals not_run',
      'restore not_run',
      'audit not_run',
      'amcheck not_run',
      'smoke not_run',
    ]);
    expect(report.findings[0]).toMatchObject({ code: 'drill/verify', message: expect.stringContaining('damaged') });
  });

  test('whose rows are not those that were counted', async () => {
    const bad = await resealed((manifest) => ({
      ...manifest,
      contents: {
        ...manifest.contents,
        tables: manifest.contents.tables.map((table) => (table.name === 'customers' ? { ...table, rows: 501 } : table)),
      },
    }));
    const { report } = await drill(bad);
    expect(report.result).toBe('failed');
    expect(report.findings.map((found) => found.message).join('\n')).toContain('500 rows instead of 501');
  });

  test('whose globals lack a role', async () => {
    const { reader } = shopRoles(db.target().database);
    const bad = await copy();
    const file = join(bad.path, 'globals.sql');
    const text = readFileSync(file, 'utf8');
    const without = text.split('\n').filter((line) => !line.includes(reader));
    writeFileSync(file, without.join('\n'));
    await seal(bad, (manifest) => ({
      ...manifest,
      files: manifest.files.map((one) =>
        one.role === 'globals'
          ? { ...one, size: Buffer.byteLength(without.join('\n')), sha256: sha256(without.join('\n')) }
          : one,
      ),
    }));
    const { report } = await drill(bad);
    expect(report.result).toBe('failed');
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'drill/restore', message: expect.stringContaining(reader) }),
    );
  });

  test('without a manifest needs no server to fail', async () => {
    const bad = await copy();
    writeFileSync(join(bad.path, 'manifest.json'), '{');
    const { report } = await drill(bad);
    expect(report).toMatchObject({ result: 'failed', backup: null, server: null, rpo_ms: null });
    expect(phases(report)).toContain('server not_run');
  });

  test('that the smoke scripts do not like', async () => {
    const smoke = async (): Promise<readonly string[]> => {
      throw new ToolError('SMOKE_FAILED', 'sql/smoke/a.sql:3: no lesson can be booked', { detail: 'SQLSTATE P0001' });
    };
    const { report } = await drill(backup, { smoke });
    expect(report.result).toBe('failed');
    expect(report.rto_ms).toBeGreaterThan(0);
    expect(report.findings.at(-1)).toMatchObject({
      code: 'drill/smoke',
      message: 'sql/smoke/a.sql:3: no lesson can be booked\nSQLSTATE P0001',
    });
  });
});

test('what this machine cannot do is an error and a report that says so', async () => {
  const dir = dirOf(backup);
  const known = new Set((await readDrills(dir)).reports.map((report) => report.id));
  const controller = new AbortController();
  const runtime = listener({ signal: controller.signal });
  const emit = runtime.emit;
  const stop = {
    ...runtime,
    emit: (event: Parameters<typeof emit>[0]) =>
      void (event.kind === 'start' && event.task === 'restore' && controller.abort()),
  };
  await expect(drill(backup, { runtime: stop })).rejects.toMatchObject({ code: 'BACKUP_INTERRUPTED' });
  const [report] = (await readDrills(dir)).reports.filter((one) => !known.has(one.id));
  expect(report).toMatchObject({ result: 'not_run', findings: [expect.objectContaining({ code: 'drill/not-run' })] });
  expect(scratchServers()).toEqual([]);
});

test('a locale that this machine does not have is not the fault of the backup', async () => {
  const taken = await resealed((manifest) => ({
    ...manifest,
    database: { ...manifest.database, collate: 'xx_XX.UTF-8', locale_provider: 'libc', locale: null },
  }));
  await expect(drill(taken)).rejects.toMatchObject({ code: 'RESTORE_FAILED', exit: 5 });
  const [report] = (await readDrills(dirOf(taken))).reports;
  expect(report).toMatchObject({ result: 'not_run', rto_ms: null });
  expect(phases(report as DrillReport)).toContain('restore not_run');
});

test('a database called postgres is drilled beside that of the server', async () => {
  const taken = await resealed((manifest) => ({ ...manifest, database: { ...manifest.database, name: 'postgres' } }));
  const names: unknown[] = [];
  const smoke: DrillInput['smoke'] = async (session) => {
    names.push(session.target.database);
    return [];
  };
  expect((await drill(taken, { smoke })).report.result).toBe('proved');
  expect(names).toEqual(['postgres_drill']);
});

test('a report that cannot be written stops the drill before it begins', async () => {
  const taken = await copy();
  writeFileSync(join(dirOf(taken), 'drills'), '');
  await expect(drill(taken)).rejects.toMatchObject({ code: 'DRILL_REPORT', exit: 5 });
});

describe('globals', () => {
  test('differences are told by statement; grantors, the superuser and time zones are not', () => {
    const was = `\\restrict abc
SET client_encoding = 'UTF8';
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER LOGIN;
CREATE ROLE a;
ALTER ROLE a WITH LOGIN VALID UNTIL '2027-01-01 01:00:00+01';
ALTER ROLE a SET application_name TO 'two
lines; here';
GRANT b TO a WITH INHERIT TRUE GRANTED BY "some ""body""";
CREATE TABLESPACE fast OWNER a LOCATION '/mnt/fast';
\\unrestrict abc
`;
    const is = was
      .replace('2027-01-01 01:00:00+01', '2027-01-01 00:00:00+00')
      .replace(' GRANTED BY "some ""body"""', ' GRANTED BY postgres')
      .replace('/mnt/fast', '')
      .replace('SUPERUSER LOGIN', 'SUPERUSER');
    expect(globalsDifferences(was, is, 'postgres')).toEqual([]);
    const less = is.replace('CREATE ROLE a;\n', '');
    expect(globalsDifferences(was, less, 'postgres').map((found) => found.subject)).toEqual(['CREATE ROLE a']);
    expect(globalsDifferences(less, was, 'postgres')[0]?.message).toContain('was not backed up');
  });
});

describe('amcheck', () => {
  test('finds an index that does not hold what its expression says', async () => {
    await db.session(async (session) => {
      await session.batch(`CREATE TABLE bent (id int); CREATE SCHEMA bend;
        CREATE FUNCTION bend.key(x int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT x';
        INSERT INTO bent SELECT generate_series(1, 100); CREATE INDEX bent_key ON bent (bend.key(id));
        CREATE OR REPLACE FUNCTION bend.key(x int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT x + 1000'`);
      try {
        const checked = await amcheck(session, { subject: 'b1', runtime: listener() });
        if (!checked.done) expect(checked.findings[0]?.message).toMatch(/pg_amcheck|extension amcheck/);
        else
          expect(checked.findings[0]).toMatchObject({
            code: 'drill/corrupt',
            subject: expect.stringContaining('bent_key'),
          });
      } finally {
        await session.batch('DROP TABLE bent; DROP SCHEMA bend CASCADE; DROP EXTENSION IF EXISTS amcheck');
      }
    });
  });

  test('that is not installed is a note, not a failure', async () => {
    const checked = await db.session((s) =>
      amcheck(s, { subject: 'b1', runtime: listener({ env: { PATH: project() } }), search: { usual: [] } }),
    );
    expect(checked).toMatchObject({ done: false, findings: [{ code: 'drill/no-amcheck', level: 'note' }] });
  });
});

describe('the command', () => {
  test('runs the smoke scripts of the project, keeps a history, and exits with 1 when one fails', async () => {
    const cwd = project({ 'sql/smoke/one.sql': 'SELECT count(*) AS customers FROM customers' });
    await cp(backup.path, join(cwd, 'backups', backup.id), { recursive: true });
    const listed = async (): Promise<unknown> =>
      JSON.parse((await strata(['backup', 'list', '--json'], { cwd })).stdout).data.backups[0].state;
    expect((await strata(['backup', 'verify'], { cwd })).status).toBe(0);
    expect(await listed()).toBe('verified');
    const good = await strata(['drill', '--json', '--quiet'], { cwd });
    expect(good.stderr).toBe('');
    expect(good.status).toBe(0);
    const { data } = JSON.parse(good.stdout) as { data: { drills: DrillReport[] } };
    expect(data.drills[0]?.phases.at(-1)?.text).toBe('sql/smoke/one.sql: customers 500');
    // Called good is what was restored.
    expect(await listed()).toBe('good');
    write(cwd, { 'sql/smoke/two.sql': 'SELECT 1;\nSELECT * FROM nowhere' });
    const bad = await strata(['drill', '--all', '--scratch', 'scratch'], { cwd });
    expect(bad.status).toBe(1);
    expect(bad.stdout + bad.stderr).toMatch(/two\.sql:2: relation "nowhere" does not exist/);
    expect(readdirSync(join(cwd, 'scratch'))).toEqual([]);
    expect(await listed()).toBe('failed');
    write(cwd, { 'backups/drills/20260101T000000Z-00000000.json': '{"strata_drill": 1}' });
    const past = await strata(['drill', '--history', '--json'], { cwd });
    expect(past.status).toBe(0);
    const told = JSON.parse(past.stdout) as {
      data: { drills: DrillReport[]; page: string };
      findings: { code: string }[];
    };
    expect(told.data.drills.map((report) => report.result)).toEqual(['failed', 'proved']);
    expect(told.findings.map((found) => found.code)).toEqual(['drill/unreadable']);
    expect(readFileSync(told.data.page, 'utf8')).toContain('1 of 2');
    expect((await strata(['drill', '--all', backup.id], { cwd })).status).toBe(2);
  }, 120_000);

  test('killed in the middle, its server and data go with it', async () => {
    const cwd = project({ 'sql/smoke/slow.sql': 'SELECT pg_sleep(120)' });
    await cp(backup.path, join(cwd, 'backups', backup.id), { recursive: true });
    let [pid, server] = [0, 0];
    const killed = await strata(['drill'], {
      cwd,
      onSpawn: (child) => {
        pid = child.pid ?? 0;
        const watch = setInterval(() => {
          const [name] = scratchServers(pid);
          if (name === undefined || !existsSync(join(tmpdir(), name, 'data', 'postmaster.pid'))) return;
          clearInterval(watch);
          const file = join(tmpdir(), name, 'data', 'postmaster.pid');
          server = Number(readFileSync(file, 'utf8').split('\n')[0]);
          setTimeout(() => child.kill('SIGKILL'), 300);
        }, 20);
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    await expect.poll(() => scratchServers(pid), { timeout: 20_000 }).toEqual([]);
    expect(server).toBeGreaterThan(0);
    expect(isAlive(server)).toBe(false);
  }, 120_000);
});

async function copy(): Promise<Backup> {
  const dir = join(project(), 'backups');
  mkdirSync(dir);
  const path = join(dir, backup.id);
  await cp(backup.path, path, { recursive: true });
  return { ...backup, path };
}

async function resealed(change: (manifest: Manifest) => Manifest): Promise<Backup> {
  const taken = await copy();
  await seal(taken, change);
  return taken;
}

/** Another manifest, and sums that agree with it. */
async function seal({ path }: Backup, change: (manifest: Manifest) => Manifest): Promise<void> {
  const manifest = change(backup.manifest);
  const text = JSON.stringify(manifest);
  writeFileSync(join(path, 'manifest.json'), text);
  const lines = manifest.files.map((file) => `${file.sha256}  ${file.path}\n`).join('');
  writeFileSync(join(path, 'SHA256SUMS'), `${lines}${sha256(text)}  manifest.json\n`);
}
