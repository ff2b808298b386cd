import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileAll, compileOne, statementsOf } from '../support/compiled.ts';

const TS = "import type { MigrationBuilder } from 'node-pg-migrate';\n";

describe("node-pg-migrate's own templates compile unchanged", () => {
  const folder = 'node_modules/node-pg-migrate/templates';
  test.each(readdirSync(folder))('%s', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { up, down } = await compileOne(`001_template.${name.split('.').at(-1)}`, text);
    expect(statementsOf(up)).toEqual([]);
    expect(statementsOf(down)).toEqual([]);
  });
});

describe('the forms of a file', () => {
  const rendered = ['CREATE TABLE "t" ( "id" serial PRIMARY KEY )'];
  const table = "pgm.createTable('t', { id: 'id' })";
  test.each([
    ['functions', 'ts', `${TS}export function up(pgm: MigrationBuilder): void { ${table}; }`],
    [
      'async functions',
      'ts',
      `${TS}export async function up(pgm: MigrationBuilder): Promise<void> {\n  await null; ${table};\n}`,
    ],
    ['constants', 'mts', `export const up = (pgm: any) => { ${table}; };`],
    ['CommonJS', 'cjs', `exports.up = (pgm) => { ${table}; };`],
    ['CommonJS in .js', 'js', `module.exports = { up(pgm) { ${table}; } };`],
    ['CommonJS in .cts', 'cts', `exports.up = (pgm: any): void => { ${table}; };`],
    ['ES module in .js', 'js', `export const up = async (pgm) => { ${table}; };`],
    ['ES module in .mjs', 'mjs', `export function up(pgm) { ${table}; }`],
    ['a default export', 'ts', `export default { up(pgm: any): void { ${table}; } };`],
    ['the callback form', 'js', `exports.up = (pgm, run) => { setTimeout(() => { ${table}; run(); }, 1); };`],
    [
      'an enum, a generic call, satisfies',
      'ts',
      `enum E { a = 't' }\nconst same = <T>(x: T): T => x;\nexport function up(pgm: any) { pgm.createTable(same<string>(E.a), { id: 'id' } satisfies object); }`,
    ],
    [
      'parameter properties and a namespace',
      'ts',
      `namespace N { export const name = 't'; }\nclass C { constructor(readonly name: string) {} }\nexport function up(pgm: any) { pgm.createTable(new C(N.name).name, { id: 'id' }); }`,
    ],
    [
      'top-level await',
      'mts',
      `const name = await Promise.resolve('t');\nexport const up = (pgm: any) => { pgm.createTable(name, { id: 'id' }); };`,
    ],
    [
      "Node's own modules",
      'ts',
      `import { basename } from 'node:path';\nexport const up = (pgm: any) => { pgm.createTable(basename('/a/t'), { id: 'id' }); };`,
    ],
    [
      'import.meta',
      'ts',
      `export const up = (pgm: any) => { pgm.createTable(import.meta.url ? 't' : 'x', { id: 'id' }); };`,
    ],
    [
      'comments before',
      'ts',
      `// one\n/* two */\n${TS}\nexport function up(pgm: MigrationBuilder): void { ${table}; }`,
    ],
    [
      'an export inside a string',
      'ts',
      `${TS}const text = \`\nexport function down(pgm: MigrationBuilder): void {\n\`;\nexport function up(pgm: MigrationBuilder): void { if (text.includes('export')) ${table}; }`,
    ],
    [
      'an export inside a string, in the usual shape',
      'ts',
      `${TS}export function up(pgm: MigrationBuilder): void {\n  const text = \`\nexport function down(pgm: MigrationBuilder): void {\n\`;\n  if (text.includes(': MigrationBuilder')) ${table};\n}`,
    ],
  ])('%s', async (_what, ending, text) => {
    const { up } = await compileOne(`001_form.${ending}`, text);
    expect(statementsOf(up)).toEqual(rendered);
  });
});

test('imports of other files and of node-pg-migrate itself', async () => {
  const compiled = await compileAll({
    '001_a.ts':
      "import { PgLiteral } from 'node-pg-migrate';\nimport { name } from './shared/names.ts';\nexport const up = (pgm: any) => { pgm.createTable(name, { a: { type: 'text', default: new PgLiteral('now()') } }); };",
    'shared/names.ts': "export const name: string = 'shared';",
    '002_b.ts':
      "import { escapeValue, PgLiteral, PgType } from 'node-pg-migrate';\nexport const up = (pgm: any) => { pgm.createTable(escapeValue(null) === 'NULL' ? 'b' : 'c', { a: { type: PgType.TEXT, default: PgLiteral.create('now()') } }); };",
  });
  expect(compiled.map(({ up }) => statementsOf(up))).toEqual([
    ['CREATE TABLE "shared" ( "a" text DEFAULT now() )'],
    ['CREATE TABLE "b" ( "a" text DEFAULT now() )'],
  ]);
});

