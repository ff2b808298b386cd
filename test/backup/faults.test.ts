/** What goes wrong while a backup is taken, and what is left then: nothing that looks like a backup. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listBackups } from '../../src/backup/inventory.ts';
import { createBackup } from '../../src/backup/take.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import type { ToolError } from '../../src/base/errors.ts';
import { ident } from '../../src/base/ident.ts';
import { closeSession, openSession, withSession } from '../../src/pg/pool.ts';
import { login, useDatabase } from '../support/database.ts';
import { withSmallDisk } from '../support/disk.ts';
import { project } from '../support/project.ts';
import { dirOf, dropDatabase, dropShopRoles, listener, makeShop, restore, take } from './shop.ts';

const db = useDatabase();
beforeAll(() => db.session(makeShop));
afterAll(async () => {
  await dropDatabase(db.target().database);
  await dropShopRoles(db.target().database);
});

/** Only what a finished backup or nothing leaves: no partial folder, no lock. */
function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).filter((name) => name !== 'journal.jsonl') : [];
}

test('row security that hides rows from the role is refused, with the tables and the right role', async () => {
  const role = `${db.target().database}_filtered`;
  await db.session((s) =>
    s.batch(
      `CREATE ROLE ${role} ${login()}; GRANT pg_read_all_data TO ${role}; GRANT CONNECT ON DATABASE ${db.target().database} TO ${role}`,
    ),
  );
  const dir = join(project(), 'backups');
  try {
    await expect(take({ ...db.target(), user: role }, { dir })).rejects.toMatchObject({
      code: 'BACKUP_ROLE_FILTERED',
      exit: 6,
      more: { detail: 'tables: public.customers (forced)', hint: expect.stringContaining('BYPASSRLS') },
    });
    expect(namesIn(dir)).toEqual([]);
    // The owner under FORCE is subject to it just the same.
    await db.session((s) => s.batch(`ALTER TABLE customers OWNER TO ${role}`));
    await expect(take({ ...db.target(), user: role }, { dir })).rejects.toMatchObject({ code: 'BACKUP_ROLE_FILTERED' });
  } finally {
    await db.session((s) =>
      s.batch(`ALTER TABLE customers OWNER TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`),
    );
  }
});

test('a role that may not read a table', async () => {
  const role = `${db.target().database}_blind`;
  await db.session((s) =>
    s.batch(`CREATE ROLE ${role} ${login()} BYPASSRLS; GRANT CONNECT ON DATABASE ${db.target().database} TO ${role}`),
  );
  const dir = join(project(), 'backups');
  try {
    // Whether counting or pg_dump meets it first is a matter of luck.
    const thrown = await take({ ...db.target(), user: role }, { dir }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'BACKUP_FAILED', exit: 5 });
    const { message, more } = thrown as ToolError;
    expect(`${message} ${more.detail}`).toContain('permission denied');
    expect(namesIn(dir)).toEqual([]);
  } finally {
    await db.session((s) => s.batch(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
  }
});

describe('disk full', () => {
  test('in every phase: BACKUP_FAILED, nothing left, and the older backup untouched', async () => {
    const done: string[] = [];
    // From "not even the lock file" to "everything fits", in steps of two pages.
    for (let kib = 8; kib <= 2048 && done.length === 0; kib += kib < 200 ? 24 : 96) {
      await withSmallDisk(kib, async (disk) => {
        const dir = join(disk, 'backups');
        const result = await take(db.target(), { dir }).catch((thrown: unknown) => thrown);
        if (!(result instanceof Error)) {
          done.push(...(await listBackups(dir)).map((b) => b.state));
          return;
        }
        expect(result).toMatchObject({ code: 'BACKUP_FAILED', message: 'no space left in the backup folder', exit: 5 });
        expect(namesIn(dir)).toEqual([]);
      });
    }
    expect(done).toEqual(['good']);
  }, 120_000);

  test('in the directory format, where pg_dump itself writes', async () => {
    await withSmallDisk(24, async (disk) => {
      const dir = join(disk, 'backups');
      await expect(take(db.target(), { dir, format: 'directory', jobs: 2 })).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: 'no space left in the backup folder',
      });
      expect(namesIn(dir)).toEqual([]);
    });
  });
});

