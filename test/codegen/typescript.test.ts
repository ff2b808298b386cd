/** The generated file: golden, byte for byte on every server, and compiled by the real compiler under its strictest settings. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { schemasText } from '../../src/codegen/json-schema.ts';
import { proceduresText } from '../../src/codegen/procedures.ts';
import { registerText } from '../../src/codegen/register.ts';
import type { Parsing } from '../../src/codegen/typemap.ts';
import { compile } from './compile.ts';
import { generate, generated, members, OPTIONS } from './support.ts';

const FOLDER = 'test/cases/types/hostile';
const BOTH = { schemas: ['public', 'Weird-schema'] };

const PARSED: Parsing = { arrays: true, composites: true, int8: 'bigint', numeric: 'number', date: 'string' };

describe('a hostile schema', () => {
  test('gives exactly these files, on every server version', async () => {
    const { snapshot, model, text } = await generated(readFileSync(`${FOLDER}/schema.sql`, 'utf8'), BOTH);
    expect(generate(snapshot, BOTH).text).toBe(text);
    const parsed = generate(snapshot, { ...BOTH, parse: PARSED });
    const files: Readonly<Record<string, string>> = {
      'types.ts': text,
      'schemas.ts': schemasText(model, { ...OPTIONS, ...BOTH }),
      'procedures.ts': proceduresText(snapshot, model, { errors: { P0001: 'Refused' }, types: './types.js' }) ?? '',
      'parsed.ts': parsed.text,
      'parsed.register.ts': registerText(snapshot, parsed.model, PARSED) ?? '',
    };
    for (const [name, written] of Object.entries(files)) {
      const path = `${FOLDER}/${name}.golden`;
      if (process.env.UPDATE) writeFileSync(path, written);
      expect(written, name).toBe(readFileSync(path, 'utf8'));
      expect(written).not.toMatch(/^export (const evil|type Evil)/m);
    }
    expect(compile(files)).toEqual([]);
  });

  test('compiles under the strictest settings, and says what may and may not be written', () => {
    const types = readFileSync(`${FOLDER}/types.ts.golden`, 'utf8');
    const consumer = `
      import type { Kysely } from 'kysely';
      import type { BookingsPatch, BookingsRow, BookingsId, ClassId, Database, NewBookings } from './types.ts';
      import { moodValues } from './types.ts';
      declare const row: BookingsRow;
      declare const db: Kysely<Database>;
      export const first: 'zufrieden' = moodValues[0];
      export const id: number = row.id;
      export const parent: BookingsId | null = row.parent_id;
      const fits: NewBookings = { until: new Date(), big: 1n, ns: [1], tags: ['x'], doc: { a: [1] }, nothing: '', mood: 'zufrieden' };
      export const more: BookingsPatch = { ...fits, state: 'open', moods: ['zufrieden', null] };
      // @ts-expect-error an id that is GENERATED ALWAYS cannot be inserted
      export const a: NewBookings = { ...fits, id: row.id };
      const wide = { ...fits, total: 1 };
      // @ts-expect-error nor a generated column, not even through a wider variable
      export const b: NewBookings = wide;
      // @ts-expect-error the CHECK lists the states
      export const c: NewBookings = { ...fits, state: 'closed' };
      // @ts-expect-error another table's id is another type
      export const d: NewBookings = { ...fits, parent_id: 1 as ClassId };
      // @ts-expect-error required
      export const e: NewBookings = {};
      // @ts-expect-error an array would be sent as a PostgreSQL array, not as JSON
      export const f: NewBookings = { ...fits, doc: [1] };
      // @ts-expect-error int8 arrives as a string
      export const g: number = row.big;
      // @ts-expect-error enum[] arrives as text
      export const h: readonly string[] | null = row.moods;
      // @ts-expect-error rows are not edited in place
      row.state = 'open';
      db.insertInto('bookings').values({ until: 'now', big: 1, ns: [1], tags: [], doc: '{}', nothing: '', mood: 'zufrieden' });
      // @ts-expect-error Kysely knows that the id is generated
      db.insertInto('bookings').values({ ...fits, id: row.id });
      export const selected: Promise<readonly { state: BookingsRow['state'] }[]> = db.selectFrom('bookings').select('state').execute();
      db.selectFrom('Weird-schema.bookings').select('a b');
    `;
    expect(compile({ 'types.ts': types, 'consumer.ts': consumer })).toEqual([]);
  });
});

test('1,600 columns in one table', async () => {
  const columns = Array.from({ length: 1600 }, (_, at) => `c${at} int`);
  const { text } = await generated(`CREATE TABLE wide (${columns.join(', ')})`);
  expect(Object.keys(members(text, 'WideRow'))).toHaveLength(1600);
  expect(compile({ 'types.ts': text })).toEqual([]);
});

test('an empty database gives a file that compiles', async () => {
  const { text } = await generated('SELECT 1');
  expect(compile({ 'types.ts': text })).toEqual([]);
});

describe('branded ids', () => {
  const ddl = `CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE tutors (user_id int PRIMARY KEY REFERENCES users);
    CREATE TABLE lessons (id uuid PRIMARY KEY, tutor_id int REFERENCES tutors, code text REFERENCES codes, big bigint REFERENCES users);`;
  const all = `CREATE TABLE codes (code text PRIMARY KEY); ${ddl}`;

  test('go along foreign keys; texts and ids of another width stay plain', async () => {
    const { text } = await generated(all);
    expect(text).toContain(`export type UserId = number & Brand<'users.id'>;`);
    expect(text).toContain(`export type LessonId = string & Brand<'lessons.id'>;`);
    expect(members(text, 'TutorRow')).toEqual({ user_id: 'UserId' });
    expect(members(text, 'LessonRow')).toEqual({
      id: 'LessonId',
      tutor_id: 'UserId | null',
      code: 'string | null',
      big: 'string | null',
    });
  });

  test('can be switched off', async () => {
    const { text } = await generated(all, { brandedIds: false });
    expect(text).not.toContain('Brand');
    expect(members(text, 'LessonRow')).toMatchObject({ id: 'string', tutor_id: 'number | null' });
  });
});

test('dates without infinity, when the configuration promises that none is stored', async () => {
  const { text } = await generated('CREATE TABLE t (a timestamptz NOT NULL, b date[])', { infinity: false });
  expect(text).not.toContain('PgDate');
  expect(members(text, 'TRow')).toEqual({ a: 'Date', b: '(Date | null)[] | null' });
  expect(members(text, 'NewT')).toEqual({ a: 'Date | string', b: '?readonly (Date | string | null)[] | null' });
});

test('the order of tables and columns in the database does not change names', async () => {
  const one = await generated(`CREATE TABLE a (x text CHECK (x IN ('p')), y int); CREATE TABLE b (z int)`);
  const two = await generated(`CREATE TABLE b (z int); CREATE TABLE a (y int, x text CHECK (x IN ('p')))`);
  const lines = (text: string): string[] => text.split('\n').sort();
  expect(lines(one.text)).toEqual(lines(two.text));
});
