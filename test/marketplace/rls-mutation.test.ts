/**
 * What every role can do to every table, tried and compared with a stored and reviewed matrix; and proof that the matrix guards each policy:
 * dropped or weakened in turn, every one of them changes it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { sqlstateOf, useMarketplace } from './support/marketplace.ts';
import { addWorld, type World } from './support/world.ts';

const db = useMarketplace();
const STORED = 'test/cases/marketplace/rls-matrix.json';
const COMMANDS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
type Command = (typeof COMMANDS)[number];
/** By table and command: what each one gets, as "who=rows or SQLSTATE". */
type Matrix = Readonly<Record<string, string>>;

interface Table {
  readonly name: string;
  readonly insertable: readonly string[];
  readonly updatable: string | null;
}

/** What only the tutor who is not approved has: a policy that shows the parts of approved tutors must not show these. */
const HIDDEN = `
  INSERT INTO tutor_certifications (tutor_profile_id, title, issuer, issued_on) VALUES (:hidden, 'c', 'i', '2020-01-01');
  INSERT INTO tutor_education (tutor_profile_id, institution, degree, start_year) VALUES (:hidden, 'i', 'd', 2000);
  INSERT INTO tutor_languages (tutor_profile_id, language_code, fluency) VALUES (:hidden, 'en', 'native');
  INSERT INTO tutor_pricing_options (tutor_profile_id, title, duration_minutes, price_cents, currency) VALUES (:hidden, 't', 60, 100, 'EUR');
  INSERT INTO tutor_metrics (tutor_profile_id) VALUES (:hidden)`;
/** A new profile is not approved: with the status of the row at hand, a trigger would refuse before the policy does. */
const FITTING: Readonly<Record<string, object>> = { tutor_profiles: { profile_status: 'incomplete' } };
/** The trigger guard_user refuses new accounts to everybody but administrators, before the policy is asked: two locks, one key. */
const EQUIVALENT: readonly string[] = ['users: users_insert weakened'];

let world: World;
let tables: readonly Table[];
/** Any row of each table, as JSON. */
let rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>;

beforeAll(() =>
  db.session(async (s) => {
    world = await addWorld(s);
    tables = await s.query<{ name: string; insertable: string[]; updatable: string | null }>(`
      SELECT c.relname AS name, coalesce(array_agg(attname::text ORDER BY attnum) FILTER (WHERE has_column_privilege('app_user', c.oid, attnum, 'INSERT')), '{}') AS insertable,
        min(attname::text) FILTER (WHERE has_column_privilege('app_user', c.oid, attnum, 'UPDATE') AND attname <> 'id') AS updatable
      FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition GROUP BY 1, c.oid ORDER BY 1`);
    await s.batch(HIDDEN.replaceAll(':hidden', String(world.hidden.id)));
    const found = new Map<string, Readonly<Record<string, unknown>>>();
    for (const { name } of tables) {
      const sql = `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY 1 LIMIT 1`;
      const [row] = await s.query<{ row: Readonly<Record<string, unknown>> }>(sql);
      found.set(name, { ...row?.row, ...FITTING[name] });
    }
    rows = found;
  }),
);

const actors = (): Readonly<Record<string, readonly [role: string, id: number | '']>> => ({
  anonymous: ['app_user', ''],
  student: ['app_user', world.student],
  'other student': ['app_user', world.otherStudent],
  tutor: ['app_user', world.tutor.userId],
  'other tutor': ['app_user', world.otherTutor.userId],
  'hidden tutor': ['app_user', world.hidden.userId],
  admin: ['app_user', world.admin],
  owner: ['app_owner', ''],
});

/**
 * Without WHERE and RETURNING, so that no policy for reading stands in for one for writing. Rows that do not fit otherwise end with the
 * constraint's SQLSTATE: the policies come first.
 */
function statement({ name, insertable, updatable }: Table, command: Command): [sql: string, params: unknown[]] | null {
  const row = rows.get(name) ?? {};
  if (command === 'SELECT') return [`SELECT 1 FROM ${name}`, []];
  if (command === 'DELETE') return [`DELETE FROM ${name}`, []];
  if (command === 'INSERT') {
    const columns = insertable.join(', ');
    return columns === ''
      ? null
      : [
          `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::${name}, $1)`,
          [JSON.stringify(row)],
        ];
  }
  if (updatable === null) return null;
  return [
    `UPDATE ${name} SET ${updatable} = (jsonb_populate_record(NULL::${name}, $1)).${updatable}`,
    [JSON.stringify(row)],
  ];
}

