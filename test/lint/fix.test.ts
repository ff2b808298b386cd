/**
 * `strata lint --fix`: what it writes lints clean, cycles clean, leads to the catalog that the original leads to, and is
 * left alone by a second run. What it cannot do safely it leaves, with the reason.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash } from '../../src/catalog/snapshot.ts';
import type { LintFixData } from '../../src/commands/lint-fix.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { ownTables } from '../../src/migrate/history.ts';
import { type Shop, withShop } from '../migrate/harness.ts';

const BASE = `-- Up Migration
CREATE TABLE users (id int NOT NULL, email text, name text NOT NULL, age int);
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE TABLE notes (id int NOT NULL, user_id int, code text NOT NULL);
CREATE INDEX idx_notes_user_id ON notes (user_id);
CREATE DOMAIN grade AS int;
CREATE TABLE marks (mark grade);
-- Down Migration
DROP TABLE marks;
DROP DOMAIN grade;
DROP TABLE notes;
DROP TABLE users;
`;
const ROWS = `INSERT INTO users SELECT n, 'u' || n, 'x', n FROM generate_series(1, 50) n;
  INSERT INTO notes SELECT n, n, 'c' || n FROM generate_series(1, 50) n; INSERT INTO marks VALUES (1), (6); ANALYZE users, notes, marks`;

/** A database with rows, in which only what is to be judged is pending. */
async function withRows(files: Readonly<Record<string, string>>, work: (shop: Shop) => Promise<void>): Promise<void> {
  await withShop({ 'migrations/001_base.sql': BASE }, async (shop) => {
    await shop.call('up');
    await shop.query(ROWS);
    shop.write(files);
    await work(shop);
  });
}

async function hash(shop: Shop): Promise<string> {
  const exclude = ownTables(DEFAULTS.history);
  return shop.session(async (s) => snapshotHash(await readSnapshot(s, { schemas: ['public'], exclude })));
}

async function fix(shop: Shop, options = {}): Promise<Outcome<LintFixData>> {
  return (await shop.call('lint', { fix: true, ...options })) as Outcome<LintFixData>;
}

function contents(shop: Shop): Readonly<Record<string, string>> {
  const folder = join(shop.root, 'migrations');
  const names = readdirSync(folder).sort();
  const lock = join(shop.root, 'strata.lock.json');
  return {
    ...Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
    ...(existsSync(lock) ? { lock: readFileSync(lock, 'utf8') } : {}),
  };
}

function sql(up: string, down: string): string {
  return `-- Up Migration\n${up}\n-- Down Migration\n${down}\n`;
}

const TS = (up: string, down: string | null): string =>
  `import type { MigrationBuilder } from 'node-pg-migrate';\n\nexport function up(pgm: MigrationBuilder): void {\n${up}\n}\n${down === null ? '' : `\nexport function down(pgm: MigrationBuilder): void {\n${down}\n}\n`}`;

interface Case {
  readonly file: string;
  readonly text: string;
  /** What the changed file must hold, and how many files are added. */
  readonly holds: readonly string[];
  readonly added: number;
}

