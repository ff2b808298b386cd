/** The views over the tables: they show what their reader may see, less what is deleted, and can be read whole. */
import { beforeAll, expect, test } from 'vitest';
import { type Actor, as, useMarketplace } from './support/marketplace.ts';
import { addTutor, addUser, type Tutor } from './support/people.ts';

const db = useMarketplace();
let live: Tutor;
let gone: Tutor;
let admin: number;

beforeAll(() =>
  db.session(async (s) => {
    live = await addTutor(s);
    gone = await addTutor(s);
    admin = await addUser(s, 'admin');
    await s.query('UPDATE tutor_profiles SET deleted_at = now() WHERE id = $1', [gone.id]);
  }),
);

test('every view can be read whole by the application', async () => {
  const views = await db.session((s) =>
    s.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace`,
    ),
  );
  expect(views.length).toBeGreaterThan(12);
  await as(db, admin, async (s) => {
    for (const { name } of views) await s.query(`SELECT * FROM ${name}`);
  });
});

test('every table that deletes softly has one', async () => {
  const missing = await db.session((s) =>
    s.query(`SELECT table_name FROM information_schema.columns c WHERE table_schema = 'public' AND column_name = 'deleted_at'
      AND to_regclass('active_' || table_name) IS NULL`),
  );
  expect(missing).toEqual([]);
});

test('a deleted tutor is in none, not even for an admin, and users see themselves only', async () => {
  const ids = (actor: Actor, sql: string): Promise<readonly unknown[]> =>
    as(db, actor, async (s) => (await s.query<{ id: number }>(sql)).map((row) => row.id));
  expect(await ids(admin, 'SELECT id FROM active_tutor_profiles')).toEqual([live.id]);
  expect(await ids('anonymous', 'SELECT id FROM active_tutor_profiles')).toEqual([live.id]);
  expect(await ids(live.userId, 'SELECT id FROM active_users')).toEqual([live.userId]);
  expect(await ids('empty', 'SELECT id FROM active_users')).toEqual([]);
});
