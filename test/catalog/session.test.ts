/** How a read behaves towards the session it borrows, what it leaves out, and what it says of what it cannot hold. */
import { expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash } from '../../src/catalog/snapshot.ts';
import type { Session } from '../../src/pg/pool.ts';
import { withSession } from '../../src/pg/pool.ts';
import { useDatabase, withTestDatabase } from '../support/database.ts';

const database = useDatabase();

const inside = async <T>(session: Session, work: () => Promise<T>): Promise<T> => {
  await session.query('BEGIN');
  try {
    return await work();
  } finally {
    await session.query('ROLLBACK');
  }
};

const setting = async (session: Session, name: string): Promise<unknown> =>
  (await session.query<{ value: unknown }>('SELECT current_setting($1) AS value', [name]))[0]?.value;

async function failure(work: Promise<unknown>): Promise<ToolError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ToolError)) throw new Error(`expected a ToolError, got ${String(thrown)}`);
  return thrown;
}

test('sees the uncommitted work of the transaction it is called in, and leaves its settings and savepoints alone', async () => {
  await database.session((session) =>
    inside(session, async () => {
      await session.batch(
        'CREATE SCHEMA mine; CREATE TABLE mine.x (a integer); SAVEPOINT before; SET LOCAL search_path = mine',
      );
      await session.batch("SET LOCAL TimeZone = 'Asia/Tokyo'");
      const snapshot = await readSnapshot(session, { schemas: ['mine'] });
      expect(snapshot.tables.map(({ name }) => name)).toEqual(['x']);
      expect(await setting(session, 'search_path')).toBe('mine');
      expect(await setting(session, 'TimeZone')).toBe('Asia/Tokyo');
      expect(await setting(session, 'transaction_isolation')).toBe('read committed');
      await session.batch('INSERT INTO x VALUES (1); ROLLBACK TO SAVEPOINT before; INSERT INTO mine.x VALUES (2)');
      expect(await session.query('SELECT a FROM mine.x')).toEqual([{ a: 2 }]);
    }),
  );
});

test('outside a transaction it leaves none open and no setting behind', async () => {
  await database.session(async (session) => {
    const before = await setting(session, 'search_path');
    await readSnapshot(session);
    expect(session.client.getTransactionStatus()).toBe('I');
    expect(await setting(session, 'search_path')).toBe(before);
    expect(await setting(session, 'transaction_read_only')).toBe('off');
  });
});

test('inside a transaction that has already failed it says so, and the transaction can still be rolled back', async () => {
  await database.session((session) =>
    inside(session, async () => {
      await session.query('SELECT 1/0').catch(() => undefined);
      const error = await failure(readSnapshot(session));
      expect(error.code).toBe('QUERY_FAILED');
      expect(error.message).toBe(
        'the catalog cannot be read: current transaction is aborted, commands ignored until end of transaction block',
      );
      expect(error.more.detail).toMatch(/^database: .*\nSQLSTATE 25P02/);
    }),
  );
});

test('an error in a caller’s transaction does not spoil it', async () => {
  await database.session(async (other) => {
    await other.batch('CREATE TABLE held (a integer); CREATE VIEW of_held AS SELECT a FROM held');
    await database.session((session) =>
      inside(session, async () => {
        await other.batch('BEGIN; LOCK TABLE held');
        await session.batch("CREATE TABLE kept (a integer); SET LOCAL lock_timeout = '50ms'");
        const error = await failure(readSnapshot(session));
        expect(error.message).toBe('the catalog cannot be read: canceling statement due to lock timeout');
        await other.query('ROLLBACK');
        expect((await readSnapshot(session)).tables.map(({ name }) => name)).toContain('kept');
      }),
    );
    await other.batch('DROP VIEW of_held; DROP TABLE held');
  });
});

