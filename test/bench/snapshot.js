/**
 * A Snapshot of 2,000 tables (12 columns, three indexes, a foreign key, two checks, three comments each) as a whole
 * process, read and hashed, against pg_dump --schema-only of the same database in the same run.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import pg from 'pg';
import { compare, usage } from './measure.js';

const TABLES = 2000;
const AT_ONCE = 100;

/** Fills the database behind `url`, which is empty. Gives median seconds by contender, and our peak memory in MiB. */
export async function benchSnapshot({ url, folder, rounds, pgDump }) {
  await fill(url);
  const script = await bundled(folder);
  const ours = { command: process.execPath, args: [script, url] };
  const times = compare(
    [
      { name: 'pg_dump --schema-only', run: { command: pgDump, args: ['--schema-only', `--dbname=${url}`] } },
      { name: 'strata snapshot', run: ours },
    ],
    rounds,
  );
  return { times, mib: usage(ours).mib };
}

async function fill(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let first = 1; first <= TABLES; first += AT_ONCE) {
      const numbers = Array.from({ length: AT_ONCE }, (_, i) => first + i);
      await client.query(numbers.map(table).join('\n'));
    }
    // As in a database that has lived for a while; both contenders read the same catalogs.
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

function table(n) {
  return `
    CREATE TABLE t${n} (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL,
      count integer NOT NULL DEFAULT 0,
      price numeric(10,2) CHECK (price >= 0),
      created_at timestamptz NOT NULL DEFAULT now(),
      payload jsonb,
      token uuid,
      active boolean NOT NULL DEFAULT true,
      code varchar(100),
      day date,
      tags text[],
      parent_id bigint ${n > 1 ? `REFERENCES t${n - 1} ON DELETE CASCADE` : ''},
      CONSTRAINT t${n}_count CHECK (count BETWEEN 0 AND 10)
    );
    CREATE INDEX ON t${n} (parent_id);
    CREATE INDEX ON t${n} (name, created_at DESC) WHERE active;
    COMMENT ON TABLE t${n} IS 'table ${n}';
    COMMENT ON COLUMN t${n}.name IS 'name of ${n}';
    COMMENT ON COLUMN t${n}.price IS 'price of ${n}';`;
}

/** The reader without the command line around it, bundled as the package is. */
async function bundled(folder) {
  const entry = join(folder, 'snapshot-entry.ts');
  const outfile = join(folder, 'snapshot-entry.mjs');
  const source = (path) => JSON.stringify(resolve('src', path));
  writeFileSync(
    entry,
    `
    import { withSession } from ${source('pg/pool.ts')};
    import { readSnapshot } from ${source('catalog/read.ts')};
    import { snapshotHash } from ${source('catalog/snapshot.ts')};
    const url = new URL(process.argv[2]);
    const target = {
      host: url.searchParams.get('host') ?? url.hostname,
      port: Number(url.searchParams.get('port') ?? (url.port || 5432)),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
    const snapshot = await withSession(target, (session) => readSnapshot(session));
    if (snapshot.tables.length !== ${TABLES}) throw new Error('read ' + snapshot.tables.length + ' tables');
    console.log(snapshotHash(snapshot));
  `,
  );
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: { '.sql': 'text' },
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
    external: ['pg-native'],
    logLevel: 'warning',
  });
  return outfile;
}
