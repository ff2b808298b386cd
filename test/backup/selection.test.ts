/** Single tables and schemas out of a backup. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Restored } from '../../src/backup/restore.ts';
import type { Selection } from '../../src/backup/selection.ts';
import type { Backup } from '../../src/backup/take.ts';
import { withDatabaseName } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { strata } from '../support/project.ts';
import { databaseExists, dirOf, dropDatabase, dropShopRoles, makeShop, restore, take } from './shop.ts';

const db = useDatabase();
const to = (): string => `${db.target().database}_part`;
const WEIRD = 'a "table", with \'quotes\' and ünïcode';
let backup: Backup;

beforeAll(async () => {
  await db.session(makeShop);
  await db.session((s) =>
    s.batch(`COMMENT ON CONSTRAINT orders_customer_fkey ON orders IS 'who'; CREATE TABLE "Weird-schema"."a" (id integer);
      INSERT INTO "Weird-schema".a VALUES (1); CREATE SCHEMA other; CREATE TABLE other.parents (x integer)`),
  );
  backup = await take(db.target());
});
afterAll(async () => {
  await dropDatabase(to());
  await dropDatabase(db.target().database);
  await dropShopRoles(db.target().database);
});

/** Restores a part, and gives how many rows each table that has some then holds. */
async function part(only: Selection, taken = backup): Promise<{ restored: Restored; rows: Record<string, number> }> {
  try {
    const restored = await restore(taken, to(), { only });
    const rows = await withSession(withDatabaseName(serverTarget(), to()), async (s) => {
      const found: Record<string, number> = {};
      for (const { schema, name } of taken.manifest.contents.tables) {
        const quoted = `"${schema}"."${name.replaceAll('"', '""')}"`;
        const [row] = await s.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ONLY ${quoted}`);
        if (row && row.rows > 0) found[`${schema}.${name}`] = row.rows;
      }
      return found;
    });
    return { restored, rows };
  } finally {
    await dropDatabase(to());
  }
}

test.each(['custom', 'directory'] as const)('one table, %s format, with all that hangs on it', async (format) => {
  const taken = await take(db.target(), { format, jobs: 2 });
  const { restored, rows } = await part({ tables: ['customers'], schemas: [] }, taken);
  expect(rows).toEqual({ 'public.customers': 500 });
  expect(restored.findings.filter((found) => found.code === 'restore/left-out')).toEqual([]);
});

test('a partitioned table brings its partitions, and leaves out the key to rows that are not there', async () => {
  const { restored, rows } = await part({ tables: ['public.orders'], schemas: [] });
  expect(rows).toEqual({ 'public.orders_2025': 213, 'public.orders_2026': 187 });
  expect(restored.findings.filter((found) => found.code === 'restore/left-out')).toMatchObject([
    {
      subject: 'foreign key public.orders.orders_customer_fkey',
      hint: expect.stringContaining('--table public.customers'),
    },
  ]);
});

test('with the table it refers to, the key is there', async () => {
  const { restored, rows } = await part({ tables: ['orders', 'customers'], schemas: [] });
  expect(Object.keys(rows)).toEqual(['public.customers', 'public.orders_2025', 'public.orders_2026']);
  expect(restored.findings.filter((found) => found.code === 'restore/left-out')).toEqual([]);
});

test('one partition alone', async () => {
  const { rows } = await part({ tables: ['orders_2025'], schemas: [] });
  expect(rows).toEqual({ 'public.orders_2025': 213 });
});

test('a schema; a name that begins like another is another', async () => {
  expect((await part({ tables: [], schemas: ['Weird-schema'] })).rows).toEqual({
    'Weird-schema.a': 1,
    [`Weird-schema.${WEIRD}`]: 3,
  });
  expect((await part({ tables: ['Weird-schema.a'], schemas: [] })).rows).toEqual({ 'Weird-schema.a': 1 });
  expect((await part({ tables: [WEIRD], schemas: [] })).rows).toEqual({ [`Weird-schema.${WEIRD}`]: 3 });
});

test.each([
  ['a table that is not there', { tables: ['nowhere'], schemas: [] }, /^no table of the backup is called "nowhere"/],
  ['a table in two schemas', { tables: ['parents'], schemas: [] }, /^more than one table .*"parents"/],
  ['a schema that is not there', { tables: [], schemas: ['nowhere'] }, /no schema "nowhere"/],
])('%s is refused before anything is made', async (_title, only, message) => {
  await expect(restore(backup, to(), { only })).rejects.toMatchObject({
    code: 'RESTORE_SELECTION',
    exit: 2,
    message: expect.stringMatching(message),
  });
  expect(await databaseExists(to())).toBe(false);
});

test('from the command line', async () => {
  const args = [
    'restore',
    backup.id,
    '--dir',
    dirOf(backup),
    '--to',
    to(),
    '--table',
    'nothing',
    '--table',
    'empty_one',
    '--json',
  ];
  try {
    const { status, stdout } = await strata(args, { target: serverTarget() });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ data: { rows: 1 } });
  } finally {
    await dropDatabase(to());
  }
});
