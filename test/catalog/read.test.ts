/** One hostile schema, read on every server version that we support: always the same Snapshot, the stored one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { canonicalJson } from '../../src/base/canonical.ts';
import { ident } from '../../src/base/ident.ts';
import { type Target, withDatabaseName } from '../../src/base/target.ts';
import { compare } from '../../src/catalog/compare.ts';
import { describe } from '../../src/catalog/describe.ts';
import { readSnapshot, readTables, readTypeSource } from '../../src/catalog/read.ts';
import { parseSnapshot, snapshotHash, snapshotText } from '../../src/catalog/snapshot.ts';
import type { Table } from '../../src/catalog/table-model.ts';
import type { Column, Constraint, TypeSource, UserType } from '../../src/catalog/type-source.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase, withTestDatabase } from '../support/database.ts';

const CASE = 'test/cases/catalog/hostile';
const schema = readFileSync(`${CASE}/schema.sql`, 'utf8');
const SCHEMAS = ['Weird-schema', 'other', 'public'];
const database = useDatabase();

const install = (target: Target) => withSession(target, (session) => session.batch(schema));
const read = () => database.session((session) => readSnapshot(session, { schemas: SCHEMAS }));

beforeAll(() => install(database.target()));

test('the hostile schema gives the stored Snapshot', async () => {
  const snapshot = await read();
  const file = `${CASE}/snapshot.json`;
  if (process.env.UPDATE) {
    writeFileSync(file, snapshotText(snapshot, { serverVersion: 170_000, takenAt: new Date('2026-01-01T00:00:00Z') }));
  }
  const stored = parseSnapshot(readFileSync(file, 'utf8'), file);
  expect(compare(stored.snapshot, snapshot).map((change) => describe(change).message)).toEqual([]);
  expect(snapshotHash(snapshot)).toBe(stored.hash);
  // In this order members are hashed without a copy, and a file is proved by its bytes.
  const owned = await database.session((session) => readSnapshot(session, { schemas: SCHEMAS, owners: true }));
  for (const one of [snapshot, owned]) expect(JSON.stringify(one) === canonicalJson(one)).toBe(true);
});

test('holds what makes the schema hostile', async () => {
  const snapshot = await read();
  const users = snapshot.tables.find(({ name }) => name === 'Üsers');
  expect(users?.columns.map(({ name }) => name)).toContain('a "quoted" column');
  expect(users?.columns.find(({ name }) => name === 'moods')).toMatchObject({
    type: '"Weird-schema"."mood\'y"[]',
    typeName: { schema: 'Weird-schema', name: "mood'y" },
    dimensions: 1,
  });
  expect(snapshot.tables.map(({ name }) => Buffer.byteLength(name)).filter((bytes) => bytes > 63)).toEqual([]);
  expect(snapshot.tables.map(({ name }) => name)).not.toContain('not_mine');
  const text = JSON.stringify(snapshot);
  expect(text).not.toMatch(/gbt_|"citext_/);
  expect(Object.isFrozen(users?.columns[0]?.typeName)).toBe(true);
});

test('what types are made of is the same when nothing else is asked', async () => {
  const lean = await database.session((session) => readTypeSource(session, { schemas: SCHEMAS }));
  const whole = named(await read());
  expect(named(lean)).toEqual(whole);
  const sizes = Object.values(whole).map((list) => list.length);
  expect(Math.min(...sizes)).toBeGreaterThan(2);
  const noPartitions = { schemas: SCHEMAS, partitions: false, exclude: [{ schema: 'public', name: 'Üsers' }] };
  const [some, none] = await database.session(async (session) => [
    await readTypeSource(session, noPartitions),
    await readTypeSource(session, { schemas: ['nobody'] }),
  ]);
  expect(some.tables.length).toBeLessThan(lean.tables.length);
  expect(none).toMatchObject({ tables: [], views: [], routines: [], types: [] });
});

/** What a TypeSource names, of it or of the Snapshot that is one too. */
function named({ types, tables, views, routines }: TypeSource): Record<keyof TypeSource, readonly unknown[]> {
  const column = ({ name, type, typeName, dimensions, notNull, identity, generated, ...of }: Column): unknown[] => [
    name,
    type,
    typeName,
    dimensions,
    notNull,
    identity,
    generated,
    of.default,
    of.collation,
    of.comment,
  ];
  const constraint = (one: Constraint): unknown[] => [
    [one.name, one.kind, one.columns, one.validated, one.enforced],
    one.kind === 'check' ? [one.expression, one.noInherit] : one.kind === 'not null' ? one.noInherit : null,
    one.kind === 'foreign key' ? one.references : null,
  ];
  const type = (one: UserType): unknown => {
    const { schema, name, kind, comment } = one;
    if (kind === 'composite') return [schema, name, kind, comment, one.columns.map(column)];
    if (kind === 'enum') return [schema, name, kind, comment, one.labels];
    if (kind === 'range') return [schema, name, kind, comment];
    const { base, baseType, dimensions, notNull, collation, checks } = one;
    return [schema, name, kind, comment, base, baseType, dimensions, notNull, one.default, collation, checks];
  };
  return {
    types: types.map(type),
    tables: tables.map(({ schema, name, kind, parents, comment, columns, constraints }) => [
      [schema, name, kind, parents, comment],
      columns.map(column),
      constraints.map(constraint),
    ]),
    views: views.map(({ schema, name, kind, definition, comment, columns }) => [
      [schema, name, kind, definition, comment],
      columns.map(column),
    ]),
    routines: routines
      .filter(({ kind }) => kind === 'function' || kind === 'procedure')
      .map(({ schema, name, kind, identity, parameters, returns, returnType, returnsSet, ...of }) => [
        [schema, name, kind, identity, parameters, returns, returnType, returnsSet],
        [of.grants, of.comment],
      ]),
  };
}

