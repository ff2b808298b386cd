/**
 * Programs newer than the server, the usual thing where a newer client is installed beside an older server: from 17 on pg_restore sets
 * what a server before 17 does not know.
 */
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realRuntime } from '../../src/base/runtime.ts';
import { withDatabaseName } from '../../src/base/target.ts';
import { createDatabase } from '../../src/pg/databases.ts';
import { withSession } from '../../src/pg/pool.ts';
import { findPrograms } from '../../src/pg/programs.ts';
import { completeInstallations } from '../../src/server/binaries.ts';
import { closeScratchServer, openScratchServer, type ScratchServer } from '../../src/server/scratch-server.ts';
import { project, type Ran, strata } from '../support/project.ts';

const [older] = (await completeInstallations(process.env)).filter(({ major }) => major < 17);
const [newer] = (await findPrograms('pg_restore', process.env)).filter(({ major }) => major >= 17);

describe.skipIf(!older || !newer)('a server before 17 and programs from 17 on', () => {
  let server: ScratchServer;
  beforeAll(async () => {
    server = await openScratchServer({ runtime: realRuntime(), version: String(older?.major) });
    await withSession(server.target, (session) => createDatabase(session, 'shop'));
  });
  afterAll(() => closeScratchServer(server));

  test.each(['custom', 'directory'])('back up, restore and drill, %s format', async (format) => {
    const cwd = project();
    const target = withDatabaseName(server.target, 'shop');
    const env = { STRATA_PG_BIN: dirname(newer?.path ?? '') };
    const run = (...args: string[]): Promise<Ran> => strata([...args, '--json'], { cwd, target, env });
    await withSession(target, (session) =>
      session.batch(`DROP TABLE IF EXISTS notes; CREATE TABLE notes (id int PRIMARY KEY, t text);
        INSERT INTO notes VALUES (1, 'SET transaction_timeout = 0;'), (2, E'a\\nSET transaction_timeout = 0;\\n\\\\.')`),
    );
    const taken = await run('backup', 'create', '--dump-format', format);
    expect(taken.status, taken.stdout + taken.stderr).toBe(0);
    const restored = await run('restore', '--to', `copy_${format}`, '--jobs', '2');
    expect(restored.status, restored.stdout + restored.stderr).toBe(0);
    const copied = withDatabaseName(server.target, `copy_${format}`);
    const rows = await withSession(copied, (session) => session.query('SELECT id, t FROM notes ORDER BY id'));
    expect(rows).toEqual([
      { id: 1, t: 'SET transaction_timeout = 0;' },
      { id: 2, t: 'a\nSET transaction_timeout = 0;\n\\.' },
    ]);
    const drilled = await run('drill');
    expect(drilled.status, drilled.stdout + drilled.stderr).toBe(0);
  });

  test('what the server refuses in the middle is told in its own words, and nothing is left', async () => {
    const cwd = project();
    const target = withDatabaseName(server.target, 'trap');
    const env = { STRATA_PG_BIN: dirname(newer?.path ?? '') };
    await withSession(server.target, (session) => createDatabase(session, 'trap'));
    await withSession(target, (session) =>
      session.batch(`CREATE TABLE b (id int); INSERT INTO b VALUES (1);
        CREATE FUNCTION known(x int) RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM b WHERE id = x)';
        CREATE TABLE a (id int CHECK (known(id))); INSERT INTO a VALUES (1)`),
    );
    expect((await strata(['backup', 'create'], { cwd, target, env })).status).toBe(0);
    const refused = await strata(['restore', '--to', 'trapped'], { cwd, target, env });
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain('relation "b" does not exist');
    const names = await withSession(server.target, (session) => session.query('SELECT datname FROM pg_database'));
    expect(names).not.toContainEqual({ datname: expect.stringMatching(/trapped|strata_/) });
  });
});
