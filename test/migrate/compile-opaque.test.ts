import { describe, expect, test } from 'vitest';
import { runOpaque } from '../../src/migrate/compile.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import { useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';

const database = useDatabase();

async function run(body: string, direction: 'up' | 'down' = 'up'): Promise<string[]> {
  const options = { root: project({ 'migrations/001_a.ts': body }), migrations: 'migrations', sql: 'sql' };
  const { files } = readMigrations(options);
  const [file] = files;
  if (!file) throw new Error('no file');
  return database.session(async (session) => {
    const query = async (
      sql: string,
      values?: readonly unknown[],
    ): Promise<{ rows: unknown[]; rowCount: number | null }> => {
      const { rows, rowCount } = await session.client.query(sql, values ? [...values] : undefined);
      return { rows, rowCount };
    };
    const statements = await runOpaque(file, direction, { query }, { ...options, all: files });
    return statements.map(({ sql, place }) => `${place.line}: ${sql}`);
  });
}

describe('a migration that calls pgm.db, run for real', () => {
  test('query and select answer at once, what the builder queued comes back with its lines', async () => {
    const body = `export const up = async (pgm: any) => {
  pgm.sql('select 0');
  const { rows } = await pgm.db.query('select $1::int + 1 as n', [41]);
  const [{ m }] = await pgm.db.select({ text: 'select $1::text as m', values: ['x'] });
  pgm.sql(\`select \${rows[0].n}, '\${m}'\`);
};`;
    expect(await run(body)).toEqual(['2: select 0', "5: select 42, 'x'"]);
  });

  test('down too', async () => {
    const body =
      "export const up = () => {};\nexport const down = async (pgm: any) => {\n  const rows = await pgm.db.select('select 1 as a');\n  pgm.sql(`select ${rows.length}`);\n};";
    expect(await run(body, 'down')).toEqual(['4: select 1']);
  });

  test('#11 a statement that the server refuses names the line', async () => {
    await expect(
      run("export const up = async (pgm: any) => {\n  await pgm.db.query('select nothing');\n};"),
    ).rejects.toMatchObject({
      code: 'MIGRATION_THREW',
      message: expect.stringMatching(/^migrations\/001_a\.ts:2:\d+: column "nothing" does not exist$/),
    });
  });

  test('what it queued is held to the same rules', async () => {
    await expect(run("export const up = async (pgm: any) => {\n  pgm.sql('commit');\n};")).rejects.toMatchObject({
      code: 'MIGRATION_INVALID',
    });
  });
});
