/** #11: whatever is wrong with a migration, the message names its file, line and column, and shows the line. */
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { locate } from '../../src/migrate/locate.ts';
import { compileOne } from '../support/compiled.ts';

const TS = "import type { MigrationBuilder } from 'node-pg-migrate';\n\n";
const up = (body: string): string => `${TS}export function up(pgm: MigrationBuilder): void {\n${body}\n}\n`;

async function fault(name: string, text: string, more: Record<string, string> = {}): Promise<ToolError> {
  try {
    await compileOne(name, text, more);
  } catch (thrown) {
    if (thrown instanceof ToolError) return thrown;
    throw thrown;
  }
  throw new Error('it compiled');
}

test('the frame of a .sql file counts the lines of the file, in its later section, too', async () => {
  const text = "-- a note\n-- another\n-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\nSELECT 'abc;\n";
  const error = await fault('001_a.sql', text);
  expect(error.message).toMatch(/^migrations\/001_a\.sql:7:8: /);
  expect(error.more.detail).toContain("> 7 | SELECT 'abc;");
  expect(error.more.detail).toContain('  6 | SELECT 2;');
});

describe('TypeScript', () => {
  test('#11 an exception of the migration', async () => {
    const error = await fault(
      '001_a.ts',
      up("  pgm.createTable('a', { id: 'id' });\n  throw new RangeError('too much');"),
    );
    expect(error).toMatchObject({
      code: 'MIGRATION_THREW',
      exit: 5,
      message: 'migrations/001_a.ts:5:9: RangeError: too much',
    });
    expect(error.more.detail).toContain("> 5 |   throw new RangeError('too much');\n    |         ^");
  });

  test('a rejected promise, an exception below, a thrown text', async () => {
    const body =
      "const deep = () => { throw new Error('deep'); };\nexport const up = async () => {\n  await null;\n  deep();\n};";
    expect((await fault('001_a.ts', body)).message).toBe('migrations/001_a.ts:1:28: deep');
    expect((await fault('001_a.ts', up("  pgm.sql('select 1');\n  throw 'text';"))).message).toBe(
      'migrations/001_a.ts:4:7: text',
    );
  });

  test("the builder's own exceptions, and a method that does not exist", async () => {
    expect((await fault('001_a.ts', up("  pgm.createFunction('f', [], {} as never, 'select 1');"))).message).toMatch(
      /^migrations\/001_a\.ts:4:\d+: Language for function "f" have to be specified$/,
    );
    expect((await fault('001_a.ts', up('  (pgm as any).createTabel();'))).message).toMatch(
      /^migrations\/001_a\.ts:4:\d+: TypeError: .*createTabel is not a function$/,
    );
  });

  test('a syntax error in line 40 of 60', async () => {
    const lines = Array.from({ length: 56 }, (_, index) => `  pgm.sql('select ${index}');`);
    lines[36] = '  pgm.sql((;';
    const error = await fault('001_a.ts', up(lines.join('\n')));
    expect(error.code).toBe('MIGRATION_INVALID');
    expect(error.message).toMatch(/^migrations\/001_a\.ts:40:\d+: /);
    expect(error.more.detail).toContain('> 40 |   pgm.sql((;');
  });

  test('an import that is not there, and an exception while the file is evaluated', async () => {
    expect(await fault('001_a.ts', "import { x } from './nowhere.ts';\nexport const up = () => x;")).toMatchObject({
      code: 'MIGRATION_THREW',
      message: expect.stringContaining('nowhere.ts'),
    });
    const thrown = await fault('001_a.ts', "const a = 1;\nthrow new Error('at once');\nexport const up = () => a;");
    expect(thrown).toMatchObject({ code: 'MIGRATION_THREW', message: 'migrations/001_a.ts:2:7: at once' });
  });

  test.each([
    ['no up', 'export const down = () => {};', /exports no function up/],
    [
      'a down that is not one',
      'export const up = () => {};\nexport const down = 1;',
      /down is neither a function nor false/,
    ],
  ])('%s', async (_what, text, message) => {
    expect(await fault('001_a.ts', text)).toMatchObject({
      code: 'MIGRATION_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

describe('SQL', () => {
  test.each([
    ['\\i other.sql', 2, /psql command/],
    ['copy t from stdin;\n1\n\\.', 2, /COPY/],
    ["insert into t values ('abc", 2, /has no end/],
    ['begin', 2, /BEGIN does not belong/],
  ])('%s', async (sql, line, message) => {
    const error = await fault('001_a.sql', `select 1;\n${sql}`);
    expect(error.message).toMatch(new RegExp(`^migrations/001_a\\.sql:${line}:`));
    expect(error.message).toMatch(message);
    expect(error.more.detail).toContain('^');
  });

  test('before the first section, and an unknown directive', async () => {
    expect((await fault('001_a.sql', 'select 1;\n-- Up Migration\nselect 2')).message).toMatch(
      /:1:1: this SQL stands before/,
    );
    expect((await fault('001_a.sql', 'select 1;\n-- strata: instal functions/f v1\n')).message).toMatch(
      /:2:1: unknown directive/,
    );
  });
});

test('statements that cannot be rolled back are parsed before the first of them runs', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `create index concurrently i${index} on t ("größe 😀");`);
  lines[39] = 'create index concurrently i on t (a) wehre b;';
  const error = await fault('001_a.sql', lines.join('\n'));
  expect(error).toMatchObject({
    code: 'MIGRATION_INVALID',
    message: 'migrations/001_a.sql:40:38: syntax error at or near "wehre"',
  });
  expect(error.more.detail).toContain('> 40 | create index concurrently i on t (a) wehre b;');
});

describe('the place of a statement that the server refused', () => {
  const sql = "select 1;\n\n  -- why\n  create table t (\n    größe text default '😀',\n    b integr\n  );";

  test('#11 in a .sql file: line and column, counted in characters by the server', async () => {
    const { file, up: script } = await compileOne('001_a.sql', sql);
    const statement = script.kind === 'statements' ? script.statements[1] : undefined;
    if (!statement) throw new Error('no statement');
    expect(statement.place).toEqual({ file: 'migrations/001_a.sql', line: 4, column: 3 });
    const position = [...statement.sql.slice(0, statement.sql.indexOf('integr'))].length + 1;
    expect(locate(file, statement, position)).toEqual({
      place: { file: 'migrations/001_a.sql', line: 6, column: 7 },
      frame:
        "  4 |   create table t (\n  5 |     größe text default '😀',\n> 6 |     b integr\n    |       ^\n  7 |   );",
    });
  });

  test('#11 in pgm.sql of a literal text: the line inside the TypeScript file', async () => {
    const { file, up: script } = await compileOne('001_a.ts', up(`  pgm.sql(\`\n${sql}\n  \`);`));
    const statement = script.kind === 'statements' ? script.statements[1] : undefined;
    if (!statement) throw new Error('no statement');
    expect(locate(file, statement, [...(statement.sql.split('b integr')[0] ?? '')].length + 1).place).toMatchObject({
      line: 10,
      column: 5,
    });
  });

  test('#11 of a builder call: the call, and the SQL it rendered', async () => {
    const text = up(
      "  pgm.createTable('a', { id: 'id' });\n  pgm\n    .createTable('b', {\n      c: 'integr',\n    });",
    );
    const { file, up: script } = await compileOne('001_a.ts', text);
    const statement = script.kind === 'statements' ? script.statements[1] : undefined;
    if (!statement) throw new Error('no statement');
    const { place, frame } = locate(file, statement, statement.sql.indexOf('integr') + 1);
    expect(place).toMatchObject({ line: 6 });
    expect(frame).toContain("> 6 |     .createTable('b', {");
    expect(frame).toMatch(/> 2 \| {3}"c" integr\n {4}\| {7}\^/);
  });

  test('of a call in a helper: the line in the migration that called it', async () => {
    const { up: script } = await compileOne(
      '001_a.ts',
      "import { make } from './shared/make.ts';\nexport const up = (pgm: any) => {\n  make(pgm);\n};",
      { 'shared/make.ts': "export const make = (pgm: any): void => {\n\n\n  pgm.createTable('a', { id: 'id' });\n};" },
    );
    expect(script).toMatchObject({ statements: [{ place: { file: 'migrations/001_a.ts', line: 3 } }] });
  });
});
