/** `squash`: one migration that gives the same, and histories on either side of it that stay valid. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash } from '../../src/catalog/snapshot.ts';
import type { SquashData } from '../../src/commands/squash-told.ts';
import { ownTables } from '../../src/migrate/history.ts';
import { appliedVersions, type Shop, shop, tables, three, withShop } from '../migrate/harness.ts';
import { login } from '../support/database.ts';

/** Names, expressions and rows that a dump writes otherwise than their authors did. */
const FOUR: Readonly<Record<string, string>> = {
  'migrations/001_users.sql': `-- Up Migration
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (
  id int PRIMARY KEY, "odd Name" varchar(9) CHECK ("odd Name" IN ('it''s', 'b')), mood mood,
  low int CHECK (low BETWEEN 1 AND 5 AND id BETWEEN 2 AND 9 AND low <> id)
);
INSERT INTO users VALUES (2, 'it''s', 'good', 1), (3, 'b', NULL, 5);
-- Down Migration
DROP TABLE users; DROP TYPE mood;
`,
  'migrations/002_parts.ts': `export function up(pgm) {
  pgm.install('functions/f', 1);
  pgm.install('views/names', 1);
}
`,
  'migrations/003_tables.ts': `export function up(pgm) {
  pgm.createTable('subjects', { id: { type: 'serial', primaryKey: true } });
  pgm.sql('CREATE POLICY p ON users USING (low > 1 OR low BETWEEN 3 AND 4); ALTER TABLE users ENABLE ROW LEVEL SECURITY');
}
export function down(pgm) {
  pgm.sql('DROP POLICY p ON users; ALTER TABLE users DISABLE ROW LEVEL SECURITY; DROP TABLE subjects');
}
`,
  'migrations/004_next.ts': `export function up(pgm) { pgm.install('functions/f', 2); }\n`,
  'sql/functions/f_v1.sql': `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ -- it's one
SELECT 1 $$;\n`,
  'sql/functions/f_v2.sql': 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;\n',
  'sql/views/names_v1.sql':
    'CREATE VIEW names AS SELECT "odd Name", f() FROM users WHERE low BETWEEN 1 AND 3 AND id > 0;\n',
};

async function squash(at: Shop, to: string, options = {}): Promise<Outcome<SquashData>> {
  return (await at.call('squash', { to, ...options })) as Outcome<SquashData>;
}

function hash(at: Shop): Promise<string> {
  const exclude = ownTables({ schema: 'public', table: 'schema_migrations' });
  return at.session(async (session) => snapshotHash(await readSnapshot(session, { exclude })));
}

/** The same files against another database. */
async function elsewhere(at: Shop, work: (other: Shop) => Promise<void>): Promise<void> {
  await withShop({}, async ({ target }) => {
    const other = shop({}, target);
    await work({
      ...other,
      call: (command, options, more = {}) => at.call(command, options, { ...more, config: { ...more.config, target } }),
      fails: (command, options, more = {}) =>
        at.fails(command, options, { ...more, config: { ...more.config, target } }),
    });
  });
}