async function attempt(
  s: Session,
  [role, id]: readonly [string, number | ''],
  [sql, params]: [string, unknown[]],
): Promise<string> {
  await s.batch(`SAVEPOINT attempt; SET LOCAL ROLE ${role}; SELECT set_config('app.user_id', '${id}', true)`);
  try {
    const { rowCount } = await s.client.query(sql, params);
    return String(rowCount);
  } catch (thrown) {
    const { code = '', constraint } = thrown as { code?: string; constraint?: string };
    return sqlstateOf(code, constraint);
  } finally {
    await s.batch('ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt');
  }
}

async function cell(s: Session, table: Table, command: Command): Promise<string | null> {
  const tried = statement(table, command);
  if (tried === null) return null;
  const got: string[] = [];
  for (const [who, actor] of Object.entries(actors())) got.push(`${who}=${await attempt(s, actor, tried)}`);
  return got.join(' · ');
}

async function matrix(s: Session): Promise<Matrix> {
  const all: Record<string, string> = {};
  for (const table of tables) {
    for (const command of COMMANDS) {
      const got = await cell(s, table, command);
      if (got !== null) all[`${table.name} ${command}`] = got;
    }
  }
  return all;
}

const undone = <T>(work: (s: Session) => Promise<T>): Promise<T> =>
  db.session(async (s) => {
    await s.query('BEGIN');
    try {
      return await work(s);
    } finally {
      await s.query('ROLLBACK');
    }
  });

test('the matrix of roles, commands and tables is the reviewed one; UPDATE=1 renews it', async () => {
  const now = await undone(matrix);
  if (process.env.UPDATE || !existsSync(STORED)) {
    mkdirSync(dirname(STORED), { recursive: true });
    writeFileSync(STORED, `${JSON.stringify(now, null, 1)}\n`);
  }
  expect(now).toEqual(JSON.parse(readFileSync(STORED, 'utf8')));
});

interface Policy {
  readonly table: string;
  readonly name: string;
  readonly command: Command | 'ALL';
  readonly using: string | null;
  readonly check: string | null;
}

test(
  'every policy, dropped or weakened to everybody, changes the matrix',
  () =>
    undone(async (s) => {
      const stored = JSON.parse(readFileSync(STORED, 'utf8')) as Matrix;
      const policies = await s.query<{
        table: string;
        name: string;
        command: Policy['command'];
        using: string | null;
        check: string | null;
      }>(
        `SELECT tablename AS table, policyname AS name, cmd AS command, qual AS using, with_check AS check FROM pg_policies
       WHERE schemaname = 'public' AND tablename = ANY ($1) ORDER BY 1, 2`,
        [tables.map(({ name }) => name)],
      );
      expect(policies.length).toBeGreaterThan(100);
      const unnoticed: string[] = [];
      for (const policy of policies) {
        for (const [how, sql] of mutations(policy)) {
          await s.batch(`SAVEPOINT mutant; ${sql}`);
          if (!(await noticed(s, policy, stored))) unnoticed.push(`${policy.table}: ${policy.name} ${how}`);
          await s.batch('ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant');
        }
      }
      expect(unnoticed).toEqual(EQUIVALENT);
    }),
  60_000,
);

function mutations({ table, name, using, check }: Policy): readonly (readonly [how: string, sql: string])[] {
  const parts = [
    using === null || using === 'true' ? '' : 'USING (true)',
    check === null || check === 'true' ? '' : 'WITH CHECK (true)',
  ];
  const weaker = parts.filter(Boolean).join(' ');
  const drop = ['dropped', `DROP POLICY ${name} ON ${table}`] as const;
  return weaker === '' ? [drop] : [drop, ['weakened', `ALTER POLICY ${name} ON ${table} ${weaker}`]];
}

async function noticed(s: Session, policy: Policy, stored: Matrix): Promise<boolean> {
  const table = tables.find(({ name }) => name === policy.table);
  const commands = policy.command === 'ALL' ? COMMANDS : [policy.command];
  for (const command of commands) {
    const got = table && (await cell(s, table, command));
    if (got !== null && got !== stored[`${policy.table} ${command}`]) return true;
  }
  return false;
}
