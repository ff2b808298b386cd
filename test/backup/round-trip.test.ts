/** A backup, and what comes back from it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listBackups } from '../../src/backup/inventory.ts';
import type { Backup } from '../../src/backup/take.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { withDatabaseName } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import {
  databaseExists,
  dirOf,
  dropDatabase,
  dropShopRoles,
  listener,
  makeShop,
  restore,
  shopRoles,
  take,
} from './shop.ts';

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

describe('create', () => {
  test('counts every table in the moment of the dump, partitions one by one', () => {
    const rows = Object.fromEntries(backup.manifest.contents.tables.map((t) => [`${t.schema}.${t.name}`, t.rows]));
    expect(rows).toEqual({
      'Weird-schema.a "table", with \'quotes\' and ünïcode': 3,
      'public.children': 1,
      'public.customers': 500,
      'public.empty_one': 0,
      'public.nothing': 1,
      'public.orders_2025': 213,
      'public.orders_2026': 187,
      'public.parents': 1,
      'public.sessions': 1,
      'public.spans': 0,
    });
    expect(backup.manifest.contents.large_objects.count).toBe(2);
    expect(backup.manifest.contents.large_objects.checksum).toMatch(/^-?\d+$/);
    expect(backup.manifest.contents.tables.every((table) => /^-?\d+$/.test(table.checksum ?? ''))).toBe(true);
  });

  test('records what a restore must know', () => {
    const { manifest } = backup;
    const { reader, owner } = shopRoles(db.target().database);
    expect(manifest.roles).toEqual(expect.arrayContaining([reader, owner, 'postgres']));
    expect(manifest.extensions.map((e) => e.name)).toEqual(['pgcrypto', 'plpgsql']);
    expect(manifest.database).toMatchObject({
      name: db.target().database,
      encoding: 'UTF8',
      comment: "the shop's own",
    });
    expect(manifest.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(Math.abs(Date.now() - Date.parse(manifest.at))).toBeLessThan(120_000);
    expect(manifest.warnings).toEqual([]);
  });

  test('is a folder that only its owner reads, and that sha256sum can check without us', () => {
    expect(readdirSync(backup.path).sort()).toEqual([
      'SHA256SUMS',
      'database.dump',
      'globals.sql',
      'manifest.json',
      'snapshot.json',
    ]);
    expect(statSync(backup.path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(backup.path)) expect(statSync(join(backup.path, name)).mode & 0o777).toBe(0o600);
    expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: backup.path, encoding: 'utf8' })).toMatch(
      /manifest.json: OK/,
    );
    expect(readFileSync(join(backup.path, 'globals.sql'), 'utf8')).not.toMatch(/PASSWORD/);
  });

  test('is listed as good and verifies', async () => {
    const [listed] = await listBackups(dirOf(backup));
    expect(listed).toMatchObject({ id: backup.id, state: 'good', findings: [] });
    expect(await verifyBackup({ dir: dirOf(backup), id: backup.id, runtime: listener() })).toMatchObject({
      findings: [],
    });
  });

  test('works through a role that only reads and bypasses row security', async () => {
    const name = `${db.target().database}_backup`;
    await db.session((s) =>
      s.batch(`CREATE ROLE ${name} LOGIN BYPASSRLS PASSWORD 'x'; GRANT pg_read_all_data TO ${name};
      GRANT CONNECT ON DATABASE ${db.target().database} TO ${name}; SELECT lo_unlink(oid) FROM pg_largeobject_metadata`),
    );
    try {
      const other = await take({ ...db.target(), user: name, password: 'x' });
      expect(other.manifest.role).toEqual({ name, superuser: false, bypass_rls: true });
      expect(other.manifest.contents.tables.map((t) => t.checksum)).toEqual(
        backup.manifest.contents.tables.map((t) => t.checksum),
      );
    } finally {
      await db.session((s) => s.batch(`DROP OWNED BY ${name}; DROP ROLE ${name}`));
    }
  });
});

describe('restore', () => {
  const to = (): string => `${db.target().database}_copy`;

  test.each([
    ['custom', 1],
    ['directory', 2],
  ] as const)('%s format with %i workers brings everything back', async (format, jobs) => {
    const taken = await take(db.target(), { format, jobs });
    try {
      const restored = await restore(taken, to(), { jobs });
      // pg_dump's own doing, and no reason to fail: it writes inherited columns first.
      expect(restored.findings.map((f) => `${f.level} ${f.subject}: ${f.message}`)).toEqual([
        'warning table public.children: columns order: ["a","b","c","d"] became ["a","b","d","c"]',
      ]);
      const [row] = await withSession(withDatabaseName(serverTarget(), to()), (s) =>
        s.query(`SELECT (SELECT count(*)::int FROM customers) AS customers, (SELECT count(*)::int FROM orders) AS orders,
                        current_setting('shop.mode') AS mode, current_setting('search_path') AS path,
                        current_setting('strata.environment', true) AS environment,
                        shobj_description(oid, 'pg_database') AS comment, datacl::text AS acl
                   FROM pg_database WHERE datname = current_database()`),
      );
      expect(row).toMatchObject({
        customers: 500,
        orders: 400,
        mode: "it's \\ on",
        path: '"$user", public, "Weird-schema"',
        comment: "the shop's own",
      });
      expect(row?.environment ?? '').toBe('');
      expect(row?.acl).toContain(`${shopRoles(db.target().database).reader}=c/`);
      // A copy of the copy says the same about its contents.
      const again = await take(withDatabaseName(serverTarget(), to()));
      expect(again.manifest.contents.tables).toEqual(taken.manifest.contents.tables);
      expect(again.manifest.database.settings).toEqual(
        taken.manifest.database.settings.filter((s) => s.name !== 'strata.environment'),
      );
    } finally {
      await dropDatabase(to());
    }
  });

  test('derives a name when none is given', async () => {
    const restored = await restore(backup, '', { to: undefined });
    try {
      expect(restored.database).toMatch(/_restored_\d{8}T\d{6}Z$/);
      expect(Buffer.byteLength(restored.database)).toBeLessThanOrEqual(63);
      expect(await databaseExists(restored.database)).toBe(true);
    } finally {
      await dropDatabase(restored.database);
    }
  });
});

test.each(['LATIN1', 'SQL_ASCII'])('a database in %s keeps its bytes', async (encoding) => {
  const name = `${db.target().database}_${encoding.toLowerCase()}`;
  await withSession(serverTarget(), (s) =>
    s.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`,
    ),
  );
  try {
    const target = withDatabaseName(serverTarget(), name);
    await withSession(target, (s) =>
      s.batch(
        `SET client_encoding = 'SQL_ASCII'; CREATE TABLE t AS SELECT convert_from('\\xe9'::bytea, '${encoding}') AS x`,
      ),
    );
    const taken = await take(target);
    await restore(taken, `${name}_copy`);
    const [row] = await withSession(withDatabaseName(target, `${name}_copy`), (s) =>
      s.query(`SELECT encode(convert_to(x, '${encoding}'), 'hex') AS hex FROM t`),
    );
    expect(row?.hex).toBe('e9');
  } finally {
    await dropDatabase(name);
    await dropDatabase(`${name}_copy`);
  }
});

test('a database whose name is a connection string, with quotes', async () => {
  const name = `host=x 'q' "d" ${db.target().database}`.slice(0, 60);
  await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`));
  try {
    const taken = await take(withDatabaseName(serverTarget(), name));
    expect(taken.manifest.database.name).toBe(name);
    await restore(taken, `${name}2`);
    expect(await databaseExists(`${name}2`)).toBe(true);
  } finally {
    await dropDatabase(name);
    await dropDatabase(`${name}2`);
  }
});

test('an existing empty database is filled, a missing folder is made', async () => {
  const dir = join(dirOf(backup), 'deep', 'er');
  mkdirSync(join(dirOf(backup), 'deep'));
  const taken = await take(db.target(), { dir });
  expect(existsSync(join(dir, taken.id, 'manifest.json'))).toBe(true);
  const name = `${db.target().database}_given`;
  await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  try {
    await restore(taken, name);
    const again = await take(withDatabaseName(serverTarget(), name));
    expect(again.manifest.contents.tables).toEqual(taken.manifest.contents.tables);
  } finally {
    await dropDatabase(name);
  }
});
