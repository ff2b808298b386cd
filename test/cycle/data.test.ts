/** The cycle with rows: what down destroys, what up takes for good, and what a second up makes otherwise, each told at its line. */
import { expect, test } from 'vitest';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import type { CycleData } from '../../src/commands/cycle.ts';
import { shop } from '../migrate/harness.ts';
import { useDatabase } from '../support/database.ts';

const db = useDatabase();

function sql(up: string, down: string): string {
  return `-- Up Migration\n${up}\n-- Down Migration\n${down}\n`;
}

/** Columns that a row must be made for: of an enum, under a CHECK, by a foreign key; one that the clock sets by a trigger. */
const USERS = sql(
  `CREATE TYPE mood AS ENUM ('calm', 'glad');
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email varchar(9) UNIQUE, mood mood NOT NULL,
  kind text NOT NULL CHECK (kind IN ('guest', 'host')), tags text[] NOT NULL, at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE posts (id uuid PRIMARY KEY, author bigint NOT NULL REFERENCES users, day date, body jsonb);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();`,
  'DROP TABLE posts; DROP TABLE users; DROP FUNCTION touch(); DROP TYPE mood;',
);

async function cycle(files: Readonly<Record<string, string>>, options = {}): Promise<Outcome<CycleData>> {
  const all = { 'migrations/001_users.sql': USERS, ...files };
  return (await shop(all, db.target()).call('cycle', { withData: true, ...options })) as Outcome<CycleData>;
}

async function second(up: string, down: string): Promise<readonly Finding[]> {
  return (await cycle({ 'migrations/002_change.sql': sql(up, down) })).findings;
}

test('rows that come back as they were are clean, and it is said in how many tables there were any', async () => {
  const { findings, data, view } = await cycle({
    'migrations/002_rename.sql': sql(
      `ALTER TABLE users RENAME COLUMN name TO title; ALTER TABLE posts ALTER day TYPE text;
ALTER TABLE users ADD COLUMN joined timestamptz NOT NULL DEFAULT now(), ADD COLUMN upper_title text;
UPDATE users SET upper_title = upper(title);`,
      `ALTER TABLE users DROP COLUMN upper_title, DROP COLUMN joined;
ALTER TABLE posts ALTER day TYPE date USING day::date; ALTER TABLE users RENAME COLUMN title TO name;`,
    ),
    'migrations/003_more.sql': sql(
      "INSERT INTO users (title, mood, kind, tags) VALUES ('x', 'glad', 'host', '{}');\nUPDATE users SET kind = kind;",
      "DELETE FROM users WHERE title = 'x';",
    ),
    'migrations/004_never.ts': `export const up = (pgm) => pgm.sql('DELETE FROM posts');
export const down = false;`,
  });
  expect(findings.map(({ code }) => code)).toEqual(['cycle/irreversible']);
  expect(data.migrations.map(({ tables }) => tables)).toEqual([
    { total: 0, judged: 0 },
    { total: 2, judged: 2 },
    { total: 2, judged: 2 },
    null,
  ]);
  expect(view[0]).toMatchObject({ text: expect.stringContaining('rows compared in 4 of 4') });
});

test('a down that drops a column which up did not make loses its values', async () => {
  const found = await second(
    'ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;',
    'SELECT 1;\nALTER TABLE users DROP COLUMN email;',
  );
  const lost = found.find(({ code }) => code === 'cycle/data-lost');
  expect(lost).toMatchObject({
    level: 'error',
    subject: 'public.users.email',
    message: '002_change: after down column public.users.email is gone with its values: 2',
    place: { file: 'migrations/002_change.sql', line: 5, column: 1 },
  });
});

test.each([
  ['deletes rows', 'DELETE FROM posts;', 'table public.posts has 0 rows, and had 2 before up', 'public.posts'],
  ['drops a table', 'DROP TABLE posts;', 'table public.posts is gone with its rows: 2', 'public.posts'],
  [
    'changes values',
    "UPDATE users SET name = '-';",
    'column public.users.name has other values than before up',
    'public.users.name',
  ],
  [
    'empties values',
    'UPDATE posts SET body = NULL;',
    'column public.posts.body has 0 values, and had 2 before up',
    'public.posts.body',
  ],
  [
    'swaps values',
    'UPDATE posts SET day = (SELECT other.day FROM posts AS other WHERE other.id <> posts.id);',
    'rows of public.posts combine their values otherwise than before up',
    'public.posts',
  ],
])('a down that %s', async (_what, statement, words, subject) => {
  const found = await second('CREATE TABLE other (id int);', `DROP TABLE other;\n${statement}`);
  const lost = found.filter(({ code }) => code.startsWith('cycle/data'));
  expect(lost).toHaveLength(1);
  expect(lost[0]).toMatchObject({ code: 'cycle/data-lost', level: 'error', subject, place: { line: 5 } });
  expect(lost[0]?.message).toBe(`002_change: after down ${words}`);
});

