/** The script that erases a person: nothing that names the person is left, everything that must be kept is, twice is once. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { auditFaults, readAuditHead } from '../../src/backup/audit.ts';
import { repeatErasures } from '../../src/backup/erasures.ts';
import type { Row, Session } from '../../src/pg/pool.ts';
import { withTransaction } from '../../src/pg/transaction.ts';
import { only, useMarketplace } from './support/marketplace.ts';
import { loadSet } from './support/seeds.ts';

const db = useMarketplace();
const FILE = 'sql/erasure/user.sql';
const STUDENT = 21;
const TUTOR = 11;

const erase = (s: Session, subject: string): Promise<void> =>
  repeatErasures(s, [{ script: 'user', file: FILE, sql: readFileSync(FILE, 'utf8'), subject }]);

/** Words of both, in tables that the demo leaves empty. */
const WORDS = `
  INSERT INTO conversations (id, student_id, tutor_user_id) VALUES (900, ${STUDENT}, ${TUTOR});
  INSERT INTO messages (conversation_id, sender_id, recipient_id, body) VALUES
    (900, ${STUDENT}, ${TUTOR}, 'my number is +4915112345678'), (900, ${TUTOR}, ${STUDENT}, 'and this is mine');
  INSERT INTO learning_goals (student_id, title) VALUES (${STUDENT}, 'To speak like my aunt');
  UPDATE users SET google_id = 'google-' || id, google_calendar_access_token = 'token' WHERE id IN (${STUDENT}, ${TUTOR});
  UPDATE tutor_profiles SET stripe_account_id = 'acct_1' WHERE user_id = ${TUTOR}`;

/** Text of every column that is tagged with one of these kinds, of these rows. */
async function named(s: Session, person: number): Promise<readonly string[]> {
  const rows = await s.query<{ value: string | null }>(
    `SELECT unnest(ARRAY[u.email, u.google_id, u.google_calendar_access_token, p.first_name, p.last_name, p.phone, p.address, p.bio,
        t.headline, t.bio, t.teaching_philosophy, t.stripe_account_id, t.title]) AS value
      FROM users u LEFT JOIN user_profiles p ON p.user_id = u.id LEFT JOIN tutor_profiles t ON t.user_id = u.id WHERE u.id = $1
    UNION SELECT body FROM messages WHERE sender_id = $1
    UNION SELECT title FROM learning_goals WHERE student_id = $1`,
    [person],
  );
  return rows.flatMap(({ value }) => (value === null ? [] : [value]));
}

/** Names and addresses, wherever they stand in the text of the tables that hold them. */
async function found(s: Session, words: readonly string[]): Promise<readonly string[]> {
  const tables = [
    'users',
    'user_profiles',
    'tutor_profiles',
    'messages',
    'student_profiles',
    'learning_goals',
    'bookings',
    'reviews',
  ];
  const hits: string[] = [];
  for (const table of tables) {
    for (const { text } of await s.query<{ text: string }>(`SELECT t::text AS text FROM ${table} t`)) {
      hits.push(...words.filter((word) => text.includes(word)).map((word) => `${table}: ${word}`));
    }
  }
  return hits;
}

const kept = (s: Session): Promise<Row> =>
  only(
    s.query(`SELECT (SELECT count(*)::int FROM bookings) AS bookings, (SELECT count(*)::int FROM payments) AS payments,
      (SELECT count(*)::int FROM reviews) AS reviews, (SELECT count(*)::int FROM messages) AS messages, (SELECT count(*)::int FROM users) AS users,
      (SELECT sum(rate_cents)::int FROM bookings) AS cents, (SELECT sum(amount_cents)::int FROM payments) AS paid,
      (SELECT count(*)::int FROM bookings WHERE student_id = ${STUDENT}) AS of_student,
      (SELECT array_agg(DISTINCT session_state ORDER BY session_state) FROM bookings) AS states`),
  );

/** Everything in every table, as one hash a table. */
async function everything(s: Session): Promise<Record<string, string>> {
  const tables = await s.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    const { hash } = await only(
      s.query<{ hash: string }>(
        `SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS hash FROM ${name} t`,
      ),
    );
    hashes[name] = hash;
  }
  return hashes;
}

beforeAll(() =>
  db.session(async (s) => {
    await loadSet(s, 'demo');
    await s.batch(WORDS);
  }),
);

test('a person who does not exist changes nothing', async () => {
  await db.session(async (s) => {
    const before = await everything(s);
    await erase(s, '987654');
    expect(await everything(s)).toEqual(before);
  });
});

test.each([
  ['student', STUDENT],
  ['tutor', TUTOR],
])('a %s is gone, what must be proved is there, and the second time changes nothing', async (_role, person) => {
  await db.session(async (s) => {
    const before = await kept(s);
    // Short words stand in other texts as well.
    const words = (await named(s, person)).filter((word) => word.length > 3);
    const names = await only(
      s.query<{ full: string }>(`SELECT first_name || ' ' || last_name AS full FROM user_profiles WHERE user_id = $1`, [
        person,
      ]),
    );
    expect(await found(s, [names.full])).not.toEqual([]);
    const emails = words.filter((word) => word.includes('@'));
    expect(emails).not.toEqual([]);

    await erase(s, String(person));
    const left = await named(s, person);
    expect(left.filter((value) => words.includes(value))).toEqual([]);
    expect(await found(s, [...emails, names.full])).toEqual([]);
    expect(await kept(s)).toEqual(before);
    const log = await s.query<{ table_name: string }>(
      'SELECT table_name FROM erasure_log WHERE subject_digest = (SELECT subject_digest FROM erasure_log ORDER BY id DESC LIMIT 1)',
    );
    expect(log.map(({ table_name }) => table_name)).toEqual(
      expect.arrayContaining(['users', 'user_profiles', 'messages', 'bookings']),
    );
    const { broken } = await only(
      s.query<{ broken: number }>('SELECT count(*)::int AS broken FROM verify_audit_chain()'),
    );
    expect(broken).toBe(0);

    const once = await everything(s);
    await erase(s, String(person));
    expect(await everything(s)).toEqual(once);
  });
});

test('the owner of the tables can do it, without being a superuser', async () => {
  await db.session(async (s) => {
    const words = (await named(s, 22)).filter((word) => word.includes('@'));
    expect(words).toHaveLength(1);
    await s.query('SET ROLE app_owner');
    await erase(s, '22');
    await s.query('RESET ROLE');
    expect(await found(s, words)).toEqual([]);
  });
});

test('the audit log is whole afterwards, for the scripts of drills, too; and they find what was changed', async () => {
  const script = (file: string) => ({ file, sql: readFileSync(file, 'utf8') });
  const verify = script('sql/audit/verify.sql');
  await db.session(async (s) => {
    const [last] = await s.query('SELECT id::text, row_hash FROM audit_log ORDER BY id DESC LIMIT 1');
    expect(last?.row_hash).toMatch(/^[0-9a-f]{64}$/);
    await withTransaction(s, async () => {
      expect((await readAuditHead(s, script('sql/audit/head.sql'))).value).toEqual(last);
    });
    expect(await auditFaults(s, verify)).toEqual([]);
    await s.batch(`SET session_replication_role = replica; UPDATE audit_log SET operation = 'DELETE' WHERE id = ${last?.id} AND operation <> 'DELETE';
      UPDATE audit_log SET row_id = -1 WHERE id = ${last?.id}; RESET session_replication_role`);
    expect(await auditFaults(s, verify)).toEqual([`id ${last?.id}, fault changed`]);
  });
});
