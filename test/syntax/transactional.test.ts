/** What we say a transaction block refuses is asked of the server itself. */
import { expect, test } from 'vitest';
import { messageOf } from '../../src/base/errors.ts';
import { splitScript } from '../../src/syntax/split.ts';
import { addedEnumValue, type TransactionNature, transactionNature } from '../../src/syntax/transactional.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

function nature(sql: string): TransactionNature {
  const [statement] = splitScript(sql).statements;
  return statement ? transactionNature(statement) : { kind: 'free' };
}

/** Every one fails for another reason too when it is allowed (no such object), so nothing is left behind. */
const ALONE = [
  'CREATE INDEX CONCURRENTLY i ON no_such (a)',
  'create unique index concurrently if not exists i on no_such (a)',
  'DROP INDEX CONCURRENTLY no_such',
  'REINDEX TABLE CONCURRENTLY no_such',
  'REINDEX (VERBOSE, CONCURRENTLY) INDEX no_such',
  'REINDEX SCHEMA no_such',
  'REINDEX SYSTEM postgres',
  'VACUUM no_such',
  '/* c */ vacuum (analyze) no_such',
  'CLUSTER',
  'CREATE DATABASE postgres',
  'DROP DATABASE no_such',
  "CREATE TABLESPACE pg_default LOCATION '/no/such'",
  'DROP TABLESPACE no_such',
  "ALTER SYSTEM SET no_such_parameter = 'x'",
  'ALTER DATABASE postgres SET TABLESPACE no_such',
  'ALTER TABLE parted DETACH PARTITION part CONCURRENTLY',
  'DISCARD ALL',
  "CREATE SUBSCRIPTION s CONNECTION 'host=/no/such' PUBLICATION p",
] as const;

test.each(ALONE)('alone: %s', async (sql) => {
  expect(nature(sql).kind).toBe('alone');
  const message = await database.session(async (session) => {
    await session.query('BEGIN');
    return session.query(sql).then(
      () => 'accepted',
      (thrown: unknown) => messageOf(thrown),
    );
  });
  expect(message).toMatch(/transaction block/);
});

const FREE = [
  'CREATE TABLE a ("concurrently" int)',
  'CREATE INDEX i_free ON a ("concurrently")',
  'ALTER TABLE a ADD COLUMN vacuum int',
  'REINDEX TABLE a',
  'REINDEX (CONCURRENTLY false) TABLE a',
  'CREATE MATERIALIZED VIEW m AS SELECT 1 AS x',
  'CREATE UNIQUE INDEX m_x ON m (x)',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
  'DROP INDEX i_free',
  'DISCARD PLANS',
  "CREATE SUBSCRIPTION s CONNECTION 'host=/no/such' PUBLICATION p WITH (connect = false)",
  'DROP SUBSCRIPTION IF EXISTS no_such_subscription',
  'ALTER DATABASE postgres RESET work_mem',
  "SELECT 'VACUUM'",
  '"vacuum"',
] as const;

test('free, and the server agrees, all in one transaction', async () => {
  for (const sql of FREE) expect([sql, nature(sql).kind]).toEqual([sql, 'free']);
  await database.session(async (session) => {
    await session.query('BEGIN');
    for (const sql of FREE.slice(0, -1)) await session.query(sql);
    await session.query('ROLLBACK');
  });
});

test.each([
  ['BEGIN', 'BEGIN'],
  ['start transaction isolation level serializable', 'START TRANSACTION'],
  ['COMMIT AND CHAIN', 'COMMIT'],
  ['end', 'END'],
  ['ROLLBACK TO SAVEPOINT a', 'ROLLBACK'],
  ['abort', 'ABORT'],
  ['savepoint a', 'SAVEPOINT'],
  ['release a', 'RELEASE SAVEPOINT'],
  ["prepare transaction 'x'", 'PREPARE TRANSACTION'],
])('transaction control: %s', (sql, what) => {
  expect(nature(sql)).toEqual({ kind: 'control', what });
});

test('a prepared statement and a table called start are not transaction control', () => {
  expect(nature('prepare q as select 1').kind).toBe('free');
  expect(nature('select * from start').kind).toBe('free');
});

test('the value that ALTER TYPE adds', () => {
  const value = (sql: string): string | null => {
    const [statement] = splitScript(sql).statements;
    return statement ? (addedEnumValue(statement)?.value ?? null) : null;
  };
  expect(value("ALTER TYPE s.mood ADD VALUE IF NOT EXISTS 'great' BEFORE 'ok'")).toBe("'great'");
  expect(value("ALTER TYPE mood RENAME VALUE 'a' TO 'b'")).toBeNull();
});
