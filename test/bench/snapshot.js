/**
 * A Snapshot of 2,000 tables (12 columns, three indexes, a foreign key, two checks, three comments each) as a whole
 * process, read and hashed, against pg_dump --schema-only of the same database in the same run.
 */
import pg from 'pg';
import { compare, usage } from './measure.js';

const TABLES = 2000;
const AT_ONCE = 100;

/** Fills the database behind `url`, which is empty. Gives median seconds by contender, and our peak memory in MiB. */
export async function benchSnapshot({ url, folder, rounds, pgDump, bin }) {
  await fill(url);
  const args = [bin, 'snapshot', '--out', 'snapshot.json'];
  const ours = { command: process.execPath, args, cwd: folder, env: { DATABASE_URL: url } };
  const times = compare(
    [
      { name: 'pg_dump --schema-only', run: { command: pgDump, args: ['--schema-only', `--dbname=${url}`] } },
      { name: 'strata snapshot', run: ours },
    ],
    rounds,
  );
  return { times, mib: usage(ours).mib };
}

/** Makes so many tables in an empty database. */
export async function fill(url, tables = TABLES) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let first = 1; first <= tables; first += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, tables - first + 1) }, (_, i) => first + i);
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
