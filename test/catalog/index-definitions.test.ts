/** Definitions of indexes: those that are written out of columns are the server's own words, and the others come from it. */
import { beforeAll, expect, test } from 'vitest';
import type { Snapshot } from '../../src/catalog/model.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import type { Session } from '../../src/pg/pool.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

const TYPES =
  'int2 int4 int8 numeric bool text uuid date timestamp timestamptz varchar(9) varchar name bpchar oid regclass'
    .split(' ')
    .concat(
      'char(3)',
      '"char"',
      'float4',
      'float8',
      'time',
      'interval',
      'bytea',
      'inet',
      'money',
      'int4[]',
      'mood',
      'short',
    );

const SCHEMA = `
  CREATE SCHEMA "Odd ""schema"; CREATE SCHEMA "order";
  CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN short AS int4; CREATE DOMAIN words AS text COLLATE "C";
  CREATE TABLE every (${TYPES.map((type, at) => `c${at} ${type}`).join(', ')});
  ${TYPES.map((_, at) => `CREATE INDEX ON every (c${at}); CREATE INDEX ON every (c${at} DESC, c1)`).join(';\n  ')};
  CREATE TABLE "order"."user" (id int PRIMARY KEY, "Quoted" text UNIQUE, "a""b" date, "order" int, value int, name text, ünï int, _1$ int,
    "select" text, level int, coalesce int, "user" varchar UNIQUE DEFERRABLE, UNIQUE (value, name), EXCLUDE (level WITH =));
  CREATE INDEX "Any name" ON "order"."user" ("Quoted", "a""b" DESC, "order" NULLS FIRST, value DESC NULLS LAST, name ASC NULLS LAST);
  CREATE INDEX "with" ON "order"."user" (ünï, _1$, "select", coalesce DESC NULLS FIRST) WHERE level > 3 AND name <> 'WHERE (it''s)';
  CREATE TABLE "Odd ""schema"."T" (a int, b text, c text COLLATE "C", d varchar COLLATE "POSIX", e words, f oid, g jsonb, h int4range);
  CREATE INDEX ON "Odd ""schema"."T" (a) WITH (fillfactor = 50); CREATE INDEX ON "Odd ""schema"."T" (a) INCLUDE (b);
  CREATE UNIQUE INDEX ON "Odd ""schema"."T" (a) NULLS NOT DISTINCT; CREATE INDEX ON "Odd ""schema"."T" ((a + 1), b);
  CREATE INDEX ON "Odd ""schema"."T" (b COLLATE "C"); CREATE INDEX ON "Odd ""schema"."T" (c COLLATE "default");
  CREATE INDEX ON "Odd ""schema"."T" (c); CREATE INDEX ON "Odd ""schema"."T" (d); CREATE INDEX ON "Odd ""schema"."T" (e);
  CREATE INDEX ON "Odd ""schema"."T" (f); CREATE INDEX ON "Odd ""schema"."T" (b text_pattern_ops, a);
  CREATE INDEX ON "Odd ""schema"."T" USING hash (a); CREATE INDEX ON "Odd ""schema"."T" USING gin (g jsonb_path_ops);
  CREATE INDEX ON "Odd ""schema"."T" USING gist (h); CREATE INDEX ON "Odd ""schema"."T" USING brin (a);
  CREATE TABLE plain (id int PRIMARY KEY, who text, at timestamptz, kind varchar(20), vc varchar);
  CREATE INDEX ON plain (kind, at DESC); CREATE UNIQUE INDEX ON plain (who) WHERE at IS NULL; CREATE INDEX ON plain (vc bpchar_ops);
  CREATE TABLE parts (id int PRIMARY KEY, at date) PARTITION BY RANGE (id); CREATE INDEX ON parts (at);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9); CREATE INDEX ON parts_1 (id, at);
  CREATE MATERIALIZED VIEW seen AS SELECT 1 AS id, 'x'::text AS name; CREATE INDEX ON seen (id, name);`;

beforeAll(() => database.session((session) => session.batch(SCHEMA)));

/** Of the server, as a Snapshot quotes them. */
async function served(session: Session): Promise<Record<string, string>> {
  const results =
    await session.batch(`SET search_path = pg_catalog; SELECT n.nspname || ' ' || c.relname AS name, pg_get_indexdef(c.oid) AS text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('i', 'I') AND NOT c.relispartition AND n.nspname !~ '^pg_'; RESET search_path`);
  return Object.fromEntries((results[1]?.rows ?? []).map(({ name, text }) => [name, text]));
}

function written({ tables, views }: Snapshot): Record<string, string> {
  const all = [...tables, ...views].flatMap(({ schema, indexes }) => indexes.map((one) => ({ schema, ...one })));
  return Object.fromEntries(all.map(({ schema, name, definition }) => [`${schema} ${name}`, definition]));
}

/** Reads with how many definitions the server was not asked for. */
async function read(session: Session): Promise<{ snapshot: Snapshot; plain: readonly unknown[] }> {
  const plain: unknown[] = [];
  const batch: Session['batch'] = async (sql) => {
    const results = await session.batch(sql);
    for (const row of results.flatMap(({ rows }) => rows))
      if ('options' in row && row.definition === '') plain.push(row.name);
    return results;
  };
  return { snapshot: await readSnapshot({ ...session, batch }), plain };
}

test('every definition is what pg_get_indexdef() says', async () => {
  await database.session(async (session) => {
    const { snapshot, plain } = await read(session);
    const expected = await served(session);
    expect(Object.keys(expected).length).toBeGreaterThan(80);
    expect(written(snapshot)).toEqual(expected);
    expect(plain).toEqual(
      expect.arrayContaining(['plain_pkey', 'plain_kind_at_idx', 'plain_who_idx', 'with', 'seen_id_name_idx']),
    );
    expect(plain).not.toContain('T_f_idx');
  });
});

test("a default operator class of somebody's own for varchar leaves them all to the server", async () => {
  await database.session(async (session) => {
    await session.batch(`BEGIN; CREATE OPERATOR CLASS mine DEFAULT FOR TYPE varchar USING btree AS
      OPERATOR 1 < (text, text), OPERATOR 3 = (text, text), OPERATOR 5 > (text, text), FUNCTION 1 bttextcmp(text, text)`);
    const { snapshot, plain } = await read(session);
    expect(plain).toEqual([]);
    expect(written(snapshot)).toEqual(await served(session));
    expect(written(snapshot)['public plain_kind_at_idx']).toContain('(kind text_ops');
    await session.batch('ROLLBACK');
  });
});