const CASES: Readonly<Record<string, Case>> = {
  'an index alone': {
    file: '002_index.sql',
    text: sql('CREATE INDEX idx_users_email ON users (email);', 'DROP INDEX idx_users_email;'),
    holds: ['CREATE INDEX CONCURRENTLY idx_users_email ON users (email);', 'DROP INDEX CONCURRENTLY idx_users_email;'],
    added: 0,
  },
  'an index beside something else': {
    file: '002_index.sql',
    text: sql(
      'ALTER TABLE users ADD COLUMN nick text; -- kept\nCREATE INDEX idx_users_email\n  ON users (email);\nCREATE UNIQUE INDEX idx_notes_code ON notes (code);',
      'DROP INDEX idx_notes_code;\nDROP INDEX idx_users_email;\nALTER TABLE users DROP COLUMN nick;',
    ),
    holds: [
      '-- Up Migration\nALTER TABLE users ADD COLUMN nick text; -- kept\n-- Down Migration\nALTER TABLE users DROP COLUMN nick;\n',
    ],
    added: 1,
  },
  'constraints with and without a name': {
    file: '002_constraints.sql',
    text: sql(
      'ALTER TABLE users ADD CONSTRAINT chk_users_age CHECK (age > 0);\nALTER TABLE notes ADD FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;',
      'ALTER TABLE notes DROP CONSTRAINT notes_user_id_fkey;\nALTER TABLE users DROP CONSTRAINT chk_users_age;',
    ),
    holds: [
      'CHECK (age > 0) NOT VALID;',
      'ADD CONSTRAINT notes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;',
    ],
    added: 1,
  },
  'UNIQUE and a primary key': {
    file: '002_keys.sql',
    text: sql(
      'ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED;\nALTER TABLE notes ADD PRIMARY KEY (id);',
      'ALTER TABLE notes DROP CONSTRAINT notes_pkey;\nALTER TABLE users DROP CONSTRAINT uq_users_email;',
    ),
    holds: [
      'USING INDEX uq_users_email DEFERRABLE INITIALLY DEFERRED;',
      'CREATE UNIQUE INDEX CONCURRENTLY notes_pkey ON notes (id);',
    ],
    added: 0,
  },
  'UNIQUE with more than its columns': {
    file: '002_keys.sql',
    text: sql(
      'ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE NULLS NOT DISTINCT (email, name) INCLUDE (age);',
      'ALTER TABLE users DROP CONSTRAINT uq_users_email;',
    ),
    holds: ['uq_users_email ON users (email, name) INCLUDE (age) NULLS NOT DISTINCT;'],
    added: 0,
  },
  'UNIQUE beside something else': {
    file: '002_keys.sql',
    text: sql(
      'ALTER TABLE users ADD COLUMN nick text;\nALTER TABLE users ADD UNIQUE (email);',
      'ALTER TABLE users DROP CONSTRAINT users_email_key;\nALTER TABLE users DROP COLUMN nick;',
    ),
    holds: ['ALTER TABLE users ADD COLUMN nick text;\n-- Down'],
    added: 1,
  },
  'SET NOT NULL, twice': {
    file: '002_required.sql',
    text: sql(
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE users ALTER COLUMN age SET NOT NULL;',
      'ALTER TABLE users ALTER COLUMN age DROP NOT NULL;\nALTER TABLE users ALTER COLUMN email DROP NOT NULL;',
    ),
    holds: [
      'ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT VALID;',
      'DROP CONSTRAINT users_age_not_null;',
    ],
    added: 1,
  },
  'everything at once': {
    file: '002_all.sql',
    text: sql(
      'ALTER TABLE notes ADD COLUMN extra int;\nALTER TABLE notes ADD CONSTRAINT chk_notes_code CHECK (code <> $$;$$);\nALTER TABLE notes ALTER COLUMN user_id SET NOT NULL;\nCREATE INDEX idx_notes_extra ON notes (extra);\nALTER DOMAIN grade ADD CONSTRAINT chk_grade CHECK (value < 7);',
      'ALTER DOMAIN grade DROP CONSTRAINT chk_grade;\nDROP INDEX idx_notes_extra;\nALTER TABLE notes ALTER COLUMN user_id DROP NOT NULL;\nALTER TABLE notes DROP CONSTRAINT chk_notes_code;\nALTER TABLE notes DROP COLUMN extra;',
    ),
    holds: ['CHECK (code <> $$;$$) NOT VALID;', 'CHECK (value < 7) NOT VALID;'],
    added: 2,
  },
  'several commands in one ALTER TABLE': {
    file: '002_several.sql',
    text: sql(
      'ALTER TABLE ONLY users\n  ADD COLUMN nick text, -- how they are called\n  ADD CONSTRAINT chk_users_age CHECK (age IN (1, 2) OR age > 2),\n  ALTER COLUMN email SET NOT NULL;\nCOMMENT ON COLUMN users.nick IS $$a, b$$;',
      'ALTER TABLE users ALTER COLUMN email DROP NOT NULL, DROP CONSTRAINT chk_users_age, DROP COLUMN nick;',
    ),
    holds: [
      'ALTER TABLE ONLY users\n  ADD COLUMN nick text; -- how they are called\n  ALTER TABLE ONLY users ADD CONSTRAINT chk_users_age CHECK (age IN (1, 2) OR age > 2) NOT VALID;\nALTER TABLE users ADD CONSTRAINT users_email_not_null',
      'ALTER TABLE users DROP CONSTRAINT users_email_not_null;\nALTER TABLE users DROP CONSTRAINT chk_users_age;\nALTER TABLE users DROP COLUMN nick;',
    ],
    added: 1,
  },
  'commas that end no command': {
    file: '002_commas.sql',
    text: sql(
      `ALTER TABLE IF EXISTS "public"."users" * ADD "a,b" numeric(10, 2) DEFAULT round(1.25, 1), ADD CONSTRAINT "chk, age" CHECK (age <> ALL (ARRAY[0, -1]) AND name NOT IN ('a, b', $$c, d$$));`,
      'ALTER TABLE users DROP CONSTRAINT "chk, age", DROP "a,b";',
    ),
    holds: [
      '"public"."users" * ADD "a,b" numeric(10, 2) DEFAULT round(1.25, 1);\nALTER TABLE IF EXISTS "public"."users" * ADD CONSTRAINT "chk, age" CHECK',
      'DROP CONSTRAINT "chk, age";\nALTER TABLE users DROP "a,b";',
    ],
    added: 1,
  },
  'statements that one down undoes together': {
    file: '002_together.sql',
    text: sql(
      'ALTER TABLE users ADD COLUMN nick text;\nALTER TABLE users ADD UNIQUE (email);\nALTER TABLE users ADD CHECK (age > 0);',
      'ALTER TABLE users DROP CONSTRAINT users_age_check, DROP CONSTRAINT users_email_key, DROP COLUMN nick;',
    ),
    holds: [
      'ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;',
      'ALTER TABLE users DROP CONSTRAINT users_age_check;\nALTER TABLE users DROP COLUMN nick;',
    ],
    added: 2,
  },
  'several commands in pgm.sql()': {
    file: '002_several.ts',
    text: TS(
      "  pgm.sql('ALTER TABLE notes ADD COLUMN extra int, ADD CHECK (id > 0 AND length(code) > 0)');\n  pgm.sql(`\n    COMMENT ON COLUMN notes.extra IS 'x';\n    ALTER TABLE notes ADD COLUMN more int, ADD CONSTRAINT uq_notes_code UNIQUE (code);\n  `);",
      "  pgm.sql('ALTER TABLE notes DROP COLUMN more, DROP CONSTRAINT uq_notes_code');\n  pgm.sql('ALTER TABLE notes DROP CONSTRAINT notes_check, DROP COLUMN extra');",
    ),
    holds: [
      "  pgm.sql('ALTER TABLE notes ADD COLUMN extra int');\n  pgm.sql('ALTER TABLE notes ADD CONSTRAINT notes_check CHECK (id > 0 AND length(code) > 0) NOT VALID');\n",
      "    COMMENT ON COLUMN notes.extra IS 'x';\n    ALTER TABLE notes ADD COLUMN more int;\n",
    ],
    added: 2,
  },
  'constraints inside ADD COLUMN': {
    file: '002_inline.sql',
    text: sql(
      `ALTER TABLE notes ADD COLUMN owner int DEFAULT 1 NOT NULL CONSTRAINT fk_notes_owner REFERENCES users (id) ON DELETE CASCADE DEFERRABLE, -- whose
  ADD COLUMN "größe" int CHECK ("größe" > 0) DEFAULT 5, ADD tag text COLLATE "C" UNIQUE DEFERRABLE;
CREATE INDEX idx_notes_owner ON notes (owner);`,
      'DROP INDEX idx_notes_owner;\nALTER TABLE notes DROP COLUMN tag, DROP COLUMN "größe", DROP COLUMN owner;',
    ),
    holds: [
      'ALTER TABLE notes ADD COLUMN owner int DEFAULT 1 NOT NULL;\nALTER TABLE notes ADD CONSTRAINT fk_notes_owner FOREIGN KEY',
      'DEFERRABLE NOT VALID; -- whose',
      'ALTER TABLE notes ADD COLUMN "größe" int DEFAULT 5;',
      'ADD tag text COLLATE "C";',
    ],
    added: 2,
  },
  'a CHECK inside addColumn': {
    file: '002_inline.ts',
    text: TS(
      "  pgm.addColumn('notes', { stars: { type: 'int', check: 'stars < 6', notNull: true, default: 0 } });",
      "  pgm.dropColumn('notes', 'stars');",
    ),
    holds: ['ADD CONSTRAINT notes_stars_check CHECK (stars < 6) NOT VALID'],
    added: 1,
  },
  'an index that goes': {
    file: '002_drop.sql',
    text: sql('DROP INDEX idx_notes_user_id;', 'CREATE INDEX idx_notes_user_id ON notes (user_id);'),
    holds: ['DROP INDEX CONCURRENTLY idx_notes_user_id;', 'CREATE INDEX CONCURRENTLY idx_notes_user_id'],
    added: 0,
  },
  'createIndex, its down inferred': {
    file: '002_index.ts',
    text: TS("  pgm.createIndex('users', ['email', 'age'], { name: 'idx_users_email' });", null),
    holds: ["pgm.createIndex('users', ['email', 'age'], { concurrently: true, name: 'idx_users_email' });"],
    added: 0,
  },
  'createIndex with its down': {
    file: '002_index.ts',
    text: TS("  pgm.createIndex('users', 'email');", "  pgm.dropIndex('users', 'email');"),
    holds: [
      "pgm.createIndex('users', 'email', { concurrently: true });",
      "pgm.dropIndex('users', 'email', { concurrently: true });",
    ],
    added: 0,
  },
  'builder calls beside others': {
    file: '002_more.ts',
    text: TS(
      "  pgm.addColumn('notes', { extra: { type: 'int' } });\n  // by whom\n  pgm.createIndex(\n    'notes',\n    'extra', // here\n    { where: 'extra > 0' },\n  );\n  pgm.addConstraint('notes', 'chk_notes_code', { check: \"code <> ')'\" });\n  pgm.alterColumn('notes', 'user_id', { notNull: true });",
      "  pgm.alterColumn('notes', 'user_id', { notNull: false });\n  pgm.dropConstraint('notes', 'chk_notes_code');\n  pgm.dropIndex('notes', 'extra');\n  pgm.dropColumn('notes', 'extra');",
    ),
    holds: [
      '  // by whom\n  pgm.sql(',
      'NOT VALID',
      "  pgm.dropConstraint('notes', 'chk_notes_code');\n  pgm.dropColumn('notes', 'extra');",
    ],
    added: 2,
  },
  'builder calls whose down is inferred': {
    file: '002_more.ts',
    text: TS(
      "  pgm.addColumn('notes', { extra: { type: 'int' } });\n  pgm.addConstraint('notes', 'uq_notes_code', { unique: 'code' });\n  pgm.addConstraint('users', 'chk_users_age', { check: 'age > 0' });",
      null,
    ),
    holds: ["{\n  pgm.addColumn('notes', { extra: { type: 'int' } });\n}\n"],
    added: 3,
  },
  'pgm.sql()': {
    file: '002_sql.ts',
    text: TS(
      "  pgm.sql('CREATE INDEX idx_users_email ON users (email)');\n  pgm.sql(`\n    ALTER TABLE users ADD COLUMN nick text;\n    ALTER TABLE users ADD CONSTRAINT chk_users_name CHECK (name <> 'a');\n  `);",
      "  pgm.sql('ALTER TABLE users DROP CONSTRAINT chk_users_name');\n  pgm.sql('ALTER TABLE users DROP COLUMN nick');\n  pgm.sql('DROP INDEX idx_users_email');",
    ),
    holds: ["ADD CONSTRAINT chk_users_name CHECK (name <> 'a') NOT VALID;\n  `);"],
    added: 2,
  },
};

