/** Parts under sql/: installed, replaced, taken away; each time the catalog is what the versions say, and down undoes up. */
import { describe, expect, test } from 'vitest';
import type { CompiledMigration } from '../../src/migrate/model.ts';
import type { Session } from '../../src/pg/pool.ts';
import { apply, compileAll, compileOne, statementsOf } from '../support/compiled.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const fn = (args: string, returns: string, body: string): string =>
  `-- a comment; with a semicolon\nCREATE FUNCTION f(${args}) RETURNS ${returns} LANGUAGE sql AS $$ ${body} $$;\nCOMMENT ON FUNCTION f IS 'f';\n`;

const install = (path: string, version: number, more = ''): string =>
  `import type { MigrationBuilder } from 'node-pg-migrate';\n\nexport function up(pgm: MigrationBuilder): void {\n  pgm.install('${path}', ${version}${more});\n}\n`;

/** Runs v1 up, v2 up, v2 down, v1 down in one transaction, and gives what `look` saw after each. */
async function walk<T>(files: Record<string, string>, look: (session: Session) => Promise<T>): Promise<T[]> {
  const compiled = await compileAll(files);
  return database.session(async (session) => {
    await session.query('BEGIN');
    const seen: T[] = [];
    for (const { up } of compiled) {
      await apply(session, up);
      seen.push(await look(session));
    }
    for (const { down } of compiled.toReversed()) {
      await apply(session, down);
      seen.push(await look(session));
    }
    await session.query('ROLLBACK');
    return seen;
  });
}

const functions = async (session: Session): Promise<string> => {
  const rows = await session.query<{ f: string }>(
    "SELECT f::regprocedure || ' ' || coalesce(obj_description(f, 'pg_proc'), '-') || ' ' || pg_get_function_result(f) || ' ' || btrim(p.prosrc) AS f FROM pg_proc p, LATERAL (SELECT p.oid::oid AS f) x WHERE proname = 'f' AND pronamespace = 'public'::regnamespace ORDER BY 1",
  );
  return rows.map(({ f }) => f).join(', ');
};

describe('functions', () => {
  test('the same signature is replaced, so that what depends on it stays', async () => {
    const files = {
      'sql/functions/f_v1.sql': fn('a int', 'int', 'select 1'),
      'sql/functions/f_v2.sql': fn('a int DEFAULT 1', 'int', 'select 2'),
      '001_a.ts': install('functions/f', 1),
      '002_b.ts': install('functions/f', 2),
    };
    const [one, two] = await compileAll(files);
    expect(two && statementsOf(two.up)[0]).toMatch(/^CREATE OR REPLACE FUNCTION f/);
    // A default cannot be taken away by CREATE OR REPLACE, so the way back drops.
    expect(two && statementsOf(two.down)[0]).toBe('DROP FUNCTION f(a int)');
    expect(one && statementsOf(one.down)).toEqual(['DROP FUNCTION f(a int)']);
    const [v1 = '', v2 = '', again, none] = await walk(files, functions);
    expect([v1, v2, again, none]).toEqual(['f(integer) f integer select 1', 'f(integer) f integer select 2', v1, '']);
  });

  test.each([
    ['another result', 'a int', 'text', "select 'x'"],
    ['another argument name', 'b int', 'int', 'select 2'],
    ['another argument type', 'a text', 'int', 'select 2'],
    [
      'more arguments, arrays and precision',
      'a int, b numeric(10, 2)[] DEFAULT ARRAY[1, 2], VARIADIC c text[] DEFAULT NULL',
      'int',
      'select 2',
    ],
    ['a set', 'a int', 'SETOF int', 'select 2'],
    ['a table', 'a int', 'TABLE (x int, y numeric(4, 1))', 'select 1, 2.5'],
    ['an OUT argument', 'IN a int, OUT b int', 'int', 'select 3'],
  ])('%s: dropped and made anew', async (_what, args, returns, body) => {
    const [v1, v2, again, none] = await walk(
      {
        'sql/functions/f_v1.sql': fn('a int', 'int', 'select 1'),
        'sql/functions/f_v2.sql': fn(args, returns, body),
        '001_a.ts': install('functions/f', 1),
        '002_b.ts': install('functions/f', 2),
      },
      functions,
    );
    expect(v2).not.toBe(v1);
    expect(again).toBe(v1);
    expect(none).toBe('');
  });

  test('what depends on a function that must be dropped stops it, and nothing is lost', async () => {
    const [one, two] = await compileAll({
      'sql/functions/f_v1.sql': fn('a int', 'int', 'select 1'),
      'sql/functions/f_v2.sql': fn('a int', 'text', "select 'x'"),
      '001_a.ts': install('functions/f', 1),
      '002_b.ts': install('functions/f', 2),
    });
    if (!one || !two) throw new Error('nothing compiled');
    await database.session(async (session) => {
      await session.query('BEGIN');
      await apply(session, one.up);
      await session.query('CREATE VIEW depends AS SELECT f(1)');
      await expect(apply(session, two.up)).rejects.toThrow(
        'cannot drop function f(integer) because other objects depend on it',
      );
    });
  });

  test('a procedure, a qualified and quoted name, a grant that the next version lacks', async () => {
    const proc = (grant: string): string =>
      `create or replace procedure public."F; x"(inout a int default 1) language plpgsql as $$ begin a := 2; end $$;\n${grant}`;
    const seen = await walk(
      {
        'sql/procedures/x_v1.sql': proc('GRANT EXECUTE ON PROCEDURE public."F; x" TO PUBLIC, CURRENT_USER;'),
        'sql/procedures/x_v2.sql': proc('REVOKE ALL ON PROCEDURE public."F; x" FROM PUBLIC;'),
        '001_a.ts': install('procedures/x', 1),
        '002_b.ts': install('procedures/x', 2),
      },
      (session) =>
        session.query(
          "SELECT proacl IS NOT NULL AND proacl::text ~ '[{,]=X' AS open FROM pg_proc WHERE proname = 'F; x'",
        ),
    );
    expect(seen).toEqual([[{ open: true }], [{ open: false }], [{ open: true }], []]);
  });
});