test('pg_dump older than the server is exit 7, before anything is written', async () => {
  const bin = project({ pg_dump: '#!/bin/sh\necho "pg_dump (PostgreSQL) 14.1"\n' });
  chmodSync(join(bin, 'pg_dump'), 0o755);
  const dir = join(project(), 'backups');
  const runtime = listener({ env: { PATH: bin } });
  await expect(take(db.target(), { dir, runtime, search: { usual: [] } })).rejects.toMatchObject({
    code: 'PROGRAM_TOO_OLD',
    exit: 7,
    message: expect.stringMatching(/^pg_dump is too old for a PostgreSQL \d+ server$/),
    more: { detail: expect.stringContaining('version 14.1'), hint: expect.stringContaining('Install it with') },
  });
  expect(existsSync(dir)).toBe(false);
});

test('a folder that is a file', async () => {
  const dir = join(project(), 'backups');
  writeFileSync(dir, '');
  await expect(take(db.target(), { dir })).rejects.toMatchObject({ code: 'BACKUP_FAILED' });
  await expect(listBackups(dir)).rejects.toMatchObject({ code: 'BACKUP_DIR_UNREADABLE', exit: 2 });
});

describe('one at a time', () => {
  test('two into the same folder', async () => {
    const dir = join(project(), 'backups');
    const results = await Promise.allSettled([take(db.target(), { dir }), take(db.target(), { dir })]);
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((r) => r.status === 'rejected')).toMatchObject({
      reason: { code: 'BACKUP_LOCKED', exit: 4, more: { detail: expect.stringContaining(`process ${process.pid}`) } },
    });
    expect((await listBackups(dir)).map((b) => b.state)).toEqual(['good']);
  });

  test('two of the same database, from two machines', async () => {
    const results = await Promise.allSettled([take(db.target()), take(db.target())]);
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((r) => r.status === 'rejected')).toMatchObject({
      reason: { code: 'BACKUP_LOCKED', more: { detail: expect.stringMatching(/server process \d+, user postgres/) } },
    });
  });

  test.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, process_started: '1' }],
    ['a pid that now belongs to another process', { pid: process.pid, process_started: '1' }],
  ])('the lock of %s is taken over', async (_title, holder) => {
    const dir = join(project(), 'backups');
    mkdirSync(join(dir, '20260101T000000Z-00000000.partial'), { recursive: true });
    const { hostname } = await import('node:os');
    writeFileSync(join(dir, '.lock'), JSON.stringify({ host: hostname(), at: '2026-01-01T00:00:00Z', ...holder }));
    const backup = await take(db.target(), { dir });
    expect(namesIn(dir)).toEqual([backup.id]);
  });

  test('the lock of another machine is not', async () => {
    const dir = join(project(), 'backups');
    mkdirSync(dir);
    writeFileSync(
      join(dir, '.lock'),
      JSON.stringify({ pid: 1, host: 'elsewhere', process_started: null, at: '2026-01-01T00:00:00Z' }),
    );
    await expect(take(db.target(), { dir })).rejects.toMatchObject({
      code: 'BACKUP_LOCKED',
      more: { hint: expect.stringContaining('rm ') },
    });
  });
});

describe('a table that someone has locked', () => {
  test('stops the backup after the wait, and says who to look for', async () => {
    await withLockedTable('customers', async () => {
      const dir = join(project(), 'backups');
      await expect(take(db.target(), { dir, lockWait: 300 })).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: 'a table stayed locked for too long',
        more: { hint: expect.stringContaining('pg_locks') },
      });
      expect(namesIn(dir)).toEqual([]);
    });
  });

  test.each([
    ['the catalog is read', 'customers', 1],
    ['pg_dump runs and rows are hashed', 'empty_one', 2],
  ])('Ctrl-C while %s ends every session and cleans up', async (_title, table, waiting) => {
    await withLockedTable(table, async () => {
      const dir = join(project(), 'backups');
      const controller = new AbortController();
      const running = createBackup({
        target: db.target(),
        dir,
        format: 'custom',
        jobs: 1,
        runtime: listener({ signal: controller.signal }),
      });
      running.catch(() => undefined);
      await until(async () => (await sessions()).filter((s) => s.wait_event_type === 'Lock').length >= waiting);
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'BACKUP_INTERRUPTED' });
      expect(namesIn(dir)).toEqual([]);
      await until(async () => (await sessions()).length === 0);
    });
  });

  async function withLockedTable(table: string, work: () => Promise<void>): Promise<void> {
    const blocker = await openSession({ ...db.target(), applicationName: 'blocker' });
    try {
      await blocker.batch(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      await work();
    } finally {
      await closeSession(blocker);
    }
  }

  function sessions(): Promise<{ wait_event_type: string | null }[]> {
    return withSession({ ...db.target(), database: 'postgres' }, (s) =>
      s.query<{ wait_event_type: string | null }>(
        `SELECT wait_event_type FROM pg_stat_activity WHERE datname = $1 AND application_name <> 'blocker' AND backend_type = 'client backend'`,
        [db.target().database],
      ),
    );
  }
});