describe.each(Object.entries(CASES))('%s', (_, { file, text, holds, added }) => {
  test('is mended: clean for lint, clean in the cycle, the same catalog, nothing to do for a second run', async () => {
    const path = `migrations/${file}`;
    let wanted = '';
    await withRows({ [path]: text }, async (shop) => {
      await shop.call('up');
      wanted = await hash(shop);
    });
    await withRows({ [path]: text }, async (shop) => {
      const start = await hash(shop);
      const original = contents(shop);
      const dry = await fix(shop, { dryRun: true });
      expect(contents(shop)).toEqual(original);
      const done = await fix(shop);
      expect({ ...done.data, dryRun: true }).toEqual(dry.data);
      expect(done.data.left).toEqual([]);
      expect(done.findings).toEqual([]);
      expect(done.data.changed).toEqual([path]);
      expect(done.data.added).toHaveLength(added);
      const now = contents(shop);
      for (const part of holds) expect(now[file]).toContain(part);
      expect((await shop.call('lint')).findings).toEqual([]);
      const again = await fix(shop);
      expect(again.data).toMatchObject({ changed: [], added: [], mended: 0 });
      expect(contents(shop)).toEqual(now);
      expect((await shop.call('cycle')).findings).toEqual([]);
      for (const _round of [1, 2]) {
        await shop.call('up');
        expect(await hash(shop)).toBe(wanted);
        await shop.call('down', { to: '001' });
        expect(await hash(shop)).toBe(start);
      }
      expect((await shop.call('status')).ok).toBe(true);
    });
  }, 60_000);
});

