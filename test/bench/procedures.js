/**
 * One lesson asked for, accepted, begun and ended: by the procedures, as the people who may, against the same writes by hand as the owner,
 * who checks nothing. Both in three transactions, eight clients, on the same tables with the same triggers; pgbench counts.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median, seconds } from './measure.js';

const PEOPLE = 400;
const CLIENTS = 8;
const TRANSACTIONS = Number(process.env.TRANSACTIONS ?? 150);

/** Everybody teaches or learns at all hours; ids are 1 to PEOPLE for tutors' profiles, and PEOPLE more for students. */
const SETUP = `
  INSERT INTO subjects (id, code, name, category) VALUES (1, 'bench', 'Bench', 'science');
  INSERT INTO users (id, email, hashed_password, role) SELECT n, 'u' || n || '@example.org', 'x', CASE WHEN n <= ${PEOPLE} THEN 'tutor' ELSE 'student' END FROM generate_series(1, ${2 * PEOPLE}) n;
  INSERT INTO user_profiles (user_id, first_name, last_name) SELECT id, 'F' || id, 'L' || id FROM users;
  INSERT INTO tutor_profiles (id, user_id, title, hourly_rate, currency, is_approved, profile_status) SELECT n, n, 'Tutor', 40, 'EUR', true, 'approved' FROM generate_series(1, ${PEOPLE}) n;
  INSERT INTO tutor_subjects (tutor_profile_id, subject_id) SELECT id, 1 FROM tutor_profiles;
  INSERT INTO tutor_availabilities (tutor_profile_id, day_of_week, start_time, end_time) SELECT id, d, '00:00', '24:00' FROM tutor_profiles, generate_series(0, 6) d;
  CREATE SEQUENCE bench_slots;
  ANALYZE;
`;

/** A slot of its own for each lesson: tutors in turn, then the next hour. */
const SLOT = `
SELECT n % ${PEOPLE} + 1 AS tutor, n % ${PEOPLE} + 1 + ${PEOPLE} AS student, timestamptz '2030-01-01 00:00Z' + n / ${PEOPLE} * interval '1 hour' AS start FROM (SELECT nextval('bench_slots') AS n) AS x \\gset
`;
const acting = (role, id, work) => `BEGIN;
SET LOCAL ROLE ${role};
SELECT set_config('app.user_id', '${id}', true);
${work}
COMMIT;`;
const BEGIN_LESSON = `UPDATE bookings SET session_state = 'ACTIVE' WHERE id = :id;`;

const PROCEDURES = `${SLOT}
${acting('app_user', ':student', `SELECT id FROM create_booking(:tutor, 1, ':start', timestamptz ':start' + interval '1 hour') \\gset`)}
${acting('app_user', ':tutor', 'SELECT FROM accept_booking(:id);')}
${BEGIN_LESSON}
${acting('app_system', '', `SELECT FROM end_session(:id, 'COMPLETED');`)}
`;

const BY_HAND = `${SLOT}
BEGIN;
INSERT INTO bookings (tutor_profile_id, student_id, subject_id, start_time, end_time, tutor_name, student_name, subject_name, rate_cents, currency, platform_fee_cents, tutor_earnings_cents, pricing_snapshot)
VALUES (:tutor, :student, 1, ':start', timestamptz ':start' + interval '1 hour', 'T', 'S', 'Bench', 4000, 'EUR', 800, 3200, '{"hourly_rate": 40, "minutes": 60}') RETURNING id \\gset
COMMIT;
BEGIN;
UPDATE bookings SET session_state = 'SCHEDULED', payment_state = 'AUTHORIZED' WHERE id = :id;
INSERT INTO tutor_response_log (tutor_profile_id, booking_id, student_id, response, requested_at, responded_at, response_seconds) VALUES (:tutor, :id, :student, 'ACCEPTED', now(), now(), 0);
INSERT INTO tutor_metrics AS m (tutor_profile_id, accepted_count, last_response_at) VALUES (:tutor, 1, now())
ON CONFLICT (tutor_profile_id) DO UPDATE SET accepted_count = m.accepted_count + 1, last_response_at = now();
COMMIT;
${BEGIN_LESSON}
BEGIN;
UPDATE bookings SET session_state = 'ENDED', session_outcome = 'COMPLETED', payment_state = 'CAPTURED' WHERE id = :id;
UPDATE payments SET status = 'CAPTURED', captured_at = now() WHERE booking_id = :id AND status = 'AUTHORIZED';
INSERT INTO wallets (kind, user_id, currency) VALUES ('user', :tutor, 'EUR'), ('platform', NULL, 'EUR'), ('external', NULL, 'EUR') ON CONFLICT DO NOTHING;
WITH held AS (SELECT id, kind, balance_cents FROM wallets WHERE currency = 'EUR' AND (user_id = :tutor OR user_id IS NULL) ORDER BY id FOR UPDATE)
INSERT INTO wallet_transactions (wallet_id, transfer_id, type, amount_cents, balance_after_cents, booking_id)
SELECT held.id, moved.transfer, moved.type, moved.cents, held.balance_cents + moved.sum, :id
FROM (SELECT gen_random_uuid() AS earning, gen_random_uuid() AS fee) AS ids
CROSS JOIN LATERAL (VALUES ('external', ids.earning, 'EARNING', -3200, -3200), ('user', ids.earning, 'EARNING', 3200, 3200), ('external', ids.fee, 'FEE', -800, -4000), ('platform', ids.fee, 'FEE', 800, 800)) AS moved (kind, transfer, type, cents, sum)
JOIN held ON held.kind = moved.kind;
COMMIT;
`;

/** Gives [title, base, times, limits]: seconds a lesson of each side, the median of runs that take turns. */
export function benchProcedures({ strata, psql, database, program, home, rounds }) {
  const url = database('procedures');
  seconds(strata(['up'], resolve('.'), { DATABASE_URL: url }));
  seconds(psql(url, '-c', SETUP.replaceAll('\n', ' ')));
  const sides = { 'by hand, unchecked': BY_HAND, procedures: PROCEDURES };
  const times = new Map(Object.keys(sides).map((name) => [name, []]));
  for (const [name, text] of Object.entries(sides)) writeFileSync(join(home, `${name}.pgbench`), text);
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of Object.keys(sides)) {
      const took = lessonSeconds(program('pgbench'), url, join(home, `${name}.pgbench`));
      // The first round fills caches and plans.
      if (round > 0) times.get(name).push(took);
    }
  }
  const medians = new Map([...times].map(([name, list]) => [name, median(list)]));
  return [['a lesson booked, accepted, ended (8 clients)', 'by hand, unchecked', medians, { procedures: 1 / 0.6 }]];
}

function lessonSeconds(pgbench, url, file) {
  const args = ['-n', '-c', String(CLIENTS), '-j', '2', '-t', String(TRANSACTIONS), '-f', file, url];
  const ended = spawnSync(pgbench, args, { encoding: 'utf8' });
  const tps = Number(/tps = ([\d.]+)/.exec(ended.stdout)?.[1]);
  const failed = /aborted|ERROR/.exec(ended.stderr);
  if (ended.status !== 0 || failed || !(tps > 0)) throw new Error(`pgbench: ${ended.stderr}${ended.stdout}`);
  return 1 / tps;
}