test('to the hash the same, with its rows, and undone without a rest; old files and orphaned parts go, and are named', () =>
  withShop(FOUR, async (at) => {
    await at.call('up');
    const outcome = await squash(at, '003');
    expect(outcome.data).toMatchObject({
      file: 'migrations/003_baseline.sql',
      squashed: ['001_users', '002_parts', '003_tables'],
      removed: [
        'migrations/001_users.sql',
        'migrations/002_parts.ts',
        'migrations/003_tables.ts',
        'sql/views/names_v1.sql',
      ],
      rows: { 'public.users': 2 },
      reversible: true,
      written: true,
    });
    expect(outcome.findings.map(({ code, subject }) => [code, subject])).toEqual([
      ['squash/rows-carried', 'public.users'],
    ]);
    expect(readdirSync(join(at.root, 'migrations'))).toEqual(['003_baseline.sql', '004_next.ts']);
    expect(existsSync(join(at.root, 'sql/functions/f_v1.sql'))).toBe(true);
    const lock = JSON.parse(readFileSync(join(at.root, 'strata.lock.json'), 'utf8'));
    expect(Object.keys(lock.migrations)).toEqual(['003', '004']);
    // The database from before is at the baseline; nothing is to be done, verified or drifted.
    expect(await appliedVersions(at)).toEqual(['001', '002', '003', '004']);
    expect((await at.call('status')).data).toMatchObject({
      migrations: [
        { version: '003', state: 'applied' },
        { version: '004', state: 'applied' },
      ],
      current: '004',
    });
    expect((await at.call('verify')).findings).toEqual([]);
    expect((await at.call('drift', { replay: true })).findings).toEqual([]);
    expect((await at.call('up')).data).toMatchObject({ results: [] });
    expect((await at.call('cycle')).findings).toEqual([]);
    // A new one becomes the same.
    await elsewhere(at, async (fresh) => {
      const before = await hash(fresh);
      await fresh.call('up');
      expect(await hash(fresh)).toBe(await hash(at));
      expect(await fresh.query('SELECT * FROM users ORDER BY id')).toEqual(
        await at.query('SELECT * FROM users ORDER BY id'),
      );
      expect(await appliedVersions(fresh)).toEqual(['003', '004']);
      await fresh.call('down', { steps: 2 });
      expect(await hash(fresh)).toBe(before);
      expect(await appliedVersions(fresh)).toEqual([]);
    });
    // Undone on the old one, all its rows go.
    await at.call('down', { steps: 2 });
    expect(await appliedVersions(at)).toEqual([]);
    expect(await tables(at)).toEqual([]);
  }));

test('--dry-run makes and proves it, and writes nothing', () =>
  withShop(FOUR, async (at) => {
    const before = readdirSync(at.root, { recursive: true });
    const outcome = await squash(at, '004', { dryRun: true });
    expect(outcome.data).toMatchObject({ written: false, reversible: true });
    expect(outcome.view[0]).toMatchObject({
      text: expect.stringMatching(/^would write migrations\/004_baseline.sql: /),
    });
    expect(readdirSync(at.root, { recursive: true })).toEqual(before);
  }));

test('a database in the middle is refused with the way out, and the way out works', () =>
  withShop(three(), async (at) => {
    const files = Object.keys(three()).map((path) => [path, readFileSync(join(at.root, path), 'utf8')] as const);
    await at.call('up', { steps: 1 });
    await squash(at, '003');
    for (const command of ['up', 'plan', 'down']) {
      const refused = await at.fails(command);
      expect(refused).toMatchObject({ code: 'SQUASH_PARTIAL', exit: 6 });
      expect(refused.more.detail).toBe('not applied: 002_subjects, 003_bookings');
      expect(refused.more.hint).toContain('strata up --to 003');
    }
    const status = await at.call('status');
    expect(status.ok).toBe(false);
    expect(status.findings).toMatchObject([{ code: 'verify/partly-squashed', subject: '003_baseline' }]);
    const squashed = Object.fromEntries(
      ['migrations/003_baseline.sql', 'strata.lock.json'].map((path) => [
        path,
        readFileSync(join(at.root, path), 'utf8'),
      ]),
    );
    at.remove('migrations/003_baseline.sql');
    at.write(Object.fromEntries(files));
    await at.call('up', { to: '003' });
    for (const [path] of files) at.remove(path);
    at.write(squashed);
    expect((await at.call('status')).data).toMatchObject({ migrations: [{ version: '003', state: 'applied' }] });
    expect((await at.call('verify')).findings).toEqual([]);
  }));

test('a baseline is squashed again: databases of all three ages are at it', () =>
  withShop(three(), async (at) => {
    await at.call('up');
    await squash(at, '002');
    await elsewhere(at, async (younger) => {
      await younger.call('up');
      await squash(at, '003');
      for (const one of [at, younger]) {
        expect((await one.call('status')).data).toMatchObject({ migrations: [{ version: '003', state: 'applied' }] });
        expect((await one.call('up')).data).toMatchObject({ results: [] });
      }
      await elsewhere(at, async (newest) => {
        await newest.call('up');
        expect(await hash(newest)).toBe(await hash(younger));
      });
    });
  }));