describe('other kinds', () => {
  test('views, materialized views with an index, triggers, policies', async () => {
    const parts = (version: number, column: string): Record<string, string> => ({
      [`sql/views/v_v${version}.sql`]: `CREATE OR REPLACE VIEW v AS SELECT 1 AS ${column};\nCREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT ${column} FROM v;\nCREATE UNIQUE INDEX m_i ON m (${column});`,
      [`sql/triggers/t_v${version}.sql`]: `CREATE TRIGGER t BEFORE UPDATE OF a ON base FOR EACH ROW WHEN (OLD.a <> ${version}) EXECUTE FUNCTION suppress_redundant_updates_trigger();`,
      [`sql/policies/p_v${version}.sql`]: `CREATE POLICY p ON base USING (a = ${version});\nCREATE POLICY "q on" ON base FOR SELECT USING (true);\nCOMMENT ON POLICY p ON base IS '${version}';`,
    });
    const all = (version: number): string =>
      `export const up = (pgm: any) => {\n  pgm.install('views/v', ${version});\n  pgm.install('triggers/t', ${version});\n  pgm.install('policies/p', ${version});\n};`;
    const seen = await walk(
      {
        ...parts(1, 'x'),
        ...parts(2, 'y'),
        '001_base.ts': "export const up = (pgm: any) => { pgm.createTable('base', { a: 'int' }); };",
        '002_a.ts': all(1),
        '003_b.ts': all(2),
      },
      (session) =>
        session.query(`SELECT
          (SELECT string_agg(attname, ',') FROM pg_attribute WHERE attnum > 0 AND attrelid IN (to_regclass('v'), to_regclass('m'), to_regclass('m_i'))) AS columns,
          (SELECT string_agg(pg_get_triggerdef(oid), ',') FROM pg_trigger WHERE tgname = 't') AS triggers,
          (SELECT string_agg(polname || coalesce(obj_description(oid, 'pg_policy'), ''), ',' ORDER BY polname) FROM pg_policy) AS policies`),
    );
    expect(seen[1]).toMatchObject([{ columns: 'x,x,x', policies: 'p1,q on' }]);
    expect(seen[2]).toMatchObject([{ columns: 'y,y,y', policies: 'p2,q on' }]);
    expect([seen[3], seen[4], seen[5]]).toEqual([
      seen[1],
      seen[0],
      [{ columns: null, triggers: null, policies: null }],
    ]);
  });
});

