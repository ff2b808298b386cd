/** The project's audit log in backups: its end is recorded and compared, its chain verified in drills. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AuditScripts, auditFaults } from '../../src/backup/audit.ts';
import { drillBackup } from '../../src/backup/drill.ts';
import type { Backup } from '../../src/backup/take.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata, write } from '../support/project.ts';
import { databaseExists, dirOf, dropDatabase, listener, restore, take } from './shop.ts';

const HEAD = { file: 'sql/audit/head.sql', sql: 'SELECT id, seal FROM public.log ORDER BY id DESC LIMIT 1' };
const VERIFY = {
  file: 'sql/audit/verify.sql',
  sql: `SET LOCAL search_path = public;
SELECT id, 'changed' AS fault FROM log l WHERE seal <> md5(id || words || coalesce((SELECT seal FROM log WHERE id = l.id - 1), ''))`,
};
const AUDIT: AuditScripts = { head: HEAD, verify: VERIFY };
const db = useDatabase();
const to = (): string => `${db.target().database}_to`;
let backup: Backup;

/** A row behind the last one, sealed with its seal. */
const ADD = `INSERT INTO log SELECT n, 'word ' || n, md5(n || 'word ' || n || coalesce((SELECT seal FROM log WHERE id = n - 1), ''))
  FROM (SELECT coalesce(max(id), 0) + 1 AS n FROM log) AS next`;

beforeAll(async () => {
  await db.session((s) =>
    s.batch(`CREATE TABLE log (id bigint PRIMARY KEY, words text, seal text); ${`${ADD};`.repeat(3)}`),
  );
  backup = await take(db.target(), { auditHead: HEAD });
});
afterEach(() => dropDatabase(to()));
afterAll(() => dropDatabase(db.target().database));

describe('the manifest', () => {
  test('has the end of the chain in the moment of the dump, and which script told it', async () => {
    const [last] = await db.session((s) => s.query('SELECT id::text, seal FROM log WHERE id = 3'));
    expect(backup.manifest.audit_head).toEqual({ script_sha256: sha256(HEAD.sql), value: last });
    const text = readFileSync(join(backup.path, 'manifest.json'), 'utf8');
    expect((JSON.parse(text) as Backup['manifest']).audit_head).toEqual(backup.manifest.audit_head);
  });

  test('says nothing without a script, and that there is no end of an empty log', async () => {
    expect((await take(db.target())).manifest).not.toHaveProperty('audit_head');
    const none = await take(db.target(), { auditHead: { ...HEAD, sql: 'SELECT 1 WHERE false' } });
    expect(none.manifest.audit_head?.value).toBeNull();
  });

  test.each([
    ['fails', 'SELECT * FROM public.nowhere', /head\.sql:1: relation "public.nowhere" does not exist/],
    ['writes', 'DELETE FROM public.log', /read-only transaction/],
    ['commits', 'COMMIT; SELECT 1', /COMMIT does not go inside/],
  ])('warns of a script that %s, and the backup is whole', async (_title, sql, message) => {
    const taken = await take(db.target(), { auditHead: { ...HEAD, sql } });
    expect(taken.manifest).not.toHaveProperty('audit_head');
    expect(taken.manifest.warnings).toEqual([expect.stringMatching(message)]);
    expect((await restore(taken, to(), { audit: AUDIT })).findings).toEqual([]);
  });
});

