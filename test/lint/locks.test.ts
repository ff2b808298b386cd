/** Every line of the lock table, measured: the statement runs in a transaction, and pg_locks and relfilenode tell. */
import { beforeAll, expect, test } from 'vitest';
import { actionsOf } from '../../src/lint/actions.ts';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { readFacts } from '../../src/lint/live.ts';
import { type Lock, locksOf } from '../../src/lint/locks.ts';
import type { Session } from '../../src/pg/pool.ts';
import { parseSql } from '../../src/syntax/parse.ts';
import { useDatabase } from '../support/database.ts';

const db = useDatabase();

beforeAll(() =>
  db.session((s) =>
    s.batch(
      `CREATE TABLE users (id int PRIMARY KEY, name varchar(10) NOT NULL, age int, CONSTRAINT c CHECK (age > 0) NOT VALID);
       CREATE TABLE notes (id int PRIMARY KEY, user_id int);
       ALTER TABLE notes ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users NOT VALID;
       INSERT INTO users SELECT n, 'x', n FROM generate_series(1, 10) n;
       CREATE UNIQUE INDEX by_age ON users (age);
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
       CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();
       CREATE POLICY own ON users;
       CREATE RULE r AS ON DELETE TO users DO ALSO NOTHING;
       CREATE TABLE logs (at int) PARTITION BY RANGE (at);
       CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (1) TO (2);
       CREATE TABLE logs_2 (at int);
       CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
       CREATE DOMAIN cents AS int;
       CREATE DOMAIN tip AS cents;
       CREATE TABLE prices (id int, price cents, extra tip, CONSTRAINT there CHECK (id > 0 AND id IS NOT NULL));
       CREATE MATERIALIZED VIEW m AS SELECT id FROM prices;
       CREATE UNIQUE INDEX m_id ON m (id)`,
    ),
  ),
);

async function claimed(sql: string, facts = NO_FACTS): Promise<readonly Lock[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return parsed.statements.flatMap(({ node }) => actionsOf(node)).flatMap((action) => locksOf(action, facts));
}

interface Measured {
  readonly relation: string;
  readonly modes: readonly string[];
}

/** Locks held on the tables after the statement, and which tables have another file then; rolled back. */
async function measured(
  s: Session,
  sql: string,
): Promise<{ locks: readonly Measured[]; rewritten: readonly string[] }> {
  const files =
    'SELECT oid::int, relname AS name, relfilenode::int AS file FROM pg_class WHERE relnamespace = $1::regnamespace';
  const before = await s.query<{ oid: number; name: string; file: number }>(files, ['public']);
  await s.query('BEGIN');
  try {
    await s.query(sql);
    const held = await s.query<{ relation: number; modes: string[] }>(
      `SELECT relation::int, array_agg(mode) AS modes FROM pg_locks
        WHERE pid = pg_backend_pid() AND locktype = 'relation' GROUP BY relation`,
    );
    const after = new Map(
      (await s.query<{ oid: number; file: number }>(files, ['public'])).map(({ oid, file }) => [oid, file]),
    );
    const locks = before.flatMap(({ oid, name }) => {
      const found = held.find(({ relation }) => relation === oid);
      return found ? [{ relation: name, modes: found.modes }] : [];
    });
    const rewritten = before
      .filter(({ oid, file }) => after.has(oid) && after.get(oid) !== file)
      .map(({ name }) => name);
    return { locks, rewritten };
  } finally {
    await s.query('ROLLBACK');
  }
}

/** `SHARE UPDATE EXCLUSIVE` → `ShareUpdateExclusiveLock`. */
function mode(level: string): string {
  return `${level.toLowerCase().replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase())}Lock`;
}

const STRENGTH = [
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];