test('is the same from two reads, from other oids, and from other settings of the session', async () => {
  const first = await read();
  const again = await database.session(async (session) => {
    await session.batch(`SET search_path = "Weird-schema", other; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German';
      SET IntervalStyle = 'iso_8601'; SET quote_all_identifiers = on; SET bytea_output = 'escape';
      SET standard_conforming_strings = off; SET extra_float_digits = -3`);
    const snapshot = await readSnapshot(session, { schemas: SCHEMAS });
    expect(await session.query('SHOW search_path')).toEqual([{ search_path: '"Weird-schema", other' }]);
    expect(await session.query('SHOW TimeZone')).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    return snapshot;
  });
  expect(compare(first, again)).toEqual([]);
  expect(snapshotHash(again)).toBe(snapshotHash(first));
  await withTestDatabase(async (target) => {
    await withSession(target, (session) =>
      session.batch(
        'CREATE TABLE shift (a serial, b text UNIQUE); DROP TABLE shift; CREATE VIEW x AS SELECT 1; DROP VIEW x',
      ),
    );
    await install(target);
    const other = await withSession(target, (session) => readSnapshot(session, { schemas: SCHEMAS }));
    expect(snapshotHash(other)).toBe(snapshotHash(first));
  });
});

test('is the same in a copy of the database', async () => {
  const name = `${database.target().database}_copy`;
  const first = await database.session((session) => readSnapshot(session));
  const server = serverTarget();
  await withSession(server, (s) =>
    s.query(`CREATE DATABASE ${ident(name)} TEMPLATE ${ident(database.target().database)}`),
  );
  try {
    const copy = await withSession(withDatabaseName(server, name), (session) => readSnapshot(session));
    expect(compare(first, copy)).toEqual([]);
  } finally {
    await withSession(server, (s) => s.query(`DROP DATABASE ${ident(name)} WITH (FORCE)`));
  }
});

test('reads only the schemas asked for, and all but the system ones when none are named', async () => {
  const [weird, all, none] = await database.session(async (session) => [
    await readSnapshot(session, { schemas: ['Weird-schema'] }),
    await readSnapshot(session),
    await readSnapshot(session, { schemas: ["it's not there"] }),
  ]);
  expect(weird?.schemas.map(({ name }) => name)).toEqual(['Weird-schema']);
  expect(all?.schemas.map(({ name }) => name)).toEqual(['Weird-schema', 'other', 'public']);
  expect(none?.tables).toEqual([]);
});

test('tables of some names are read as the Snapshot has them, with what their foreign keys refer to, and no others', async () => {
  const { tables } = await read();
  const some = (names: readonly string[]) =>
    database.session((session) => readTables(session, { schemas: SCHEMAS, names }));
  // Comments on what hangs on a table, and statistics of an index’s columns, are not asked for.
  const bare = <T extends object>(list: readonly T[]) =>
    list.map((one) => ({ ...one, comment: null, statistics: null }));
  const lean = ({ schema, name, columns, constraints, indexes, parents, partitionKey, rowSecurity }: Table) => {
    const parts = { constraints: bare(constraints), indexes: bare(indexes) };
    return { schema, name, columns, parents, partitionKey, rowSecurity, ...parts };
  };
  for (const table of tables) {
    const own = (await some([table.name])).find(({ schema, name }) => schema === table.schema && name === table.name);
    expect(own && lean(own)).toEqual(lean(table));
    const [index] = table.indexes;
    if (index) expect((await some([index.name])).map(({ name }) => name)).toContain(table.name);
  }
  const [reference] = tables.flatMap(({ name, constraints }) =>
    constraints.flatMap((one) => (one.kind === 'foreign key' ? { name, target: one.references.name } : [])),
  );
  const names = (await some([reference?.name ?? ''])).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([reference?.name, reference?.target]));
  expect(names.length).toBeLessThan(tables.length);
  expect(await some(['no such table'])).toEqual([]);
});