/** Left as they are, with these words. */
const LEFT: readonly (readonly [string, string, string])[] = [
  [
    'a later statement needs it',
    'ALTER TABLE users ADD COLUMN nick text;\nCREATE UNIQUE INDEX uq_users_email ON users (email);\nINSERT INTO users (id, name, email) VALUES (99, $$x$$, $$y$$) ON CONFLICT (email) DO NOTHING;',
    'SELECT 1;',
  ],
  ['has no name by which it could be dropped again', 'CREATE INDEX ON users (email);', 'SELECT 1;'],
  [
    'would keep an INVALID index',
    'CREATE INDEX IF NOT EXISTS idx_users_email ON users (email);',
    'DROP INDEX idx_users_email;',
  ],
  [
    'its name depends on the other CHECK of users',
    'ALTER TABLE users ADD CHECK (age > 0);\nALTER TABLE users ADD CHECK (age < 200);',
    'SELECT 1;',
  ],
  [
    'several things that cannot be told apart',
    'ALTER TABLE users ADD CONSTRAINT chk_users_age CHECK (age > 0), DROP CONSTRAINT IF EXISTS chk_users_age;',
    'SELECT 1;',
  ],
  [
    'several things that cannot be told apart',
    '-- strata-lint-ignore column-type: short\nALTER TABLE users ALTER COLUMN age TYPE bigint, ADD CONSTRAINT chk_users_age CHECK (age > 0);',
    'SELECT 1;',
  ],
  ['written inside ADD COLUMN', 'ALTER TABLE notes ADD COLUMN IF NOT EXISTS tag text UNIQUE;', 'SELECT 1;'],
  ['written inside ADD COLUMN', 'ALTER TABLE notes ADD COLUMN tag int CHECK (tag > 0 /* why */);', 'SELECT 1;'],
  [
    'more than a list of columns',
    'ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email) WITH (fillfactor = 70);',
    'SELECT 1;',
  ],
  [
    'email may be null',
    'ALTER TABLE users DROP CONSTRAINT users_pkey;\nALTER TABLE users ADD PRIMARY KEY (email);',
    'SELECT 1;',
  ],
  ['takes one index', 'CREATE TABLE more (id int);\nDROP INDEX idx_notes_user_id, idx_more;', 'SELECT 1;'],
  [
    'together with other things',
    'ALTER TABLE users ADD COLUMN nick text;\nCREATE INDEX idx_users_email ON users (email);',
    'DROP INDEX idx_users_email, idx_other;',
  ],
  [
    'does not undo it in a statement of its own',
    'ALTER TABLE users ADD COLUMN nick text;\nDROP INDEX idx_notes_user_id;',
    'ALTER TABLE users DROP COLUMN nick;',
  ],
  [
    'another statement of the file cannot be mended',
    'CREATE INDEX idx_users_email ON users (email);\nCREATE INDEX idx_users_age ON users (age);',
    'DROP INDEX idx_users_age;\nDROP INDEX idx_users_email, idx_x;',
  ],
];