test('a connection cut in the middle is told as that', async () => {
  await database.session(async (victim) => {
    await database.session((killer) => killer.query('SELECT pg_terminate_backend($1, 5000)', [victim.pid]));
    const error = await failure(readSnapshot(victim));
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.more.detail).toContain(`/${victim.target.database}`);
  });
});

test('survives tables that come and go while it reads', async () => {
  await withTestDatabase(async (target) => {
    let stop = false;
    const churn = withSession(target, async (session) => {
      for (let i = 0; !stop; i += 1) {
        await session.batch(
          `CREATE TABLE c${i % 5} (id serial PRIMARY KEY, a text CHECK (a <> ''));
           CREATE INDEX ON c${i % 5} (lower(a)); CREATE VIEW v${i % 5} AS SELECT * FROM c${i % 5}`,
        );
        await session.batch(`DROP VIEW v${i % 5}; DROP TABLE c${i % 5}`);
        await session.query('SELECT pg_sleep(0.01)');
      }
    });
    await withSession(target, async (session) => {
      await session.query('CREATE TABLE stays (id integer)');
      for (let i = 0; i < 60; i += 1) {
        const { tables } = await readSnapshot(session);
        expect(tables.map(({ name }) => name)).toContain('stays');
      }
    }).finally(async () => {
      stop = true;
      await churn;
    });
  });
});

test('a role that may see nothing reads the same', async () => {
  await withTestDatabase(async (target) => {
    await withSession(target, (session) =>
      inside(session, async () => {
        await session.batch(`
          CREATE ROLE strata_sees_little; REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE SCHEMA hidden;
          CREATE TABLE hidden.a (id serial PRIMARY KEY, b text DEFAULT 'x' CHECK (b <> ''));
          ALTER TABLE hidden.a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON hidden.a USING (id > 0);
          CREATE VIEW hidden.v AS SELECT b FROM hidden.a;
          CREATE FUNCTION hidden.f() RETURNS text LANGUAGE sql AS $$ SELECT b FROM hidden.a $$;
          REVOKE ALL ON ALL TABLES IN SCHEMA hidden FROM PUBLIC; CREATE PUBLICATION pub FOR TABLE hidden.a;
          SELECT lo_create(0)`);
        const all = await readSnapshot(session, { owners: true });
        await session.query('SET LOCAL ROLE strata_sees_little');
        const little = await readSnapshot(session, { owners: true });
        expect(snapshotHash(little)).toBe(snapshotHash(all));
        expect(little.tables.map(({ name }) => name)).toEqual(['a']);
      }),
    );
  });
});

test('leaves out what it is told to, with all that hangs on it', async () => {
  await database.session((session) =>
    inside(session, async () => {
      await session.batch(`CREATE SCHEMA tool; CREATE SCHEMA app`);
      const bare = await readSnapshot(session, { schemas: ['app', 'tool'] });
      await session.batch(`
        CREATE TABLE app.schema_migrations (id bigserial PRIMARY KEY, version text UNIQUE CHECK (version <> ''));
        COMMENT ON COLUMN app.schema_migrations.version IS 'x'; CREATE INDEX ON app.schema_migrations (lower(version));
        CREATE TABLE tool."the ""journal""" (id bigint GENERATED ALWAYS AS IDENTITY, note text);
        CREATE SEQUENCE tool.lease; CREATE VIEW tool.last AS SELECT max(version) FROM app.schema_migrations`);
      const exclude = [
        { schema: 'app', name: 'schema_migrations' },
        { schema: 'tool', name: 'the "journal"' },
        { schema: 'tool', name: 'lease' },
        { schema: 'tool', name: 'last' },
        { schema: 'tool', name: 'not there' },
      ];
      const rest = await readSnapshot(session, { schemas: ['app', 'tool'], exclude });
      expect(rest).toEqual(bare);
      await session.query('CREATE TABLE app.b (v text REFERENCES app.schema_migrations (version))');
      const { tables } = await readSnapshot(session, { schemas: ['app'], exclude });
      expect(tables.map(({ name }) => name)).toEqual(['b']);
      expect(tables[0]?.constraints[0]).toMatchObject({
        references: { schema: 'app', name: 'schema_migrations', columns: ['version'] },
      });
    }),
  );
});