test('shorthands of earlier files hold, later ones do not, and only pending files are evaluated', async () => {
  const compiled = await compileAll({
    '001_a.ts':
      "export const shorthands = { money: { type: 'numeric(10,2)', notNull: true } };\nexport const up = () => {};",
    '002_b.ts': `${TS}export const shorthands = undefined;\n\nexport function up(pgm: MigrationBuilder): void {\n  pgm.createTable('b', { a: 'money' });\n}\n`,
    '003_c.ts':
      "export const shorthands = { money: 'int' };\nexport const up = (pgm: any) => { pgm.createTable('c', { a: 'money' }); };",
    '004_d.ts': "export const up = (pgm: any) => { pgm.createTable('d', { a: 'money' }); };",
  });
  expect(compiled.map(({ up }) => statementsOf(up)[0]?.split('( ')[1])).toEqual([
    undefined,
    '"a" numeric(10,2) NOT NULL )',
    '"a" integer )',
    '"a" integer )',
  ]);
});

describe('down', () => {
  test('written out', async () => {
    const { down } = await compileOne(
      '001_a.ts',
      `${TS}export function up(pgm: MigrationBuilder): void {}\nexport function down(pgm: MigrationBuilder): void { pgm.sql('drop table x'); }`,
    );
    expect(statementsOf(down)).toEqual(['drop table x']);
  });

  test('inferred: each call reversed, last first', async () => {
    const text = `${TS}export function up(pgm: MigrationBuilder): void {\n  pgm.createTable('a', { id: 'id' });\n  pgm.addColumn('a', { b: 'int' });\n  pgm.createIndex('a', 'b');\n}`;
    const { down } = await compileOne('001_a.ts', text);
    expect(statementsOf(down)).toEqual(['DROP INDEX "a_b_index"', 'ALTER TABLE "a" DROP "b"', 'DROP TABLE "a"']);
  });

  test('down = false', async () => {
    const { down } = await compileOne('001_a.ts', 'export const up = () => {};\nexport const down = false;');
    expect(down).toMatchObject({ kind: 'irreversible', reason: '001_a says down = false', place: { line: 2 } });
  });

  test('#16 what cannot be inferred is named, with its line', async () => {
    const text = `${TS}export function up(pgm: MigrationBuilder): void {\n  pgm.createTable('a', { id: 'id' });\n  pgm.sql('select 1');\n}`;
    const { up, down } = await compileOne('001_a.ts', text);
    expect(statementsOf(up)).toHaveLength(2);
    expect(down).toEqual({
      kind: 'irreversible',
      reason: 'pgm.sql() in line 4 has no inverse, and 001_a exports no down',
      place: { file: 'migrations/001_a.ts', line: 4, column: 3 },
    });
  });

  test.each([
    ["pgm.dropTable('a')", 'pgm.dropTable()'],
    ["pgm.alterColumn('a', 'b', { notNull: true })", 'pgm.alterColumn()'],
    ["pgm.dropColumns('a', ['b'])", 'pgm.dropColumns()'],
    ["pgm.dropFunction('f', [])", 'pgm.dropFunction()'],
  ])('#18 %s is known to be irreversible without running it', async (call, name) => {
    const { down } = await compileOne('001_a.ts', `export const up = (pgm: any) => {\n  ${call};\n};`);
    expect(down).toMatchObject({
      kind: 'irreversible',
      reason: expect.stringContaining(`${name} in line 2 has no inverse`),
    });
  });
});

describe('pgm.db', () => {
  test.each([
    ['query', "await pgm.db.query('select 1')"],
    ['select', "await pgm.db.select('select 1')"],
    ['swallowed', "try { await pgm.db.query('select 1'); } catch {}"],
    ['not awaited', "pgm.db.query('select 1')"],
  ])('#3 makes a migration opaque and runs nothing: %s', async (_what, call) => {
    const compiled = await compileOne(
      '001_a.ts',
      `export const up = async (pgm: any) => {\n  pgm.createTable('a', { id: 'id' });\n  ${call};\n};\nexport const down = (pgm: any) => { pgm.dropTable('a'); };`,
    );
    expect(compiled.up).toMatchObject({ kind: 'opaque', transactional: true, place: { line: 3 } });
    expect(statementsOf(compiled.down)).toEqual(['DROP TABLE "a"']);
    expect(compiled.semanticChecksum).toBeNull();
  });

  test('has no inverse', async () => {
    const { down } = await compileOne(
      '001_a.ts',
      "export const up = async (pgm: any) => { await pgm.db.query('select 1'); };",
    );
    expect(down).toMatchObject({ kind: 'irreversible', reason: expect.stringContaining('pgm.db') });
  });
});

