/** Programs and sessions that die while a backup is taken, or end well with half of it: an error, and nothing left. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeSession, openSession, withSession } from '../../src/pg/pool.ts';
import { findProgram } from '../../src/pg/programs.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';
import { dropDatabase, listener, take } from './shop.ts';

const db = useDatabase();
beforeAll(() =>
  db.session((s) =>
    s.batch(
      'CREATE TABLE t AS SELECT g AS id, md5(g::text) AS words FROM generate_series(1, 50000) AS g; CREATE TABLE locked ()',
    ),
  ),
);
afterAll(() => dropDatabase(db.target().database));

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).filter((name) => !/^(journal|runs)\.jsonl$/.test(name)) : [];
}

/** A folder of programs in which one is a script around the real one, `$real`; it writes its arguments down. */
async function around(name: 'pg_dump' | 'pg_restore', script: string): Promise<string> {
  const bin = project();
  for (const one of ['pg_dump', 'pg_dumpall', 'pg_restore'] as const) {
    const [row] = await db.session((s) =>
      s.query<{ major: number }>("SELECT current_setting('server_version_num')::int / 10000 AS major"),
    );
    const { path } = await findProgram(one, row?.major ?? 0);
    const body =
      one === name
        ? `case "$*" in *--version*) exec "$real" "$@";; esac\necho "$@" >> "${bin}/arguments"\n${script}`
        : 'exec "$real" "$@"';
    writeFileSync(join(bin, one), `#!/bin/sh\nreal='${path}'\n${body}\n`);
    chmodSync(join(bin, one), 0o755);
  }
  return bin;
}

test.each([
  // It is pg_restore, reading along, that finds this one: every hash is that of what was written.
  ['pg_dump ends with 0 after half of its output', 'pg_dump', '"$real" "$@" | head -c 300000; exit 0'],
  ['pg_dump writes nothing and ends with 0', 'pg_dump', 'exit 0'],
  ['pg_dump is killed in the middle', 'pg_dump', '"$real" "$@" | head -c 300000; kill -9 $$'],
  ['pg_dump fails at its end', 'pg_dump', '"$real" "$@"; exit 1'],
  ['pg_restore, reading along, is killed', 'pg_restore', 'head -c 100000 > /dev/null; kill -9 $$'],
] as const)('%s', async (_title, name, script) => {
  const dir = join(project(), 'backups');
  const bin = await around(name, script);
  const runtime = listener({ env: { ...process.env, STRATA_PG_BIN: bin } });
  await expect(take(db.target(), { dir, runtime, compress: 'none' })).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    exit: 5,
  });
  expect(namesIn(dir)).toEqual([]);
  // With it, a role that does not see all rows would make a whole dump of some.
  expect(readFileSync(join(bin, 'arguments'), 'utf8')).not.toContain('--enable-row-security');
});

test.each([
  ["pg_dump's session", "query LIKE 'LOCK TABLE%'"],
  ['our own, which holds the snapshot', "query NOT LIKE 'LOCK TABLE%'"],
])('the server ends %s', async (_title, which) => {
  const dir = join(project(), 'backups');
  const blocker = await openSession({ ...db.target(), applicationName: 'blocker' });
  try {
    await blocker.batch('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE');
    const taking = take(db.target(), { dir });
    const caught = taking.catch((thrown: unknown) => thrown);
    const waiting = `FROM pg_stat_activity WHERE datname = '${db.target().database}' AND application_name <> 'blocker' AND wait_event_type = 'Lock'`;
    const end = `SELECT pg_terminate_backend(pid) ${waiting} AND ${which} AND (SELECT count(*) ${waiting}) = 2`;
    for (let ended = 0; ended === 0; ) ended = (await withSession(serverTarget(), (s) => s.query(end))).length;
    expect(await caught).toMatchObject({ code: 'BACKUP_FAILED', exit: 5 });
    expect(namesIn(dir)).toEqual([]);
  } finally {
    await closeSession(blocker);
  }
});
