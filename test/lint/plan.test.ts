/** `strata plan` says what each statement locks, how long, on how many rows, and which hazards lint sees; and touches nothing. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import { three, withShop } from '../migrate/harness.ts';

interface Data {
  readonly steps: readonly { readonly statements: readonly { readonly locks: readonly Record<string, unknown>[] }[] }[];
}

function text({ view }: Outcome): string {
  return view.map((block) => (block.kind === 'verbatim' ? block.text : '')).join('\n');
}

const RISKY = `-- Up Migration
ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
CREATE INDEX users_token ON users (token);
CREATE TABLE orders (user_id int REFERENCES users);
COMMENT ON TABLE orders IS 'x';
-- Down Migration
DROP TABLE orders;
DROP INDEX users_token;
ALTER TABLE users DROP COLUMN token;
`;

test('locks, work, rows and hazards, up and down', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('INSERT INTO users SELECT generate_series(1, 3000); ANALYZE users');
    shop.write({ 'migrations/004_risky.sql': RISKY });
    const plan = await shop.call('plan');
    expect(plan.ok).toBe(true);
    expect(text(plan)).toContain(
      '-- migrations/004_risky.sql:2\n-- users: ACCESS EXCLUSIVE while it writes every row anew (about 3,000 rows, 0.2 MiB)\n-- lint/column-default-volatile: ',
    );
    expect(text(plan)).toContain(
      '-- users: SHARE while it reads every row (about 3,000 rows, 0.2 MiB)\n-- lint/index-concurrently',
    );
    expect(text(plan)).toContain('-- users: SHARE ROW EXCLUSIVE for a moment (about 3,000 rows, 0.2 MiB)\n');
    const [first, , , comment] = (plan.data as Data).steps[0]?.statements ?? [];
    expect(first?.locks).toEqual([
      {
        relation: 'users',
        schema: 'public',
        name: 'users',
        lock: 'ACCESS EXCLUSIVE',
        work: 'rewrite',
        rows: 3000,
        bytes: expect.any(Number),
        exists: true,
        certain: true,
      },
    ]);
    expect(comment?.locks).toEqual([]);
    expect(plan.findings.map(({ code, level }) => `${code} ${level}`)).toEqual([
      'lint/column-default-volatile warning',
      'lint/index-concurrently warning',
      'lint/work-under-lock warning',
      'lint/foreign-key-index warning',
    ]);
    expect(
      await shop.query("SELECT FROM pg_attribute WHERE attname = 'token' AND attrelid = 'users'::regclass"),
    ).toEqual([]);
    await shop.call('up');
    const down = await shop.call('plan down');
    expect(text(down)).toContain('-- users: ACCESS EXCLUSIVE for a moment (about 3,000 rows');
    expect(text(down)).toContain('-- users: ACCESS EXCLUSIVE for a moment (about 3,000 rows');
    expect(down.findings.filter(({ code }) => code.startsWith('lint/'))).toEqual([]);
  }));

test('on an empty database nobody waits, so no lock is told and nothing is a hazard', () =>
  withShop(three(), async (shop) => {
    const plan = await shop.call('plan');
    expect(text(plan)).not.toContain('EXCLUSIVE');
    expect(plan.findings).toEqual([]);
  }));

test('a comment that accepts a hazard holds here too, and one for the other direction is no fault', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('INSERT INTO users VALUES (1)');
    shop.write({
      'migrations/004_a.sql':
        '-- Up Migration\n-- strata-lint-ignore index-concurrently: small\nCREATE INDEX a ON users (id);\n-- Down Migration\n-- strata-lint-ignore drop-column: only to be unused here\nDROP INDEX a;\n',
    });
    expect((await shop.call('plan')).findings).toEqual([]);
  }));

const BLOCKS = `-- Up Migration
DO $$
DECLARE what text := 'ALTER TABLE users ADD COLUMN c int';
BEGIN
  IF now() < 'epoch' THEN
    ALTER TABLE users ADD COLUMN b bigserial;
  END IF;
  UPDATE users SET id = id;
  EXECUTE what;
  EXECUTE format('LOCK %I', 'users');
END $$;
CREATE PROCEDURE busy() LANGUAGE plpgsql AS $$ BEGIN DROP TABLE users; END $$;
CALL busy();
-- Down Migration
SELECT 1;
`;

test('a DO block: locks of what stands in it, if it comes to that; of what it EXECUTEs they are unknown where its text is', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('INSERT INTO users SELECT generate_series(1, 3000); ANALYZE users');
    shop.write({ 'migrations/004_blocks.sql': BLOCKS });
    const plan = await shop.call('plan');
    expect(text(plan)).toContain(
      '-- users: ACCESS EXCLUSIVE while it writes every row anew, if the block comes to it (about 3,000 rows, 0.2 MiB)\n' +
        '-- users: ROW EXCLUSIVE and the rows it changes until COMMIT, if the block comes to it (about 3,000 rows, 0.2 MiB)\n' +
        '-- what EXECUTE (line 8) locks is known only when it runs: strata plan --rehearse measures it\n',
    );
    expect(text(plan)).toContain(
      '-- what the procedure locks is known only when it runs: strata plan --rehearse measures it\nCALL busy()',
    );
    expect((plan.data as Data).steps[0]?.statements).toMatchObject([
      {
        locks: [
          { relation: 'users', lock: 'ACCESS EXCLUSIVE', certain: false },
          { relation: 'users', lock: 'ROW EXCLUSIVE', certain: false },
        ],
        locksUnknown: expect.stringContaining('EXECUTE'),
      },
      // Making it locks nothing; calling it does.
      { locks: [], locksUnknown: null },
      { locks: [], locksUnknown: expect.stringContaining('procedure') },
    ]);
  }));