test('an edit from before the squash is told, and repaired', () =>
  withShop(three(), async (at) => {
    await at.call('up');
    await at.query("UPDATE schema_migrations SET checksum = repeat('a', 64) WHERE version = '002'");
    await squash(at, '003');
    expect((await at.call('status')).findings).toMatchObject([{ code: 'verify/checksum-changed' }]);
    expect(await at.fails('up')).toMatchObject({ code: 'MIGRATION_EDITED' });
    await at.call('repair 003');
    expect((await at.call('status')).findings).toEqual([]);
    expect((await at.call('up')).data).toMatchObject({ results: [] });
  }));

test('statements about roles are carried over, since no dump of a database has them', () =>
  withShop(three(), async (at) => {
    const role = `squash_${process.pid}`;
    const make = `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\nGRANT SELECT ON users TO ${role};`;
    at.write({
      'migrations/004_role.sql': `-- Up Migration\n${make}\n-- Down Migration\nREVOKE ALL ON users FROM ${role};\n`,
    });
    try {
      await squash(at, '004');
      expect(readFileSync(join(at.root, 'migrations/004_baseline.sql'), 'utf8')).toMatch(
        new RegExp(`-- Up Migration\\n\\nDO \\$\\$ BEGIN CREATE ROLE ${role};`),
      );
      // The scratch databases have taken theirs with them.
      await at.query(`DROP ROLE IF EXISTS ${role}`);
      await at.call('up');
      expect(await at.query(`SELECT has_table_privilege('${role}', 'users', 'SELECT') AS may`)).toEqual([
        { may: true },
      ]);
    } finally {
      await at.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`).catch(() => undefined);
    }
  }));

test('what its short down leaves behind, the squashed migrations undo themselves; what nobody undoes is said', () =>
  withShop(three(), async (at) => {
    const grant = (down: string): string => `-- Up Migration\nREVOKE USAGE ON SCHEMA public FROM PUBLIC;\n${down}`;
    at.write({ 'migrations/004_g.sql': grant('-- Down Migration\nGRANT USAGE ON SCHEMA public TO PUBLIC;\n') });
    expect((await squash(at, '004', { dryRun: true })).data.reversible).toBe(true);
    at.write({ 'migrations/004_g.sql': grant('') });
    const outcome = await squash(at, '004');
    expect(outcome.data.reversible).toBe(false);
    expect(outcome.findings).toMatchObject([
      { code: 'squash/irreversible', message: expect.stringContaining('schema public') },
    ]);
    await at.call('up');
    expect(await at.fails('down')).toMatchObject({ code: 'MIGRATION_IRREVERSIBLE' });
  }));

describe('refusals: nothing is written', () => {
  const refusals: readonly (readonly [string, Readonly<Record<string, string>>, object, string])[] = [
    ['without --to', {}, {}, 'USAGE'],
    ['an unknown version', {}, { to: '009' }, 'MIGRATION_UNKNOWN'],
    ['a single migration', {}, { to: '001' }, 'SQUASH_REFUSED'],
    [
      'a migration that does not run',
      { 'migrations/002_subjects.sql': 'SELECT 1 / 0;' },
      { to: '003' },
      'MIGRATION_FAILED',
    ],
    [
      'shorthands that a later migration uses',
      {
        'migrations/002_subjects.ts': `export const shorthands = { money: { type: 'int' } };\nexport const up = () => {};\nexport const down = () => {};\n`,
        'migrations/004_m.ts': `export const up = (pgm) => { pgm.createTable('m', { a: 'money' }); };\n`,
      },
      { to: '003' },
      'SQUASH_REFUSED',
    ],
  ];
  test.each(refusals)('%s', (_, files, options, code) =>
    withShop({ ...three(), ...files }, async (at) => {
      if (files['migrations/002_subjects.ts']) at.remove('migrations/002_subjects.sql');
      const before = readdirSync(at.root, { recursive: true });
      expect(await at.fails('squash', options)).toMatchObject({ code });
      expect(readdirSync(at.root, { recursive: true })).toEqual(before);
    }),
  );

  test('a role that may not create databases', () =>
    withShop(three(), async (at) => {
      const role = `strata_squash_${process.pid}`;
      await at.query(`CREATE ROLE ${role} ${login()}`);
      try {
        const poor = shop(three(), { ...at.target, user: role });
        expect(await poor.fails('squash', { to: '003' })).toMatchObject({ code: 'SCRATCH_DENIED' });
      } finally {
        await at.query(`DROP ROLE ${role}`);
      }
    }));
});