test.each(LEFT)('left: %s', (why, up, down) =>
  withRows({ 'migrations/002_left.sql': sql(up, down) }, async (shop) => {
    const before = contents(shop);
    const done = await fix(shop);
    expect(contents(shop)).toEqual(before);
    expect(done.data.mended).toBe(0);
    expect(done.data.left.map((one) => one.why).join('\n')).toContain(why);
    expect(done.findings.length).toBeGreaterThan(0);
    for (const { hint } of done.findings) expect(hint).toMatch(/\w+ \w+/);
  }),
);

test('a later migration that needs it, or drops its table, keeps everything as it is', () =>
  withRows(
    {
      'migrations/002_a.sql': sql(
        'ALTER TABLE users ADD COLUMN nick text;\nCREATE INDEX idx_users_email ON users (email);',
        'DROP INDEX idx_users_email;\nALTER TABLE users DROP COLUMN nick;',
      ),
      'migrations/003_b.sql': sql(
        'ALTER INDEX idx_users_email RENAME TO idx_users_mail;',
        'ALTER INDEX idx_users_mail RENAME TO idx_users_email;',
      ),
      'migrations/004_c.sql': sql(
        'ALTER TABLE notes ADD CONSTRAINT chk_notes_id CHECK (id > 0);',
        'ALTER TABLE notes DROP CONSTRAINT chk_notes_id;',
      ),
      'migrations/005_d.sql': sql('DROP TABLE notes;', 'CREATE TABLE notes (id int);'),
    },
    async (shop) => {
      const { data } = await fix(shop);
      expect(data.changed).toEqual([]);
      expect(data.left.map(({ why }) => why)).toEqual([
        'a later statement needs it: ALTER INDEX idx_users_email RENAME TO idx_users_mail',
        'a later migration drops or renames on notes: DROP TABLE notes',
      ]);
    },
  ));