test('without partitions it is the same before and after a job made some; a table that merely inherits stays', async () => {
  await database.session((session) =>
    inside(session, async () => {
      await session.batch(`
        CREATE SCHEMA parts; CREATE TABLE parts.log (at date NOT NULL, kind integer, PRIMARY KEY (at, kind)) PARTITION BY RANGE (at);
        CREATE TABLE parts.base (a integer); CREATE TABLE parts.heir (b integer) INHERITS (parts.base)`);
      const read = (options = {}): ReturnType<typeof readSnapshot> =>
        readSnapshot(session, { schemas: ['parts'], partitions: false, ...options });
      const before = await read();
      expect(before.tables.map(({ name }) => name)).toEqual(['base', 'heir', 'log']);
      await session.batch(`
        CREATE TABLE parts.log_rest PARTITION OF parts.log DEFAULT;
        CREATE TABLE parts.log_2026 PARTITION OF parts.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (kind);
        CREATE TABLE parts.log_2026_1 PARTITION OF parts.log_2026 FOR VALUES IN (1);
        CREATE INDEX ON parts.log_2026_1 (at); COMMENT ON TABLE parts.log_rest IS 'x'; ALTER TABLE parts.log_rest ENABLE ROW LEVEL SECURITY;
        ALTER TABLE parts.log_rest ADD CONSTRAINT positive CHECK (kind > 0)`);
      expect(await read()).toEqual(before);
      expect((await read({ partitions: true })).tables).toHaveLength(6);
      await session.batch('ALTER TABLE parts.log ADD COLUMN note text');
      expect(snapshotHash(await read())).not.toBe(snapshotHash(before));
    }),
  );
});

test('names the target of a foreign key and the parent of a table outside the schemas read', async () => {
  await database.session((session) =>
    inside(session, async () => {
      await session.batch(`
        CREATE SCHEMA near; CREATE SCHEMA far; CREATE TABLE far.t (gone integer, "the id" integer PRIMARY KEY);
        ALTER TABLE far.t DROP gone; CREATE TABLE near.c (x integer REFERENCES far.t) INHERITS (far.t)`);
      const { tables } = await readSnapshot(session, { schemas: ['near'] });
      expect(tables[0]?.parents).toEqual([{ schema: 'far', name: 't', bound: null }]);
      const key = { schema: 'far', name: 't', columns: ['the id'] };
      expect(tables[0]?.constraints.map((c) => ('references' in c ? c.references : null))).toEqual([key]);
    }),
  );
});

test('leaves out what belongs to an extension', async () => {
  await database.session((session) =>
    inside(session, async () => {
      const before = await readSnapshot(session);
      await session.batch('CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION pg_stat_statements');
      const after = await readSnapshot(session);
      const names = after.extensions.map(({ name }) => name);
      expect(names).toEqual(['citext', 'hstore', 'pg_stat_statements', 'plpgsql']);
      expect({ ...after, extensions: before.extensions }).toEqual(before);
    }),
  );
});

test('owners only when asked for', async () => {
  await database.session((session) =>
    inside(session, async () => {
      await session.batch("CREATE TABLE o (a integer); CREATE TYPE e AS ENUM ('x'); CREATE SEQUENCE q");
      const user = (await session.query<{ user: string }>('SELECT current_user AS user'))[0]?.user;
      const asked = await readSnapshot(session, { owners: true });
      expect([asked.tables[0], asked.types[0], asked.sequences[0]].map((o) => o?.owner)).toEqual([user, user, user]);
      expect(JSON.stringify(await readSnapshot(session))).not.toContain('"owner"');
    }),
  );
});
