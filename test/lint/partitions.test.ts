/** Partitioned tables, triggers, timeouts, CASCADE and what is held meanwhile: what is told, and that its hints are accepted by a server. */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import type { Example } from '../../src/lint/rule.ts';
import { type Shop, three, withShop } from '../migrate/harness.ts';
import { findingsOf } from './subjects.ts';

async function subjects(rule: string, example: Example): Promise<readonly string[]> {
  return (await findingsOf(example)).filter(({ code }) => code === `lint/${rule}`).map(({ subject }) => subject);
}

const codes = ({ findings }: Outcome): string[] => findings.map(({ code }) => code);

const P = 'CREATE TABLE p (a int) PARTITION BY LIST (a)';
const REST = 'CREATE TABLE rest PARTITION OF p DEFAULT';

describe('of a partitioned table that an earlier migration makes', () => {
  test.each([
    ['index-concurrently', 'CREATE INDEX i ON p (a)', ['i'], 'CREATE INDEX i ON ONLY p (a);'],
    ['index-concurrently', 'CREATE INDEX i ON ONLY p (a)', [], ''],
    ['concurrently-partitioned', 'CREATE INDEX CONCURRENTLY i ON p (a)', ['i'], 'CREATE INDEX i ON ONLY p (a);'],
    [
      'unique-using-index',
      'ALTER TABLE p ADD CONSTRAINT k UNIQUE (a)',
      ['p.k'],
      'ALTER TABLE ONLY p ADD CONSTRAINT k UNIQUE (a);',
    ],
    ['unique-using-index', 'ALTER TABLE ONLY p ADD CONSTRAINT k UNIQUE (a)', [], ''],
    ['unique-using-index', 'ALTER TABLE ONLY t ADD CONSTRAINT k UNIQUE (a)', ['t.k'], 'CONCURRENTLY'],
    ['foreign-key-not-valid', 'ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES u', ['p.p_a_fkey'], 'each partition'],
    [
      'foreign-key-not-valid',
      'ALTER TABLE p ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u NOT VALID',
      ['p.k'],
      'each partition',
    ],
    ['attach-partition-check', 'CREATE TABLE q PARTITION OF p FOR VALUES IN (1)', ['rest'], 'Add a CHECK to rest'],
    ['attach-partition-check', 'CREATE TABLE q PARTITION OF other FOR VALUES IN (1)', [], ''],
    ['attach-partition-check', 'DROP TABLE rest; CREATE TABLE q PARTITION OF p FOR VALUES IN (1)', [], ''],
    [
      'attach-partition-check',
      'ALTER TABLE p DETACH PARTITION rest; CREATE TABLE q PARTITION OF p FOR VALUES IN (1)',
      [],
      '',
    ],
    [
      'attach-partition-check',
      'CREATE TABLE q (a int); ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1)',
      ['rest'],
      '',
    ],
  ] as const)('%s: %s', async (rule, up, expected, hint) => {
    const found = (await findingsOf({ earlier: `${P}; ${REST}`, up, down: 'SELECT 1' })).filter(
      ({ code, message }) => code === `lint/${rule}` && message.startsWith('001_a'),
    );
    expect(found.map(({ subject }) => subject)).toEqual(expected);
    for (const one of found) expect(one.hint).toContain(hint);
  });

  test('since PostgreSQL 18 its keys take NOT VALID', async () => {
    const up = 'ALTER TABLE p ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u NOT VALID';
    const example = { earlier: P, up, down: 'SELECT 1' };
    expect(await subjects('foreign-key-not-valid', { ...example, server: 170_000 })).toEqual(['p.k']);
    expect(await subjects('foreign-key-not-valid', { ...example, server: 180_000 })).toEqual([]);
  });
});

async function withParts(work: (shop: Shop, judged: (sql: string) => Promise<readonly string[]>) => Promise<void>) {
  await withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query(
      `CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE SCHEMA parts;
       CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE parts.rest PARTITION OF p DEFAULT;
       CREATE INDEX p_b ON p (b); INSERT INTO users SELECT generate_series(1, 9);
       INSERT INTO p SELECT n, n FROM generate_series(1, 9) n; ANALYZE`,
    );
    await work(shop, async (sql) => {
      shop.write({ 'migrations/004_a.sql': `-- Up Migration\n${sql};\n-- Down Migration\nSELECT 1;\n` });
      return codes(await shop.call('lint')).filter((code) => code !== 'lint/foreign-key-index');
    });
  });
}