describe('a restore', () => {
  test('compares it, and nothing is left of the search path that a script sets', async () => {
    const head = { ...HEAD, sql: `SET LOCAL search_path = public; SET LOCAL TimeZone = 'Asia/Tokyo'; ${HEAD.sql}` };
    const taken = await take(db.target(), { auditHead: head });
    expect(await restore(taken, to(), { audit: { ...AUDIT, head } })).toMatchObject({ findings: [] });
  });

  test('whose log ends otherwise is refused', async () => {
    // It remembers the manifest that was written first.
    rmSync(join(backup.path, '..', 'journal.jsonl'));
    const path = join(backup.path, 'manifest.json');
    const [manifest, sums] = [path, join(backup.path, 'SHA256SUMS')].map((file) => readFileSync(file, 'utf8'));
    const changed = String(manifest).replace('"id": "3"', '"id": "4"');
    writeFileSync(path, changed);
    writeFileSync(
      join(backup.path, 'SHA256SUMS'),
      String(sums).replace(/[0-9a-f]{64}(?= {2}manifest)/, sha256(changed)),
    );
    try {
      await expect(restore(backup, to(), { audit: AUDIT })).rejects.toMatchObject({
        code: 'RESTORE_MISMATCH',
        more: { detail: expect.stringMatching(/audit log: it ends with id 3, seal \w+ instead of id 4, seal/) },
      });
      expect(await databaseExists(to())).toBe(false);
      // A part of the backup has no whole log.
      expect(await restore(backup, to(), { audit: AUDIT, only: { tables: [], schemas: ['public'] } })).toMatchObject({
        findings: [],
      });
    } finally {
      writeFileSync(path, String(manifest));
      writeFileSync(join(backup.path, 'SHA256SUMS'), String(sums));
      rmSync(join(backup.path, '..', 'journal.jsonl'));
    }
  });

  test('whose script no longer works, though it is the same, is refused', async () => {
    const { name } = { name: db.target().database };
    const head = { ...HEAD, sql: `SELECT 1 / (current_database() = '${name}')::integer AS id` };
    const taken = await take(db.target(), { auditHead: head });
    await expect(restore(taken, to(), { audit: { ...AUDIT, head } })).rejects.toMatchObject({
      code: 'RESTORE_MISMATCH',
      more: { detail: expect.stringContaining('audit log: its end cannot be read') },
    });
  });

  test('tells when it could not compare', async () => {
    expect((await restore(backup, to(), { audit: { head: null, verify: null } })).findings).toMatchObject([
      { code: 'restore/audit', level: 'note', message: expect.stringContaining('the project has no') },
    ]);
    await dropDatabase(to());
    const head = { ...HEAD, sql: `${HEAD.sql} ` };
    expect((await restore(backup, to(), { audit: { ...AUDIT, head } })).findings).toMatchObject([
      { code: 'restore/audit', level: 'note', message: expect.stringContaining('has changed since') },
    ]);
  });
});

describe('a drill', () => {
  const drill = (taken: Backup, audit: AuditScripts) =>
    drillBackup({ dir: dirOf(taken), id: taken.id, smoke: async () => [], audit, runtime: listener() });

  test('lets the project verify the chain, and fails by each fault', async () => {
    const { report } = await drill(backup, AUDIT);
    expect(report.result).toBe('proved');
    expect(report.phases.find(({ name }) => name === 'audit')).toMatchObject({
      result: 'passed',
      text: 'sql/audit/verify.sql: the chain is whole',
    });
    await db.session((s) => s.batch("UPDATE log SET words = 'other' WHERE id = 2"));
    try {
      const failed = await drill(await take(db.target(), { auditHead: HEAD }), AUDIT);
      expect(failed.report).toMatchObject({
        result: 'failed',
        findings: [{ code: 'drill/audit', message: 'the audit log is not whole: id 2, fault changed' }],
      });
      // What comes after it is looked at all the same.
      expect(failed.report.phases.find(({ name }) => name === 'amcheck')?.result).not.toBe('not_run');
    } finally {
      await db.session((s) => s.batch("UPDATE log SET words = 'word 2' WHERE id = 2"));
    }
  }, 120_000);

  test('by the command: scripts that are there are used; one that fails is told with its line', async () => {
    const cwd = project({ 'sql/audit/head.sql': HEAD.sql, 'sql/audit/verify.sql': 'SELECT 1;\nSELECT * FROM nowhere' });
    const created = await strata(['backup', 'create', '--json'], { cwd, target: db.target() });
    expect(JSON.parse(created.stdout)).toMatchObject({ data: { audit_head: { id: '3' } } });
    const failed = await strata(['drill', '--json'], { cwd });
    expect(failed.status).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      findings: [{ code: 'drill/audit', message: expect.stringContaining('verify.sql:2: relation "nowhere"') }],
    });
    write(cwd, { 'sql/audit/verify.sql': VERIFY.sql });
    expect((await strata(['drill'], { cwd })).stdout).toContain('the chain is whole');
  }, 120_000);
});

test('an audit script that commits is AUDIT_FAILED before it runs', async () => {
  const verify = { ...VERIFY, sql: 'COMMIT; SELECT 1' };
  await db.session((s) =>
    expect(auditFaults(s, verify)).rejects.toMatchObject({
      code: 'AUDIT_FAILED',
      message: expect.stringContaining('COMMIT'),
    }),
  );
});