describe('the way back', () => {
  const parts = {
    'sql/functions/f_v1.sql': fn('', 'int', 'select 1'),
    'sql/functions/f_v2.sql': fn('', 'int', 'select 2'),
  };

  test('uninstall in a written down, remove, replaces, and a .sql migration of directives alone', async () => {
    const explicit = `${install('functions/f', 2)}export function down(pgm: MigrationBuilder): void {\n  pgm.uninstall('functions/f', 2);\n}\n`;
    const [inferred, written, sql, sections] = await compileAll({
      ...parts,
      '001_a.ts': install('functions/f', 2),
      '002_b.ts': explicit,
      '003_c.sql': '-- strata: install functions/f v2\n',
      '004_d.sql':
        '-- Up Migration\n-- strata: install functions/f v2\n-- Down Migration\n-- strata: uninstall functions/f v2',
    });
    const down = inferred && statementsOf(inferred.down);
    expect(down?.[0]).toMatch(/^CREATE OR REPLACE FUNCTION f\(\) .* select 1/);
    for (const other of [written, sql, sections]) {
      expect(other && statementsOf(other.down)).toEqual(down);
      expect(other?.semanticChecksum).toBe(inferred?.semanticChecksum);
    }
    const removed = await compileOne(
      '001_a.ts',
      "export const up = (pgm: any) => {\n  pgm.remove('functions/f', 2);\n};",
      parts,
    );
    expect(statementsOf(removed.up)).toEqual(['DROP FUNCTION f()']);
    expect(statementsOf(removed.down)[0]).toMatch(/^CREATE FUNCTION f\(\) .* select 2/);
    const fresh = await compileOne('001_a.ts', install('functions/f', 2, ', { replaces: null }'), parts);
    expect(statementsOf(fresh.down)).toEqual(['DROP FUNCTION f()']);
  });

  test('directives stand where they are: between the statements around them', async () => {
    const { up } = await compileOne('001_a.sql', 'select 1;\n-- strata: install functions/f v1\nselect 2;', parts);
    expect(statementsOf(up).map((sql) => sql.slice(0, 8))).toEqual(['select 1', 'CREATE F', 'COMMENT ', 'select 2']);
    expect(up).toMatchObject({
      statements: [
        { place: { line: 1 } },
        { place: { file: 'sql/functions/f_v1.sql', line: 2 } },
        {},
        { place: { line: 3 } },
      ],
    });
  });

  test('a part that changes what it does not create can be installed and not taken away', async () => {
    const { up, down } = await compileOne('001_a.ts', install('policies/p', 1), {
      'sql/policies/p_v1.sql': 'ALTER TABLE base ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON base USING (true);',
    });
    expect(statementsOf(up)).toHaveLength(2);
    expect(down).toMatchObject({
      kind: 'irreversible',
      reason: expect.stringContaining('sql/policies/p_v1.sql cannot be taken away'),
    });
  });

  test('written out, the same is an error', async () => {
    const text =
      "export const up = (pgm: any) => {};\nexport const down = (pgm: any) => {\n  pgm.uninstall('x/p', 1);\n};";
    await expect(
      compileOne('001_a.ts', text, { 'sql/x/p_v1.sql': 'GRANT SELECT ON t TO PUBLIC;' }),
    ).rejects.toMatchObject({
      code: 'PART_INVALID',
      message: 'sql/x/p_v1.sql cannot be taken away: it also changes what it does not create',
      more: { detail: 'GRANT SELECT ON t TO PUBLIC' },
    });
  });
});

describe('references that cannot be followed', () => {
  const parts = { 'sql/functions/f_v1.sql': fn('', 'int', 'select 1') };
  const call = (args: string): string =>
    `export const up = (pgm: any) => {\n  const name = 'functions/f';\n  pgm.install(${args});\n};`;

  async function message(text: string, more: Record<string, string> = parts): Promise<string> {
    return compileOne('001_a.ts', text, more).then(
      () => 'it compiled',
      (thrown: Error) => thrown.message,
    );
  }

  test.each([
    ['no such file', call("'functions/g', 1"), /001_a\.ts:3: there is no sql\/functions\/g_v1\.sql to refer to/],
    ['no such version before', call("'functions/f', 3"), /there is no sql\/functions\/f_v3\.sql/],
    [
      'a name that is not written out',
      call('name, 1'),
      /001_a\.ts:3: there is no sql\/functions\/f_v1\.sql to refer to/,
    ],
    [
      'no version',
      call("'functions/f'"),
      /001_a\.ts:3:\d+: TypeError: pgm\.install\(\) takes a path below sql\/ and a version/,
    ],
  ])('%s', async (_what, text, expected) => {
    expect(await message(text)).toMatch(expected);
  });

  test('a part that only psql can read', async () => {
    expect(await message(call("'functions/f', 1"), { 'sql/functions/f_v1.sql': 'select 1;\n\\i other' })).toBe(
      'sql/functions/f_v1.sql:2: cannot read \\i other',
    );
  });
});

test("the marketplace's own migrations compile, both ways", async () => {
  const { compileMigrations } = await import('../../src/migrate/compile.ts');
  const { readMigrations } = await import('../../src/migrate/files.ts');
  const options = { root: process.cwd(), migrations: 'migrations', sql: 'sql' };
  const { files } = readMigrations(options);
  const compiled: readonly CompiledMigration[] = await compileMigrations(files, { ...options, all: files });
  expect(
    compiled
      .filter(({ up, down }) => up.kind !== 'statements' || down.kind !== 'statements')
      .map(({ file }) => file.name),
  ).toEqual([]);
});