test('the default partition of the database is known, wherever it lies; a CHECK of it is believed, and few rows are a note', () =>
  withParts(async (shop, judged) => {
    const add = 'CREATE TABLE p2 PARTITION OF p FOR VALUES IN (20)';
    expect(await judged(add)).toEqual(['lint/attach-partition-check']);
    expect((await shop.call('lint')).findings).toMatchObject([{ subject: 'parts.rest', level: 'note' }]);
    await shop.query('ALTER TABLE parts.rest ADD CHECK (a IS NOT NULL AND a <> 20)');
    expect(await judged(add)).toEqual([]);
    await shop.query('ALTER TABLE parts.rest DROP CONSTRAINT rest_a_check; DELETE FROM parts.rest; ANALYZE parts.rest');
    expect(await judged(add)).toEqual([]);
  }));

test('what the hints say about a partitioned table is accepted by the server, reads no row twice, and by lint', () =>
  withParts(async (shop, judged) => {
    expect(await judged('CREATE INDEX p_a ON ONLY p (a)')).toEqual([]);
    expect(await judged('ALTER TABLE ONLY p ADD CONSTRAINT k UNIQUE (a, b)')).toEqual([]);
    expect(await judged('DROP INDEX CONCURRENTLY p_b')).toEqual(['lint/concurrently-partitioned']);
    expect(await judged('DROP INDEX p_b')).toEqual(['lint/drop-index-concurrently']);
    expect((await shop.call('lint')).findings[0]?.hint).toContain('no concurrent form');
    const key = 'ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES users';
    const each = ['p1', 'parts.rest'].map((part) => `ALTER TABLE ${part} ${key} NOT VALID`);
    expect(await judged(each.join('; '))).toEqual([]);
    await shop.query(
      `ALTER TABLE ONLY p ADD CONSTRAINT k UNIQUE (a, b); CREATE UNIQUE INDEX p1_k ON p1 (a, b);
       CREATE UNIQUE INDEX rest_k ON parts.rest (a, b); ALTER TABLE p1 ADD CONSTRAINT p1_k UNIQUE USING INDEX p1_k;
       ALTER TABLE parts.rest ADD CONSTRAINT rest_k UNIQUE USING INDEX rest_k; ALTER INDEX k ATTACH PARTITION p1_k;
       ALTER INDEX k ATTACH PARTITION parts.rest_k; ${each.join('; ')};
       ALTER TABLE p1 VALIDATE CONSTRAINT fk; ALTER TABLE parts.rest VALIDATE CONSTRAINT fk`,
    );
    const read = await shop.session(async (s) => {
      await s.query('BEGIN');
      const scans = "SELECT sum(seq_scan)::int AS n FROM pg_stat_xact_user_tables WHERE relname IN ('p1', 'rest')";
      const before = await s.query(scans);
      await s.query(`ALTER TABLE p ${key}`);
      const after = await s.query(scans);
      await s.query('COMMIT');
      return [before, after];
    });
    expect(read[1]).toEqual(read[0]);
    const [index] = await shop.query("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'k'::regclass");
    expect(index?.valid).toBe(true);
    await expect(shop.query('DROP INDEX CONCURRENTLY p_b')).rejects.toThrow(/partitioned/);
    await expect(shop.query(`ALTER TABLE p ${key.replace('fk', 'fk2')} NOT VALID`)).rejects.toThrow(/NOT VALID/);
  }));