test.each([
  'ALTER TABLE users ADD COLUMN a int',
  'ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now()',
  'ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid()',
  'ALTER TABLE users ADD COLUMN a int GENERATED ALWAYS AS (age + 1) STORED',
  'ALTER TABLE users ADD COLUMN a bigserial',
  'ALTER TABLE users ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY',
  'ALTER TABLE notes ADD COLUMN a int REFERENCES users',
  'ALTER TABLE notes ADD COLUMN a int DEFAULT 1 REFERENCES users',
  'ALTER TABLE users ALTER age TYPE bigint',
  'ALTER TABLE users ALTER age SET NOT NULL',
  'ALTER TABLE users ALTER name DROP NOT NULL',
  'ALTER TABLE users ALTER age SET DEFAULT 5',
  'ALTER TABLE users DROP COLUMN age',
  'ALTER TABLE users ADD CONSTRAINT d CHECK (age > 0)',
  'ALTER TABLE users ADD CONSTRAINT d CHECK (age > 0) NOT VALID',
  'ALTER TABLE users ADD CONSTRAINT d UNIQUE (name, id)',
  'ALTER TABLE users ADD CONSTRAINT by_age UNIQUE USING INDEX by_age',
  'ALTER TABLE users ADD CONSTRAINT d EXCLUDE (id WITH =)',
  'ALTER TABLE notes ADD CONSTRAINT d FOREIGN KEY (user_id) REFERENCES users',
  'ALTER TABLE notes ADD CONSTRAINT d FOREIGN KEY (user_id) REFERENCES users NOT VALID',
  'ALTER TABLE users VALIDATE CONSTRAINT c',
  'ALTER TABLE notes VALIDATE CONSTRAINT fk',
  'ALTER TABLE users DROP CONSTRAINT c',
  'ALTER TABLE users ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE users SET (fillfactor = 90)',
  'ALTER TABLE users ALTER age SET STATISTICS 200',
  'ALTER TABLE users DISABLE TRIGGER t',
  'ALTER TABLE users DISABLE TRIGGER ALL',
  'ALTER TABLE users REPLICA IDENTITY FULL',
  'ALTER TABLE users RENAME COLUMN age TO years',
  'ALTER TABLE users RENAME TO people',
  'ALTER TABLE logs DETACH PARTITION logs_1',
  'ALTER TABLE prices SET UNLOGGED',
  'ALTER TABLE prices SET ACCESS METHOD heap2',
  'CREATE TABLE logs_3 PARTITION OF logs FOR VALUES FROM (3) TO (4)',
  'CREATE TABLE child () INHERITS (notes)',
  'REFRESH MATERIALIZED VIEW m',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
  'ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES FROM (2) TO (3)',
  'CREATE INDEX i ON users (age)',
  'CREATE TRIGGER u BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()',
  'CREATE POLICY q ON users',
  'CREATE TABLE more (user_id int REFERENCES users)',
  "INSERT INTO users VALUES (11, 'x')",
  'UPDATE users SET age = 1 WHERE id = 1',
  'DELETE FROM users WHERE id = 1',
  'TRUNCATE notes',
  'DROP TABLE notes',
  'DROP INDEX by_age',
  'DROP TRIGGER t ON users',
  'DROP POLICY own ON public.users',
  'DROP RULE r ON users',
  'CLUSTER users USING users_pkey',
  'REINDEX TABLE users',
])('%s', (sql) =>
  db.session(async (s) => {
    const [claims, { locks, rewritten }] = [await claimed(sql), await measured(s, sql)];
    expect(claims.length).toBeGreaterThan(0);
    for (const { relation, level, work } of claims) {
      const held = locks.find((one) => one.relation === relation.name)?.modes ?? [];
      const strongest = [...held].sort((a, b) => STRENGTH.indexOf(a) - STRENGTH.indexOf(b)).at(-1);
      expect(strongest, `on ${relation.name}`).toBe(mode(level));
      // TRUNCATE gives the table a new, empty file: nothing is rewritten.
      if (!sql.startsWith('TRUNCATE'))
        expect(rewritten.includes(relation.name), `${relation.name} rewritten`).toBe(work === 'rewrite');
    }
  }),
);

/** Nothing that others would wait for is left out. */
test.each([
  'CREATE TABLE logs_3 PARTITION OF logs FOR VALUES FROM (3) TO (4)',
  'ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES FROM (2) TO (3)',
  'ALTER TABLE notes DROP CONSTRAINT fk',
  'ALTER TABLE notes DROP COLUMN user_id',
  'DROP TABLE public.notes',
  'ALTER DOMAIN cents ADD CONSTRAINT positive CHECK (value > 0)',
  'ALTER DOMAIN cents ADD CONSTRAINT positive CHECK (value > 0) NOT VALID',
  'ALTER DOMAIN tip ADD CHECK (value > 0)',
  'ALTER TABLE prices ALTER id SET NOT NULL',
])('all of %s', (sql) =>
  db.session(async (s) => {
    const facts = await readFacts(s, { schemas: ['public'], mentioned: sql });
    const claims = await claimed(sql, facts);
    const { locks } = await measured(s, sql);
    const strong = locks.flatMap(({ relation, modes }) => {
      const [strongest] = modes
        .filter((one) => STRENGTH.indexOf(one) > 0)
        .sort((a, b) => STRENGTH.indexOf(b) - STRENGTH.indexOf(a));
      return strongest ? [`${relation} ${strongest}`] : [];
    });
    const tables = new Set(['users', 'notes', 'logs', 'logs_1', 'logs_2', 'prices']);
    expect(claims.map(({ relation, level }) => `${relation.name} ${mode(level)}`).sort()).toEqual(
      strong.filter((one) => tables.has(one.split(' ')[0] ?? '')).sort(),
    );
    if (sql.endsWith('SET NOT NULL')) expect(claims.map(({ work }) => work)).toEqual(['metadata']);
  }),
);