test('what is applied, accepted by a comment, or not asked for is not touched; the lock file follows what is', () =>
  withRows(
    {
      'migrations/002_a.sql': sql(
        '-- strata-lint-ignore index-concurrently: small\nCREATE INDEX idx_users_email ON users (email);',
        'DROP INDEX idx_users_email;',
      ),
      'migrations/003_b.sql': sql('CREATE INDEX idx_users_age ON users (age);', 'DROP INDEX idx_users_age;'),
      'migrations/004_c.sql': sql('CREATE INDEX idx_notes_code ON notes (code);', 'DROP INDEX idx_notes_code;'),
    },
    async (shop) => {
      const lock = contents(shop).lock;
      expect(lock).toContain('"001"');
      const { data, findings } = await fix(shop, { args: ['003'] });
      expect(data.changed).toEqual(['migrations/003_b.sql']);
      expect(findings.map(({ message }) => message.split(' ')[0])).toEqual(['004_c']);
      expect(contents(shop).lock?.replace(/,\n.*"003".*/, '')).toBe(lock);
      expect(contents(shop).lock).toContain('"003"');
      const applied = await shop.fails('lint', { fix: true, args: ['001'] });
      expect(applied.code).toBe('USAGE');
      expect(applied.message).toContain('is applied');
      expect((await shop.fails('lint', { fix: true, offline: true })).message).toContain('--fix needs the database');
      expect((await shop.fails('lint', { dryRun: true })).message).toContain('--dry-run belongs to --fix');
    },
  ));

test('the difference is shown as diff -u shows it', () =>
  withRows(
    {
      'migrations/002_a.sql': sql(
        'ALTER TABLE users ADD CONSTRAINT chk_users_age CHECK (age > 0);',
        'ALTER TABLE users DROP CONSTRAINT chk_users_age;',
      ),
    },
    async (shop) => {
      const { view } = await fix(shop, { dryRun: true });
      expect(view).toEqual([
        {
          kind: 'verbatim',
          text: [
            '--- a/migrations/002_a.sql',
            '+++ b/migrations/002_a.sql',
            '@@ -1,4 +1,4 @@',
            ' -- Up Migration',
            '-ALTER TABLE users ADD CONSTRAINT chk_users_age CHECK (age > 0);',
            '+ALTER TABLE users ADD CONSTRAINT chk_users_age CHECK (age > 0) NOT VALID;',
            ' -- Down Migration',
            ' ALTER TABLE users DROP CONSTRAINT chk_users_age;',
          ].join('\n'),
        },
        {
          kind: 'verbatim',
          text: [
            '--- /dev/null',
            '+++ b/migrations/003_a_validate.sql',
            '@@ -0,0 +1,6 @@',
            '+-- Up Migration',
            '+ALTER TABLE users VALIDATE CONSTRAINT chk_users_age;',
            '+',
            '+-- Down Migration',
            '+ALTER TABLE users DROP CONSTRAINT chk_users_age;',
            '+ALTER TABLE users ADD CONSTRAINT chk_users_age CHECK (age > 0) NOT VALID;',
          ].join('\n'),
        },
        {
          kind: 'text',
          text: '1 findings would be mended: 1 migrations would be changed, 1 would be added',
          tone: 'strong',
        },
      ]);
    },
  ));