describe('what stays off, is cut off, or taken along', () => {
  test.each([
    ['trigger-off', 'ALTER TABLE t DISABLE TRIGGER x', ['t']],
    ['trigger-off', 'ALTER TABLE t DISABLE TRIGGER x; ALTER TABLE t ENABLE TRIGGER y', ['t']],
    ['trigger-off', 'ALTER TABLE t DISABLE TRIGGER x; ALTER TABLE t ENABLE TRIGGER USER', []],
    ['trigger-off', 'ALTER TABLE t DISABLE TRIGGER USER; ALTER TABLE t ENABLE TRIGGER ALL', []],
    ['trigger-off', 'ALTER TABLE t DISABLE TRIGGER ALL; ALTER TABLE t ENABLE TRIGGER ALL', ['t']],
    ['trigger-off', 'CREATE TABLE t (a int); ALTER TABLE t DISABLE TRIGGER ALL', []],
    ['trigger-off', "SET session_replication_role = 'replica'", ['session_replication_role']],
    ['trigger-off', 'SET session_replication_role = origin', []],
    ['concurrently-timeout', "SET statement_timeout = '5s'; REINDEX TABLE CONCURRENTLY t", ['t']],
    ['concurrently-timeout', "SET lock_timeout = '5s'; SET lock_timeout = 0; DROP INDEX CONCURRENTLY i", []],
    ['concurrently-timeout', "SET lock_timeout = '5s'; RESET lock_timeout; DROP INDEX CONCURRENTLY i", []],
    ['concurrently-timeout', "SET LOCAL lock_timeout = '5s'; DROP INDEX CONCURRENTLY i", []],
    ['concurrently-timeout', "SELECT set_config('lock_timeout', '1s', false); DROP INDEX CONCURRENTLY i", ['i']],
    ['concurrently-timeout', "SET lock_timeout = '5s'; CREATE INDEX i ON t (a)", []],
    ['drop-cascade', 'DROP FUNCTION f(int) CASCADE', ['f']],
    ['drop-cascade', 'DROP DOMAIN cents CASCADE', ['cents']],
    ['drop-cascade', 'DROP TYPE mood', []],
    ['drop-cascade', "CREATE TYPE mood AS ENUM ('a'); DROP TYPE mood CASCADE", []],
    ['drop-cascade', 'DROP OWNED BY bob', ['bob']],
    ['drop-cascade', 'ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE', ['t.t_pkey']],
    ['drop-cascade', 'ALTER TABLE t DROP CONSTRAINT t_pkey', []],
    ['rewrite-table', 'ALTER INDEX i SET TABLESPACE fast', ['i']],
    ['rewrite-table', 'ALTER INDEX i SET (fillfactor = 70)', []],
    ['rewrite-table', 'ALTER MATERIALIZED VIEW m SET ACCESS METHOD heap2', ['m']],
    ['rewrite-table', 'ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE fast', ['slow']],
    ['refresh-concurrently', 'REFRESH MATERIALIZED VIEW v WITH NO DATA', ['v']],
    ['rename', 'ALTER VIEW v SET SCHEMA s', ['v']],
    ['rename', 'CREATE VIEW v AS SELECT 1; ALTER VIEW v SET SCHEMA s', []],
    ['rename', 'ALTER FUNCTION f(int) SET SCHEMA s', ['f']],
    ['rename', 'ALTER SEQUENCE q SET SCHEMA s', []],
    ['reindex-concurrently', 'CREATE TABLE t (a int); REINDEX TABLE t', []],
    ['column-required', 'ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) VIRTUAL NOT NULL', []],
    ['column-default-volatile', "ALTER TABLE t ADD c text[] DEFAULT string_to_array('a,b', ',')", []],
    ['column-default-volatile', 'ALTER TABLE t ADD c int DEFAULT mine()', ['t.c']],
    ['set-not-null', 'CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL', []],
  ])('%s: %s', async (rule, sql, expected) => {
    expect(await subjects(rule, sql)).toEqual(expected);
  });

  test('a key of the database that nothing rests on may be dropped with CASCADE', () =>
    withShop(three(), async (shop) => {
      await shop.call('up');
      await shop.query('ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0); INSERT INTO users VALUES (1)');
      shop.write({
        'migrations/004_a.sql':
          '-- Up Migration\nALTER TABLE users DROP CONSTRAINT c CASCADE;\nALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;\n-- Down Migration\nSELECT 1;\n',
      });
      expect((await shop.call('lint')).findings).toMatchObject([{ code: 'lint/drop-cascade', place: { line: 3 } }]);
    }));
});

describe('work-under-lock', () => {
  test.each([
    ['ALTER TABLE t ADD a int; ALTER TABLE u VALIDATE CONSTRAINT k', ['u']],
    ['ALTER TABLE t ADD a int; ALTER TABLE t VALIDATE CONSTRAINT k', []],
    ['ALTER TABLE t ADD a int; INSERT INTO log SELECT * FROM big', ['big']],
    ['ALTER TABLE t ADD a int; INSERT INTO log SELECT * FROM big LIMIT 5', []],
    ['ALTER TABLE t ADD a int; INSERT INTO log VALUES (1)', []],
    ["ALTER TABLE t ADD a int; INSERT INTO r SELECT 'x' WHERE NOT EXISTS (SELECT FROM r WHERE k = 'x')", []],
    ['CREATE TABLE n (id int REFERENCES users); INSERT INTO n SELECT id FROM users', ['users']],
    ['CREATE TABLE n (id int); INSERT INTO n SELECT id FROM users', []],
    ['CREATE TABLE n (id int REFERENCES users); UPDATE settings SET v = 1 WHERE k = 5', []],
    ['LOCK TABLE t; DELETE FROM u', ['u']],
    ['LOCK TABLE t IN ACCESS SHARE MODE; DELETE FROM u', []],
    ['ALTER TABLE t DISABLE TRIGGER x; UPDATE t SET a = 1; ALTER TABLE t ENABLE TRIGGER x', ['t']],
    ['CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f(); CREATE INDEX i ON t (a)', []],
    ['ALTER TABLE t ADD a int; CREATE INDEX i ON t (a)', ['t']],
  ])('%s', async (sql, expected) => {
    expect(await subjects('work-under-lock', sql)).toEqual(expected);
  });
});
