/** Promises that hold for every object, read from the catalog: a table added tomorrow is checked without a line here. */
import { describe, expect, test } from 'vitest';
import { useMarketplace } from './support/marketplace.ts';

const db = useMarketplace();
const OURS = `relnamespace = 'public'::regnamespace`;
const EXTENSION = (oid: string): string =>
  `EXISTS (SELECT FROM pg_depend e WHERE e.objid = ${oid} AND e.deptype = 'e')`;

const none = async (sql: string): Promise<void> => {
  expect(await db.session((s) => s.query(sql))).toEqual([]);
};

describe('every table', () => {
  test('there are tables at all, or these tests say nothing', async () => {
    const [row] = await db.session((s) =>
      s.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_class WHERE ${OURS} AND relkind IN ('r', 'p')`),
    );
    expect(row?.n).toBeGreaterThan(15);
  });
  test('has a comment, and so has every column', async () => {
    await none(
      `SELECT relname FROM pg_class c WHERE ${OURS} AND relkind IN ('r', 'p', 'v', 'm') AND obj_description(oid, 'pg_class') IS NULL`,
    );
    await none(`SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      WHERE ${OURS} AND relkind IN ('r', 'p') AND col_description(c.oid, attnum) IS NULL`);
  });
  test('has no default where a column holds a document with a schema: an empty one is none', async () => {
    const documents = `FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0
      WHERE ${OURS} AND col_description(c.oid, attnum) LIKE '%@schema(%'`;
    const named = await db.session((s) => s.query(`SELECT relname ${documents}`));
    expect(named).not.toEqual([]);
    await none(`SELECT relname, attname ${documents} AND atthasdef`);
  });
  test('has a primary key and created_at', async () => {
    await none(`SELECT relname FROM pg_class c WHERE ${OURS} AND relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND contype = 'p')`);
    await none(`SELECT relname FROM pg_class c WHERE ${OURS} AND relkind IN ('r', 'p') AND NOT EXISTS (
      SELECT FROM information_schema.columns i WHERE i.table_name = c.relname AND column_name = 'created_at'
        AND data_type = 'timestamp with time zone' AND is_nullable = 'NO' AND column_default = 'now()')`);
  });
  test('belongs to app_owner and enforces row level security, on its owner too', () =>
    none(`SELECT relname FROM pg_class c WHERE ${OURS} AND relkind IN ('r', 'p')
      AND NOT (relrowsecurity AND relforcerowsecurity AND relowner = 'app_owner'::regrole)`));
  test('keeps updated_at by trigger', () =>
    none(`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attname = 'updated_at' WHERE ${OURS} AND relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND tgfoid = 'set_updated_at'::regproc)`));
  test('grants nothing on partitions and nothing to PUBLIC', async () => {
    await none(
      `SELECT relname FROM pg_class c, aclexplode(relacl) g WHERE ${OURS} AND (g.grantee = 0 OR relispartition AND g.grantee <> relowner)`,
    );
    await none(
      `SELECT grantee FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee IN ('app_readonly', 'app_backup', 'app_system') AND privilege_type <> 'SELECT'`,
    );
  });
});

describe('every foreign key', () => {
  test('has an index that serves it', () =>
    none(`SELECT conrelid::regclass, conname FROM pg_constraint k WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND conparentid = 0
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]
        AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]))))`));
  test('chose its ON DELETE, and SET NULL only where null is allowed', async () => {
    await none(
      `SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND confdeltype = 'a'`,
    );
    await none(`SELECT conname FROM pg_constraint k JOIN pg_attribute a ON attrelid = conrelid AND attnum = ANY (conkey)
      WHERE contype = 'f' AND confdeltype = 'n' AND attnotnull`);
  });
});

describe('every name', () => {
  test('follows the convention', async () => {
    await none(`SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conname !~ CASE contype
      WHEN 'c' THEN '^chk_' WHEN 'u' THEN '^uq_' WHEN 'f' THEN '^fk_' WHEN 'x' THEN '^excl_' WHEN 'p' THEN '_pkey$' ELSE '' END`);
    await none(`SELECT c.relname FROM pg_class c JOIN pg_index ON indexrelid = oid JOIN pg_class t ON t.oid = indrelid
      WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x')) AND c.relname !~ '^(idx|uq)_'`);
  });
  test('tells the type: money, moments, percentages, truths', async () => {
    const columns = `SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
    await none(`${columns} AND column_name LIKE '%\\_cents' AND data_type NOT IN ('integer', 'bigint')`);
    await none(`${columns} AND column_name LIKE '%\\_at' AND data_type <> 'timestamp with time zone'`);
    await none(
      `${columns} AND column_name LIKE '%\\_pct' AND (data_type, numeric_precision, numeric_scale) IS DISTINCT FROM ('numeric', 5, 2)`,
    );
    await none(
      `${columns} AND column_name LIKE 'is\\_%' AND (data_type <> 'boolean' OR is_nullable = 'YES' OR column_default IS NULL)`,
    );
    await none(
      `${columns} AND column_name = 'currency' AND (data_type <> 'character varying' OR character_maximum_length <> 3)`,
    );
    await none(`SELECT t.typname FROM pg_type t WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace`);
  });
});

describe('every function', () => {
  const mine = `FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT ${EXTENSION('p.oid')}`;
  test('belongs to app_owner, has a comment, and PUBLIC may not call it', () =>
    none(`SELECT proname ${mine} AND (proowner <> 'app_owner'::regrole OR obj_description(oid, 'pg_proc') IS NULL
      OR EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0))`));
  test('that runs with its owner’s rights has a fixed search_path', () =>
    none(
      `SELECT proname ${mine} AND prosecdef AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=public, pg_temp', 'search_path=pg_catalog, pg_temp']`,
    ));
  test('that the application may call with the owner’s rights is one that asks who calls', () =>
    none(`SELECT proname ${mine} AND prosecdef AND has_function_privilege('app_user', oid, 'EXECUTE')
      AND prosrc !~ '(current_user_id|current_user_role|require_booking_role|current_tutor_profile_id|is_tutor_available|is_admin|app\\.user_id)' AND proname NOT IN ('is_tutor_available', 'search_tutors')`));
});

describe('policies', () => {
  test('name their role, and ask who the user is once per statement', () =>
    none(`SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND ('public' = ANY (roles)
      OR coalesce(qual, '') || coalesce(with_check, '') ~ '(?<!SELECT )(current_user_id|current_user_role|is_admin|current_tutor_profile_id)\\(')`));
  test('every view asks with the rights of who looks', () =>
    none(
      `SELECT relname FROM pg_class WHERE ${OURS} AND relkind = 'v' AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'`,
    ));
});

test('personal data is tagged: a column whose name suggests it says what it is', () =>
  none(`SELECT c.relname, attname FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    WHERE ${OURS} AND relkind IN ('r', 'p') AND NOT relispartition
      AND attname ~ '(email|phone|first_name|last_name|address|password|token|bio$|_name$|notes$|reason$|message$)'
      AND col_description(c.oid, attnum) !~ '@pii|no person'`));

test('every index has a name of at most 63 bytes that was not cut, and none is invalid or double', async () => {
  await none('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid');
  await none(`SELECT indrelid::regclass, array_agg(indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE ${OURS}
    GROUP BY indrelid, relam, indkey::text, indclass::text, indoption::text, coalesce(indexprs::text, ''), coalesce(indpred::text, ''), indisunique HAVING count(*) > 1`);
});
