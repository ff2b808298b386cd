/** What people read of a Change. */
import { beforeAll, expect, test } from 'vitest';
import { compare } from '../../src/catalog/compare.ts';
import { type ChangeText, describe } from '../../src/catalog/describe.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

beforeAll(() =>
  database.session((session) =>
    session.batch(`CREATE TABLE t (id integer PRIMARY KEY, price numeric(10,2) NOT NULL DEFAULT 0);
      CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
      CREATE INDEX i ON t (price); CREATE TABLE "Üld" ("a.b" text)`),
  ),
);

/** What a change of the database looks like; the change is undone. */
function textsOf(sql: string): Promise<readonly ChangeText[]> {
  return database.session(async (session) => {
    await session.query('BEGIN');
    try {
      const before = await readSnapshot(session);
      await session.batch(sql);
      return compare(before, await readSnapshot(session)).map(describe);
    } finally {
      await session.query('ROLLBACK');
    }
  });
}

test('a changed column: subject, what changed, both definitions', async () => {
  expect(await textsOf('ALTER TABLE t ALTER price TYPE numeric(12,2), ALTER price DROP NOT NULL')).toEqual([
    {
      subject: 'public.t.price',
      message:
        'column public.t.price: not null changed from true to false; type changed from numeric(10,2) to numeric(12,2)',
      before: 'price numeric(10,2) NOT NULL DEFAULT 0',
      after: 'price numeric(12,2) DEFAULT 0',
    },
  ]);
});

test('a new table is one change with its whole definition', async () => {
  const sql = `CREATE UNLOGGED TABLE n (id bigint PRIMARY KEY, v text CHECK (v <> ''));
    CREATE INDEX n_v ON n (v); COMMENT ON TABLE n IS 'new'; REVOKE DELETE ON n FROM CURRENT_USER`;
  expect(await textsOf(sql)).toEqual([
    {
      subject: 'public.n',
      message: 'table public.n was added',
      before: null,
      after: `UNLOGGED TABLE public.n (
  id bigint NOT NULL,
  v text,
  CONSTRAINT n_pkey PRIMARY KEY (id),
  CONSTRAINT n_v_check CHECK ((v <> ''::text))
)
INDEX n_pkey
INDEX n_v
${await ownerGrant()}
COMMENT "new"`,
    },
  ]);
});

/** PostgreSQL 17 added a privilege. */
async function ownerGrant(): Promise<string> {
  const newer = await database.session(async (session) => session.serverVersion >= 170_000);
  return `GRANT INSERT, ${newer ? 'MAINTAIN, ' : ''}REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE TO OWNER`;
}

test('a dropped index names its table; names stay as they are', async () => {
  expect(await textsOf('DROP INDEX i')).toEqual([
    {
      subject: 'public.t.i',
      message: 'index public.t.i was dropped',
      before: 'CREATE INDEX i ON public.t USING btree (price)',
      after: null,
    },
  ]);
  expect(await textsOf(`ALTER TABLE "Üld" RENAME "a.b" TO "it's"`)).toMatchObject([
    { subject: 'public.Üld.a.b', message: 'column public.Üld.a.b was dropped' },
    { subject: "public.Üld.it's", message: "column public.Üld.it's was added" },
  ]);
});

test('a long definition is not put into the message', async () => {
  const body = `SELECT ${'1 + '.repeat(40)}1`;
  const [change] = await textsOf(
    `CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS '${body}'`,
  );
  expect(change?.message).toBe(
    'routine public.f(a integer): definition changed; volatility changed from volatile to immutable',
  );
  expect(change?.after).toContain(body);
});

test('what is not modelled is a change too', async () => {
  expect(await textsOf('CREATE PUBLICATION pub')).toEqual([
    {
      subject: 'publication pub',
      message: 'unmodelled publication pub was added',
      before: null,
      after: 'publication pub: f t t t t f',
    },
  ]);
});
