/** Checksums of tables: what must change them, and what must not. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Hashing, readContents, STABLE_TEXT } from '../../src/backup/contents.ts';
import type { TableContents } from '../../src/backup/manifest.ts';
import { sha256 } from '../../src/base/canonical.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { withTransaction } from '../../src/pg/transaction.ts';
import { useDatabase, withTestDatabase } from '../support/database.ts';
import { dirOf, dropDatabase, restore, take } from './shop.ts';

const db = useDatabase();
const signal = new AbortController().signal;

/** Of the only table, under settings that would change how its values read. */
async function tableOf(session: Session, hashing: Hashing = 'bytes'): Promise<TableContents | undefined> {
  await session.batch(`SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET bytea_output = 'escape'`);
  const read = async (s: Session): Promise<TableContents | undefined> => {
    await s.batch(STABLE_TEXT);
    return (await readContents(s, { hashing, signal })).tables[0];
  };
  return await withTransaction(session, read, { isolation: 'repeatable read', readOnly: true });
}

test.each([
  ['boolean', 'true', 'false'],
  ['"char"', "'a'", "'b'"],
  ['smallint', '1', '-1'],
  ['integer', '1', '-1'],
  ['bigint', '1', '2'],
  // Their hash functions fold 64 bits into 32.
  ['bigint', '1', '4294967296'],
  ['bigint', '-1', '4294967295'],
  ['time', "'00:00:00.000001'", "'01:11:34.967296'"],
  ['timestamp', "'2000-01-01 00:00:00.000001'", "'2000-01-01 01:11:34.967296'"],
  ['timestamptz', "'2000-01-01 00:00:00.000001Z'", "'2000-01-01 01:11:34.967296Z'"],
  ['oid', '1', '4294967295'],
  ['uuid', "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"],
  ['bytea', "'\\x00'", "'\\x0000'"],
  ['text', "'a'", "'a '"],
  ['varchar(9)', "''", 'NULL'],
  ['char(3)', "'a'", "'b'"],
  ['name', "'a'", "'b'"],
  ['date', "'2026-01-01'", "'infinity'"],
  ['time', "'00:00'", "'24:00'"],
  ['timetz', "'12:00+00'", "'13:00+01'"],
  ['timestamp', "'2026-01-01'", "'2026-01-01 00:00:00.000001'"],
  ['timestamptz', "'2026-01-01 00:00Z'", "'2026-01-01 00:00+01'"],
  ['numeric', '1.0', '1.00'],
  ['real', "'0'", "'-0'"],
  ['double precision', '0.1', '0.1::float8 + 1e-17::float8 + 2e-17::float8'],
  ['interval', "'1 day'", "'24 hours'"],
  ['inet', "'10.0.0.1'", "'10.0.0.1/8'"],
  ['jsonb', `'{"n": 1.0}'`, `'{"n": 1.00}'`],
  ['json', `'{"a":1}'`, `'{"a": 1}'`],
  ['xml', "'<a/>'", "'<a></a>'"],
  ['point', "'(0,1)'", "'(1,0)'"],
  ['integer[]', "'{1,2}'", "'{2,1}'"],
  ['int4range', "'[1,2)'", "'[1,3)'"],
])('a %s of another value, and two rows that exchange theirs, are found', async (type, one, other) => {
  await db.session(async (s) => {
    await s.batch(
      `DROP TABLE IF EXISTS t; CREATE TABLE t (id integer, v ${type}); INSERT INTO t VALUES (1, ${one}), (2, ${other})`,
    );
    const before = await tableOf(s);
    await s.batch(`TRUNCATE t; INSERT INTO t VALUES (2, ${other}), (1, ${one})`);
    expect(await tableOf(s)).toEqual(before);
    await s.batch(`UPDATE t SET v = ${other}`);
    const changed = await tableOf(s);
    expect(changed).toMatchObject({ rows: 2 });
    expect(changed?.checksum).not.toBe(before?.checksum);
    await s.batch(`TRUNCATE t; INSERT INTO t VALUES (1, ${other}), (2, ${one})`);
    expect((await tableOf(s))?.checksum).not.toBe(before?.checksum);
    await s.batch('DROP TABLE t');
  });
});

