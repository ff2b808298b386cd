/** `strata snapshot` as its users run it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSnapshot } from '../../src/catalog/snapshot.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const database = useDatabase();

test('writes a file that types --from reads, and warns of what it does not model', async () => {
  const target = database.target();
  await database.session((session) =>
    session.batch(`CREATE TABLE "odd ""name" (id integer PRIMARY KEY);
      CREATE TEXT SEARCH CONFIGURATION mine (COPY = english)`),
  );
  const cwd = project();
  const ran = await strata(['snapshot', '--out', 'snapshot.json', '--json'], { cwd, target });
  expect(ran.status, ran.stderr).toBe(0);
  const { data, findings } = JSON.parse(ran.stdout);
  expect(findings).toMatchObject([{ code: 'snapshot/unmodelled', level: 'warning', subject: 'public.mine' }]);
  const read = parseSnapshot(readFileSync(join(cwd, 'snapshot.json'), 'utf8'), 'snapshot.json');
  expect(read.hash).toBe(data.hash);
  expect(read.snapshot.tables.map(({ name }) => name)).toEqual(['odd "name']);

  const types = await strata(['types', '--from', 'snapshot.json', '--out', 'types.ts'], {
    cwd,
    env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' },
  });
  expect(types.status, types.stderr).toBe(0);
  expect(readFileSync(join(cwd, 'types.ts'), 'utf8')).toContain('odd');
});

test('goes to stdout without --out, and a folder that is not there is an error', async () => {
  const target = database.target();
  const cwd = project();
  const ran = await strata(['snapshot'], { cwd, target });
  expect(parseSnapshot(ran.stdout, 'stdout').snapshot.tables).toHaveLength(1);
  const bad = await strata(['snapshot', '--out', 'no/such/folder.json'], { cwd, target });
  expect(bad.status).toBe(2);
  expect(bad.stderr).toContain('no/such/folder.json cannot be written');
});
