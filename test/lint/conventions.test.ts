/** Conventions judge the state that all migrations leave, and tell it where the object was made. */
import { expect, test } from 'vitest';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { judge } from '../../src/lint/judge.ts';
import { RULES } from '../../src/lint/lint.ts';
import { subjectOf } from './subjects.ts';

/** Migrations in order, judged by these rules alone. */
async function told(rules: readonly string[], ...ups: readonly string[]): Promise<readonly string[]> {
  const levels = Object.fromEntries(
    RULES.map(({ name }) => [name, rules.includes(name) ? ('error' as const) : ('off' as const)]),
  );
  const subjects = ups.map((up, index) => subjectOf(up, 'SELECT 1', `00${index + 1}_a`));
  const { findings } = await judge(subjects, { facts: NO_FACTS, levels });
  return findings.map(({ message }) => message.replace(' (up)', ''));
}

const NOTES = 'CREATE TABLE notes (id int)';

test('what a later migration mends is no fault; what it spoils is one of the migration that made it', async () => {
  const rule = ['comment-missing'];
  const comments = "COMMENT ON TABLE notes IS 'x'; COMMENT ON COLUMN notes.id IS 'y'";
  expect(await told(rule, NOTES)).toHaveLength(2);
  expect(await told(rule, NOTES, comments)).toEqual([]);
  expect(await told(rule, NOTES, comments, 'COMMENT ON TABLE notes IS NULL')).toEqual([
    '001_a: the table notes has no comment',
  ]);
  expect(await told(rule, NOTES, comments, 'ALTER TABLE notes ADD COLUMN more int')).toEqual([
    '003_a: the column notes.more has no comment',
  ]);
});

test('renamed, moved and dropped things are followed', async () => {
  const rule = ['column-conventions', 'row-security-missing'];
  const secure =
    'ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY; CREATE POLICY own ON notes';
  expect(await told(rule, NOTES, secure)).toEqual([]);
  expect(
    await told(
      rule,
      NOTES,
      secure,
      'ALTER TABLE notes RENAME TO papers; ALTER TABLE papers RENAME COLUMN id TO seen_at',
    ),
  ).toEqual(['001_a: papers.seen_at is int4, but its name says timestamptz']);
  expect(await told(rule, NOTES, secure, 'DROP POLICY own ON notes')).toEqual([
    '001_a: row level security of notes is without a policy',
  ]);
  expect(await told(rule, NOTES, secure, 'ALTER TABLE notes NO FORCE ROW LEVEL SECURITY')).toEqual([
    '001_a: row level security of notes is not forced on its owner',
  ]);
  expect(await told(rule, NOTES, 'DROP TABLE notes')).toEqual([]);
  expect(
    await told(rule, NOTES, secure, 'ALTER TABLE notes SET SCHEMA old; ALTER TABLE old.notes ADD COLUMN is_on boolean'),
  ).toEqual(['003_a: old.notes.is_on is bool, but its name says boolean NOT NULL DEFAULT false']);
  const later =
    'ALTER TABLE notes ADD COLUMN is_on boolean; ALTER TABLE notes ALTER is_on SET NOT NULL; ALTER TABLE notes ALTER is_on SET DEFAULT false';
  expect(await told(rule, NOTES, secure, later)).toEqual([]);
});

test('names: of constraints, indexes and their renamed forms', async () => {
  const rule = ['naming'];
  expect(await told(rule, 'CREATE TABLE "Notes" (id int)')).toEqual([
    '001_a: the table Notes does not match ^[a-z][a-z0-9_]*$',
  ]);
  expect(await told(rule, NOTES, 'ALTER TABLE notes ADD UNIQUE (id)')).toEqual([
    '002_a: a unique of notes has no name of its own',
  ]);
  expect(await told(rule, NOTES, 'CREATE INDEX notes_id ON notes (id)')).toEqual([
    '002_a: the index notes_id does not match ^(idx|uq)_notes_',
  ]);
  expect(
    await told(rule, NOTES, 'CREATE INDEX notes_id ON notes (id)', 'ALTER INDEX notes_id RENAME TO idx_notes_id'),
  ).toEqual([]);
  const renamed =
    'ALTER TABLE notes ADD CONSTRAINT k CHECK (id > 0); ALTER TABLE notes RENAME CONSTRAINT k TO chk_notes_id';
  expect(await told(rule, NOTES, renamed)).toEqual([]);
  expect(await told(rule, NOTES, 'CREATE INDEX i ON notes (id)', 'DROP INDEX i')).toEqual([]);
});

test('personal data: by name and by type, and not what only counts or dates it', async () => {
  const rule = ['personal-data', 'privacy-tags'];
  const columns = (list: string): string => `CREATE TABLE guests (${list})`;
  for (const suspect of [
    'email text',
    'first_name text',
    'phone_number text',
    'ip inet',
    'birth_date date',
    'home_address text',
    'api_key text',
  ]) {
    expect(await told(rule, columns(suspect)), suspect).toHaveLength(1);
  }
  for (const harmless of [
    'email_sent_at timestamptz',
    'is_email_verified boolean',
    'name text',
    'file_name text',
    'phone_count int',
    'token bigint',
  ]) {
    expect(await told(rule, columns(harmless)), harmless).toEqual([]);
  }
  const tagged = `${columns('email text')}; COMMENT ON COLUMN guests.email IS '@pii(email)'`;
  expect(await told(rule, tagged)).toEqual([
    '001_a: guests holds personal data, and its comment has no @subject, @retention, @erasure',
  ]);
  expect(await told(rule, `${tagged}; COMMENT ON TABLE guests IS '@subject(id) @erasure(anonymise)'`)).toEqual([
    '001_a: guests holds personal data, and its comment has no @retention',
  ]);
});

test('partitions and temporary tables follow their parents, or nobody', async () => {
  const rule = ['comment-missing', 'row-security-missing', 'primary-key-missing', 'created-at-missing'];
  expect(await told(rule, 'CREATE TABLE p PARTITION OF t FOR VALUES IN (1)')).toEqual([]);
  expect(await told(rule, 'CREATE TEMP TABLE t (id int)')).toEqual([]);
});