describe('transactions', () => {
  test('#14 CREATE INDEX CONCURRENTLY without noTransaction() is found, and its statements are split', async () => {
    const text = `${TS}export function up(pgm: MigrationBuilder): void {\n  pgm.createIndex('a', 'b', { concurrently: true });\n  pgm.sql('create index concurrently on a (c); create index concurrently on a (d)');\n}`;
    const { up, down } = await compileOne('001_a.ts', text, {});
    expect(up).toMatchObject({
      transactional: false,
      reason: 'CREATE INDEX CONCURRENTLY cannot run inside a transaction',
    });
    expect(statementsOf(up)).toHaveLength(3);
    expect(down.kind).toBe('irreversible');
  });

  test('noTransaction() is kept, and can be chained', async () => {
    const { up, down } = await compileOne(
      '001_a.ts',
      "export const up = (pgm: any) => { pgm.noTransaction().sql('select 1'); };\nexport const down = (pgm: any) => { pgm.sql('select 2'); };",
    );
    expect(up).toMatchObject({ transactional: false, reason: 'pgm.noTransaction()' });
    expect(down).toMatchObject({ transactional: true });
  });

  test.each(['BEGIN', 'commit', 'ROLLBACK', 'savepoint a'])('%s inside a migration is refused', async (control) => {
    const text = `${TS}export function up(pgm: MigrationBuilder): void {\n  pgm.sql(\`\n    select 1;\n    ${control};\n  \`);\n}`;
    await expect(compileOne('001_a.ts', text)).rejects.toMatchObject({
      code: 'MIGRATION_INVALID',
      message: expect.stringMatching(/^migrations\/001_a\.ts:5:5: \S+ does not belong into a migration$/),
    });
  });

  test.each([
    "create type mood as enum ('sad'); alter type mood add value 'great';\ninsert into t values ('great');",
    `create type a."My ""Mood""" as enum (); alter type a . "My ""Mood""" add value if not exists 'great';\nselect 'great';`,
    "create type Mood as enum (); alter type public.mOOd add value 'great';\nselect 'great';",
  ])('an enum value may be used where its type is created: %s', async (sql) => {
    expect((await compileOne('001_a.sql', sql)).findings).toEqual([]);
  });

  test('an enum value used in the transaction that adds it is warned of', async () => {
    const sql = "alter type mood add value 'great';\ninsert into t values ('great');";
    expect((await compileOne('001_a.sql', sql)).findings).toMatchObject([
      { code: 'migration/enum-value', level: 'warning', subject: '001_a', place: { line: 2 } },
    ]);
    expect((await compileOne('001_a.sql', `-- strata: no-transaction\n${sql}`)).findings).toEqual([]);
  });
});

test('the semantic checksum is that of the SQL: the same from TypeScript, JavaScript and with other lines', async () => {
  const body = "pgm.createTable('a', { id: 'id' });\n  pgm.createIndex('a', 'id');";
  const [one, two, three, four] = await compileAll({
    '001_a.ts': `${TS}export function up(pgm: MigrationBuilder): void {\n  ${body}\n}`,
    '002_b.js': `// reformatted\nexports.up = (pgm) => {\n\n\n  ${body}\n};`,
    '003_c.sql':
      '-- Up Migration\ncreate TABLE "a" ("id" serial primary key);\ncreate index "a_id_index" on "a" ("id");\n-- Down Migration\ndrop index "a_id_index"; drop table "a"',
    '004_d.ts': `${TS}export function up(pgm: MigrationBuilder): void {\n  ${body.replace("createIndex('a'", "createIndex('b'")}\n}`,
  });
  expect(two?.semanticChecksum).toBe(one?.semanticChecksum);
  expect(three?.semanticChecksum).toBe(one?.semanticChecksum);
  expect(four?.semanticChecksum).not.toBe(one?.semanticChecksum);
  expect(two?.file.checksum).not.toBe(one?.file.checksum);
});

describe('a line that looks like the marker of a section, but stands inside', () => {
  const bodies = [
    ["a function's body", 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$\n-- Down Migration\nSELECT 1\n$x$'],
    ['a string', "SELECT 'it''s\n-- Down Migration\n'"],
    ['a name', 'CREATE TABLE "a\n-- Down Migration\n" ()'],
    ['a comment', 'SELECT 1 /* a\n-- Down Migration\n*/'],
    ['a comment after an apostrophe', "SELECT 1 -- don't\n/*\n-- Down Migration\n*/"],
  ] as const;
  test.each(bodies)('%s', async (_, body) => {
    const { up, down } = await compileOne('001_a.sql', `-- Up Migration\n${body};\n-- Down Migration\nSELECT 2;\n`);
    // Comments behind a statement are none of it.
    expect(statementsOf(up)).toEqual([body.replace(/ (--|\/\*)[\s\S]*\*\/$/, '').replace(/\s+/g, ' ')]);
    expect(statementsOf(down)).toEqual(['SELECT 2']);
  });
  test('begins no section, with no other marker either', async () => {
    const { down } = await compileOne('001_a.sql', '-- Up Migration\nDO $$ BEGIN\n-- Down Migration\nEND $$;\n');
    expect(down.kind).toBe('irreversible');
  });
  test('apostrophes in comments hide no marker', async () => {
    const { down } = await compileOne(
      '001_a.sql',
      "-- Up Migration\n-- don't\nSELECT 1;\n-- Down Migration\nSELECT 2;\n",
    );
    expect(statementsOf(down)).toEqual(['SELECT 2']);
  });
});