test('a value that moves to another column, and a row that is there twice, are found', async () => {
  await db.session(async (s) => {
    await s.batch("CREATE TABLE t (a text, b text); INSERT INTO t VALUES ('x', NULL)");
    const before = (await tableOf(s))?.checksum;
    await s.batch("TRUNCATE t; INSERT INTO t VALUES (NULL, 'x')");
    expect((await tableOf(s))?.checksum).not.toBe(before);
    await s.batch("TRUNCATE t; INSERT INTO t VALUES ('x', NULL), ('x', NULL)");
    expect((await tableOf(s))?.checksum).not.toBe(before);
    await s.batch('DROP TABLE t');
  });
});

test.each([
  ['does not say how its rows were hashed', 'text'],
  ['was written until 0.1', 'columns'],
] as const)('a backup whose manifest %s is compared as it was made', async (_title, hashing) => {
  const name = `${db.target().database}_old`;
  await db.session((s) => s.batch('CREATE TABLE t (id bigint, v numeric); INSERT INTO t VALUES (1, 1.50), (2, NULL)'));
  const text = await db.session((s) => tableOf(s, hashing));
  const backup = await take(db.target());
  const [table] = backup.manifest.contents.tables;
  expect(table?.checksum).not.toBe(text?.checksum);
  const path = join(backup.path, 'manifest.json');
  const reseal = (checksum: string): void => {
    // It remembers the manifest that was written first.
    rmSync(join(dirOf(backup), 'journal.jsonl'), { force: true });
    const hashed = hashing === 'text' ? undefined : hashing;
    const contents = { ...backup.manifest.contents, hashed, tables: [{ ...table, checksum }] };
    writeFileSync(path, JSON.stringify({ ...backup.manifest, contents }));
    const sums = readFileSync(join(backup.path, 'SHA256SUMS'), 'utf8');
    const sum = sha256(readFileSync(path));
    writeFileSync(join(backup.path, 'SHA256SUMS'), sums.replace(/[0-9a-f]{64}(?= {2}manifest)/, sum));
  };
  try {
    reseal(text?.checksum ?? '');
    expect(await restore(backup, name)).toMatchObject({ findings: [] });
    const connects = `SELECT has_database_privilege('pg_monitor', '${name}', 'CONNECT') AS may`;
    expect(await db.session((s) => s.query(connects))).toEqual([{ may: true }]);
    await dropDatabase(name);
    reseal(table?.checksum ?? '');
    await expect(restore(backup, name)).rejects.toMatchObject({ code: 'RESTORE_MISMATCH' });
  } finally {
    await dropDatabase(name);
    await db.session((s) => s.batch('DROP TABLE t'));
  }
});

test('several sessions read the same as one, in the order of the tables, and one moment', async () => {
  await withTestDatabase(async (target) => {
    await withSession(target, async (session) => {
      const tables = Array.from(
        { length: 130 },
        (_, i) => `CREATE TABLE t${i} AS SELECT g FROM generate_series(1, ${i}) AS g`,
      );
      await session.batch(tables.join(';'));
      const read = async (jobs: number, meanwhile = 'SELECT 1'): Promise<readonly TableContents[]> =>
        withTransaction(
          session,
          async (s) => {
            await s.batch(STABLE_TEXT);
            await withSession(target, (other) => other.batch(meanwhile));
            return (await readContents(s, { hashing: 'bytes', signal, jobs })).tables;
          },
          { isolation: 'repeatable read', readOnly: true },
        );
      const alone = await read(1);
      expect(alone).toHaveLength(130);
      expect(await read(3, 'DELETE FROM t7; INSERT INTO t129 VALUES (0)')).toEqual(alone);
      expect(await read(3)).not.toEqual(alone);
    });
  });
});