/** Statements that can be mended, each with what undoes it; they touch nothing in common. */
const POOL: readonly (readonly [up: string, down: string])[] = [
  ['CREATE INDEX r_email ON users (email) WHERE age > 3', 'DROP INDEX r_email'],
  ['CREATE UNIQUE INDEX r_name ON users (lower(email) DESC, id) INCLUDE (age)', 'DROP INDEX r_name'],
  ['CREATE INDEX r_code ON notes USING hash (code)', 'DROP INDEX r_code'],
  ['ALTER TABLE users ADD CONSTRAINT r_age CHECK (age > 0) NO INHERIT', 'ALTER TABLE users DROP CONSTRAINT r_age'],
  ['ALTER TABLE users ADD CHECK (length(name) < 9)', 'ALTER TABLE users DROP CONSTRAINT users_name_check'],
  [
    'ALTER TABLE ONLY notes ADD FOREIGN KEY (user_id) REFERENCES users ON UPDATE CASCADE',
    'ALTER TABLE notes DROP CONSTRAINT notes_user_id_fkey',
  ],
  [
    'ALTER TABLE notes ADD CONSTRAINT r_key UNIQUE (code, id) INCLUDE (user_id)',
    'ALTER TABLE notes DROP CONSTRAINT r_key',
  ],
  ['ALTER TABLE notes ADD PRIMARY KEY (id)', 'ALTER TABLE notes DROP CONSTRAINT notes_pkey'],
  ['ALTER TABLE users ALTER email SET NOT NULL', 'ALTER TABLE users ALTER email DROP NOT NULL'],
  [
    'ALTER TABLE users ADD r_a int CHECK (r_a > 0) DEFAULT 1, ALTER age SET NOT NULL',
    'ALTER TABLE users ALTER age DROP NOT NULL, DROP r_a',
  ],
  ['ALTER TABLE notes ADD r_b int UNIQUE DEFERRABLE INITIALLY DEFERRED', 'ALTER TABLE notes DROP r_b'],
  ['ALTER TABLE notes ADD r_c int NOT NULL DEFAULT 1 CONSTRAINT r_fk REFERENCES users', 'ALTER TABLE notes DROP r_c'],
  ['DROP INDEX idx_notes_user_id', 'CREATE INDEX idx_notes_user_id ON notes (user_id)'],
  ['ALTER DOMAIN grade ADD CONSTRAINT r_grade CHECK (value < 9)', 'ALTER DOMAIN grade DROP CONSTRAINT r_grade'],
  ['ALTER TABLE notes ADD r_d text', 'ALTER TABLE notes DROP r_d'],
];

const KNOWN =
  /^lint\/(?:(?:drop-)?index-concurrently|check-not-valid|foreign-key-not-valid|unique-using-index|set-not-null|domain-constraint)$/;

/** The down follows the up that it undoes. */
function isKnown({ code, message }: Finding): boolean {
  return KNOWN.test(code) && message.includes('(up)');
}

test('whatever is put together, what is written leads to the same catalog, and back', async () => {
  const picks = fc.shuffledSubarray([...POOL], { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(picks, async (picked) => {
      const ups = picked.map(([up]) => `${up};`).join('\n');
      const downs = picked
        .map(([, down]) => `${down};`)
        .toReversed()
        .join('\n');
      const files = { 'migrations/002_picked.sql': sql(ups, downs) };
      let wanted = '';
      await withRows(files, async (shop) => {
        await shop.call('up');
        wanted = await hash(shop);
      });
      await withRows(files, async (shop) => {
        const start = await hash(shop);
        const told = (await shop.call('lint')).findings.filter(isKnown).length;
        const { data, findings } = await fix(shop);
        // What is left has its reason; what else is told, rules tell that --fix does not know.
        const reasons = data.left.map(({ code, subject }) => `${code} ${subject}`);
        const open = findings.filter(isKnown).map(({ code, subject }) => `${code} ${subject}`);
        expect(open.filter((one) => !reasons.includes(one))).toEqual([]);
        expect(data.mended + reasons.length).toBe(told);
        await shop.call('up');
        expect(await hash(shop)).toBe(wanted);
        await shop.call('down', { to: '001' });
        expect(await hash(shop)).toBe(start);
      });
    }),
    { numRuns: 15 },
  );
}, 120_000);