test('what up takes for good is a warning, and what the second up cannot make of it is told', async () => {
  const found = await second(
    "ALTER TABLE users ADD COLUMN label text;\nUPDATE users SET label = name || '!';\nALTER TABLE users DROP COLUMN name;",
    "ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '';\nALTER TABLE users ALTER name DROP DEFAULT, DROP COLUMN label;",
  );
  expect(found.filter(({ code }) => code.startsWith('cycle/data'))).toMatchObject([
    {
      code: 'cycle/data-lost',
      level: 'warning',
      message:
        '002_change: up changes data for good: after down column public.users.name has other values than before up',
      place: { line: 3 },
    },
    {
      code: 'cycle/data-not-restored',
      level: 'warning',
      message: '002_change: after up again column public.users.label has other values than after the first up',
      place: { line: 3 },
    },
  ]);
});

test('an up that fills a column otherwise the second time', async () => {
  const [found, ...more] = await second(
    'ALTER TABLE users ADD COLUMN token text;\nUPDATE users SET token = gen_random_uuid()::text;',
    'ALTER TABLE users DROP COLUMN token;',
  );
  expect(more).toEqual([]);
  expect(found).toMatchObject({ code: 'cycle/data-not-restored', subject: 'public.users.token', place: { line: 3 } });
});

test('rows that down leaves behind', async () => {
  const [found, ...more] = await second(
    "CREATE TABLE x (id int);\nINSERT INTO users (name, mood, kind, tags) SELECT 'x', 'glad', 'host', '{}' WHERE NOT EXISTS (SELECT FROM users WHERE name = 'x');",
    'DROP TABLE x;',
  );
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    code: 'cycle/data-left',
    level: 'warning',
    subject: 'public.users',
    place: { line: 3 },
  });
  expect(found?.message).toBe('002_change: after down table public.users has 3 rows, and had 2 before up');
});

test('an up that does not run on rows is told and cycled without; the next one has rows again', async () => {
  const { findings, data } = await cycle({
    'migrations/002_strict.sql': sql(
      'ALTER TABLE users ADD COLUMN age int NOT NULL;',
      'ALTER TABLE users DROP COLUMN age;',
    ),
    'migrations/003_more.sql': sql('CREATE TABLE more (id int);', 'DROP TABLE more;'),
  });
  expect(findings).toMatchObject([
    { code: 'cycle/up-refuses-rows', level: 'warning', subject: '002_strict', place: { line: 2 } },
  ]);
  expect(data.migrations.map(({ result, tables }) => [result, tables?.judged])).toEqual([
    ['clean', 0],
    ['clean', 0],
    ['clean', 2],
  ]);
});

test('an up that fails without rows as well is not blamed on them', async () => {
  const { findings } = await cycle({ 'migrations/002_bad.sql': sql('SELECT nothing;', 'SELECT 1;') });
  expect(findings.map(({ code }) => code)).toEqual(['cycle/up-failed', 'cycle/no-data']);
});

test('rows of the seed sets come first, and help where made ones are refused', async () => {
  const strict = sql(
    "CREATE TABLE codes (code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}-[0-9]$'), note text);",
    'DROP TABLE codes;',
  );
  const files = {
    'migrations/002_codes.sql': strict,
    'migrations/003_note.sql': sql("UPDATE codes SET note = 'n';", 'UPDATE codes SET note = NULL;'),
  };
  const without = await cycle(files);
  expect(without.findings).toMatchObject([{ code: 'cycle/no-rows', level: 'note', subject: 'public.codes' }]);
  expect(without.data.migrations.at(-1)?.tables).toEqual({ total: 3, judged: 2 });
  const seeds = { 'seeds/demo/10_codes.json': '[{"code": "ABC-1", "note": "first"}, {"code": "wrong"}]' };
  const { findings } = await cycle({ ...files, ...seeds });
  expect(findings).toMatchObject([{ code: 'cycle/data-lost', level: 'warning', subject: 'public.codes.note' }]);
});

test('no row at all is an error where there were tables', async () => {
  const { findings, ok } = await cycle({
    'migrations/001_users.sql': sql(
      'CREATE TABLE users (id int CHECK (id < 0 AND id > 0) NOT NULL);',
      'DROP TABLE users;',
    ),
    'migrations/002_more.sql': sql('CREATE TABLE more (id int);', 'DROP TABLE more;'),
  });
  expect(findings.map(({ code, level }) => [code, level])).toEqual([
    ['cycle/no-rows', 'note'],
    ['cycle/no-data', 'error'],
  ]);
  expect(ok).toBe(false);
});
