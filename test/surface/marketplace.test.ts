/**
 * The marketplace as an application has it: generated files that are fresh, rows that fit their schemas and types, lessons
 * booked through the client and the typed procedures, refusals as typed errors.
 */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import * as marketplace from '../../generated/procedures.ts';
import * as schemas from '../../generated/schemas.ts';
import type { BookingRow, TutorProfileId, UserId } from '../../generated/types.ts';
import { ident } from '../../src/base/ident.ts';
import { schemaCompiler } from '../../src/base/validate.ts';
import { type Pool, withActor } from '../../src/client/index.ts';
import { usePools } from '../client/support.ts';
import { claimsOf } from '../codegen/claims.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata, write } from '../support/project.ts';

const database = useDatabase();
const pool = usePools(() => database.target());
const FILES = ['types.ts', 'schemas.ts', 'procedures.ts'];
let cwd = '';

beforeAll(async () => {
  cwd = project();
  for (const path of ['migrations', 'sql', 'seeds', 'generated', 'strata.config.json'])
    cpSync(path, join(cwd, path), { recursive: true });
  const target = database.target();
  for (const args of [['up'], ['seed', 'reference', 'demo']]) {
    const { status, stderr } = await strata(args, { cwd, target });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  }
});

test('generated/ is what the migrations give, byte for byte on every server version; if not: npm run golden', async () => {
  if (process.env.UPDATE) {
    await strata(['types'], { cwd, target: database.target() });
    for (const file of FILES) cpSync(join(cwd, 'generated', file), join('generated', file));
  }
  // Before --check, which looks past formatting: not a byte may differ.
  const again = JSON.parse((await strata(['types', '--json'], { cwd, target: database.target() })).stdout);
  expect(again.data.files).toEqual(
    FILES.map((file) => ({ file: `generated/${file}`, state: 'unchanged', differences: [] })),
  );
  const { status, stdout } = await strata(['types', '--check'], { cwd, target: database.target() });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: FILES.map((file) => `generated/${file} is fresh\n`).join(''),
  });
});

test('every row of the demo fits its JSON Schema and its type', async () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  const claims = claimsOf(readFileSync('generated/types.ts', 'utf8'));
  let rows = 0;
  for (const [name, schema] of Object.entries(schemas)) {
    const validate = ajv.compile(schema);
    const { title, description } = schema as { title?: unknown; description?: unknown };
    if (typeof title !== 'string' || !title.endsWith('Row')) continue;
    const table = String(description).replace(/^.* public\./, '');
    for (const row of await database.session((s) => s.query(`SELECT * FROM ${ident(table)}`))) {
      rows += 1;
      expect([name, validate(JSON.parse(JSON.stringify(row))), validate.errors]).toEqual([name, true, null]);
      expect(claims(title, row)).toEqual([]);
    }
  }
  expect(rows).toBeGreaterThan(100);
});

test('JSON columns have the shape that the JSON Schemas in their comments give them', async () => {
  const claims = claimsOf(readFileSync('generated/types.ts', 'utf8'));
  const compiled = schemaCompiler();
  for (const [table, entity, column] of [
    ['bookings', 'Booking', 'pricing_snapshot'],
    ['outbox_events', 'OutboxEvent', 'payload'],
  ] as const) {
    const name = `${entity.charAt(0).toLowerCase()}${entity.slice(1)}RowSchema`;
    const check = compiled((schemas as Readonly<Record<string, object>>)[name] ?? {});
    const rows = await database.session((s) => s.query(`SELECT * FROM ${table}`));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(claims(`${entity}Row`, row)).toEqual([]);
      expect(check(JSON.parse(JSON.stringify(row)))).toEqual([]);
      expect(check(JSON.parse(JSON.stringify({ ...row, [column]: { booking_id: 'x' } })))).not.toEqual([]);
    }
  }
});

test('seeds keep them, too', async () => {
  const file = 'seeds/demo/40_bookings.json';
  const text = readFileSync(file, 'utf8');
  write(cwd, { [file]: text.replace(/"minutes": \d+/, '"minutes": "long"') });
  const { status, stdout } = await strata(['seed', 'demo', '--json'], { cwd, target: database.target() });
  write(cwd, { [file]: text });
  expect([status, JSON.parse(stdout).findings]).toMatchObject([
    1,
    [
      {
        code: 'seed/row',
        message: 'must be integer, not string',
        subject: expect.stringContaining('/pricing_snapshot/minutes'),
      },
    ],
  ]);
});

describe('a lesson', () => {
  const STUDENT = 21 as UserId;
  const TUTOR = 11 as UserId;
  const profile = 1 as TutorProfileId;

  async function book(db: Pool): Promise<BookingRow> {
    return withActor(db, { userId: STUDENT, role: 'app_user' }, async (tx) => {
      const from = new Date(Date.now() + 86_400_000);
      const until = new Date(Date.now() + 30 * 86_400_000);
      const slots = await marketplace.availableSlots(tx, { tutorProfileId: profile, from, until });
      const { rows } = await tx.query<{ free: Date }>(
        `SELECT free FROM unnest($1::timestamptz[]) AS free WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.student_id = $2
           AND tstzrange(b.start_time, b.end_time) && tstzrange(free, free + interval '1 hour')) ORDER BY free`,
        [slots, STUDENT],
      );
      const start = rows[0]?.free ?? new Date(0);
      const endTime = new Date(start.getTime() + 3_600_000);
      return marketplace.createBooking(tx, { tutorProfileId: profile, subjectId: 1, startTime: start, endTime });
    });
  }

  test('is booked and accepted; who comes too late, or asks twice, gets an error with a name', async () => {
    const db = pool({ size: { size: 2, overflow: 0 } });
    const booked = await book(db);
    expect(booked).toMatchObject({ student_id: STUDENT, session_state: 'REQUESTED', payment_state: 'PENDING' });
    const accept = (userId: UserId, expectedVersion: number) =>
      withActor(db, { userId, role: 'app_user' }, (tx) =>
        marketplace.acceptBooking(tx, { bookingId: booked.id, expectedVersion }),
      );

    const late = await accept(TUTOR, booked.version + 1).catch((thrown: unknown) => thrown);
    expect(late).toBeInstanceOf(marketplace.VersionConflictError);
    expect(late).toMatchObject({ code: 'BK003' });
    await expect(accept(STUDENT, booked.version)).rejects.toBeInstanceOf(marketplace.NotPermittedError);
    expect(await accept(TUTOR, booked.version)).toMatchObject({ id: booked.id, session_state: 'SCHEDULED' });

    const again = withActor(db, { userId: STUDENT, role: 'app_user' }, (tx) =>
      marketplace.createBooking(tx, {
        tutorProfileId: profile,
        subjectId: 1,
        startTime: booked.start_time,
        endTime: booked.end_time,
      }),
    );
    await expect(again).rejects.toBeInstanceOf(marketplace.SlotTakenError);
    const nobody = withActor(db, { userId: null, role: 'app_user' }, (tx) =>
      marketplace.cancelBooking(tx, { bookingId: booked.id }),
    );
    await expect(nobody).rejects.toBeInstanceOf(marketplace.DatabaseError);
  });
});