describe('somebody else in the folder while a backup is written into it', () => {
  test.each([
    ['removes it', (partial: string) => rmSync(partial, { recursive: true })],
    ['removes the dump', (partial: string) => rmSync(join(partial, 'database.dump'))],
    ['overwrites the dump', (partial: string) => writeFileSync(join(partial, 'database.dump'), 'mine')],
    ['puts a manifest there', (partial: string) => writeFileSync(join(partial, 'manifest.json'), '{}')],
  ])(
    'who %s: a clear failure and nothing left, or, when they came too late, a whole backup',
    async (_title, meddle) => {
      const dir = join(project(), 'backups');
      const taking = take(db.target(), {
        dir,
        // Asked when the folder is there and before anything is dumped: the dump is meddled with as soon as it is begun.
        schemaVersion: async () => {
          const [name = ''] = readdirSync(dir).filter((one) => one.endsWith('.partial'));
          void until(async () => existsSync(join(dir, name, 'database.dump')))
            .then(() => meddle(join(dir, name)))
            .catch(() => undefined);
          return null;
        },
      });
      const ended = await taking.catch((thrown: unknown) => thrown);
      if (ended instanceof Error) {
        expect(ended).toMatchObject({ code: 'BACKUP_FAILED', exit: 5 });
        expect(namesIn(dir)).toEqual([]);
        return;
      }
      const [listed] = await listBackups(dir);
      const { findings } = await verifyBackup({ dir, id: listed?.id ?? '', content: true, runtime: listener() });
      expect(findings).toEqual([]);
    },
  );
});

test('disk full while it is encrypted, in both formats', async () => {
  const recipients = [await identityToRecipient(await generateIdentity())];
  for (const format of ['custom', 'directory'] as const) {
    await withSmallDisk(40, async (disk) => {
      const dir = join(disk, 'backups');
      await expect(take(db.target(), { dir, format, jobs: 2, recipients })).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: 'no space left in the backup folder',
      });
      expect(namesIn(dir)).toEqual([]);
    });
  }
});

test('rows that come and go while it runs: the numbers are those of the dump', async () => {
  await db.session((s) => s.query('CREATE TABLE busy AS SELECT g AS id FROM generate_series(1, 20000) AS g'));
  const writer = await openSession(db.target());
  const stop = { now: false };
  const writing = (async () => {
    while (!stop.now)
      await writer.batch(
        "INSERT INTO busy VALUES (1); DELETE FROM busy WHERE ctid = (SELECT min(ctid) FROM busy); SELECT nextval('tickets')",
      );
  })();
  const name = `${db.target().database}_busy`;
  try {
    const restored = await restore(await take(db.target()), name);
    expect(restored.database).toBe(name);
  } finally {
    stop.now = true;
    await writing;
    await closeSession(writer);
    await dropDatabase(name);
    await db.session((s) => s.query(`DROP TABLE ${ident('busy')}`));
  }
});

test('progress tells bytes and rate', async () => {
  await db.session((s) =>
    s.batch(
      `CREATE TABLE big AS SELECT g, md5(g::text) || md5((g * 7)::text) AS t FROM generate_series(1, 100000) AS g`,
    ),
  );
  const runtime = listener();
  try {
    const first = await take(db.target(), { runtime });
    const progress = runtime.events.flatMap((e) => (e.kind === 'progress' ? [e] : []));
    expect(progress.length).toBeGreaterThan(0);
    expect(progress[0]).toMatchObject({
      task: 'backup',
      unit: 'bytes',
      text: expect.stringMatching(/^\d+\.\d MiB\/s$/),
    });
    const again = listener();
    await take(db.target(), { runtime: again, dir: dirOf(first) });
    // An earlier backup tells how large it gets, and so how long it takes.
    expect(again.events).toContainEqual(
      expect.objectContaining({
        kind: 'progress',
        total: first.manifest.files[0]?.size,
        text: expect.stringMatching(/^\d+\.\d MiB\/s, \d+\.\d s left$/),
      }),
    );
  } finally {
    await db.session((s) => s.query('DROP TABLE big'));
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come');
}
