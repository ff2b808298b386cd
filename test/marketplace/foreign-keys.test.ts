/**
 * What each foreign key does, tried: a row that points to nothing, and the row it points to deleted. Compared with a stored and reviewed list;
 * and proof that this guards each of them: dropped, or with another ON DELETE, every one is noticed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { ServerError } from '../../src/pg/server-error.ts';
import { only, sqlstateOf, useMarketplace } from './support/marketplace.ts';
import { prepareRefusals, undone } from './support/refusals.ts';

const STORED = 'test/cases/marketplace/foreign-keys.json';
const db = useMarketplace();
beforeAll(() => db.session(prepareRefusals));

interface ForeignKey {
  readonly name: string;
  readonly child: string;
  readonly column: string;
  readonly type: 'number' | 'text';
  readonly parent: string;
  readonly key: string;
  readonly definition: string;
}

const readKeys = (s: Session): Promise<readonly ForeignKey[]> =>
  s.query<ForeignKey & object>(`
    SELECT conname AS name, conrelid::regclass::text AS child, c.attname AS column,
      CASE WHEN c.atttypid IN ('integer'::regtype, 'bigint'::regtype) THEN 'number' ELSE 'text' END AS type, confrelid::regclass::text AS parent, p.attname AS key,
      pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN pg_attribute c ON (c.attrelid, c.attnum) = (conrelid, conkey[1])
      JOIN pg_attribute p ON (p.attrelid, p.attnum) = (confrelid, confkey[1])
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0 AND cardinality(conkey) = 1 ORDER BY 1`);

/** Everything else that could refuse or undo: other foreign keys to the parent and from the child, CHECKs, triggers of ours. */
async function leaveAlone(s: Session, { name, child, parent }: ForeignKey): Promise<void> {
  const others = await s.query<{ sql: string }>(`
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS sql FROM pg_constraint
    WHERE conparentid = 0 AND conislocal AND conname <> '${name}'
      AND (contype = 'f' AND (confrelid IN ('${parent}'::regclass, '${child}'::regclass) OR conrelid = '${child}'::regclass)
        OR contype = 'c' AND conrelid = '${child}'::regclass)`);
  const quiet = [...new Set([child, parent])].map((table) => `ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await s.batch([...others.map(({ sql }) => sql), ...quiet].join('; '));
}

/** `passes`, or the SQLSTATE; a failure undoes only itself. */
async function ending(s: Session, sql: string): Promise<string> {
  await s.query('SAVEPOINT tried');
  try {
    await s.query(sql);
    return 'passes';
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    await s.query('ROLLBACK TO SAVEPOINT tried');
    return sqlstateOf(thrown.sqlstate, thrown.fields.constraint);
  }
}

interface Count {
  readonly rows: number;
  readonly pointing: number;
}

/** `orphan 23503, delete 23503`, `orphan 23503, CASCADE`: of the tables as they are, undone. */
async function observe(s: Session, { child, column, type, parent, key }: ForeignKey): Promise<string> {
  await s.query('SAVEPOINT observed');
  try {
    const nowhere = type === 'text' ? "'~~~'" : '2147483646';
    const first = `ctid = (SELECT ctid FROM ${child} LIMIT 1)`;
    const orphan = await ending(s, `UPDATE ${child} SET ${column} = ${nowhere} WHERE ${first}`);
    if (orphan === 'passes') return 'orphan passes';
    const [pointing] = await s.query<{ value: string }>(
      `SELECT ${column}::text AS value FROM ${child} WHERE ${column} IS NOT NULL LIMIT 1`,
    );
    const other = child === parent ? `WHERE ctid <> (SELECT ctid FROM ${child} LIMIT 1)` : '';
    const { value } =
      pointing ??
      (await only<{ value: string }>(
        s.query(
          `UPDATE ${child} SET ${column} = (SELECT ${key} FROM ${parent} ${other} LIMIT 1) WHERE ${first} RETURNING ${column}::text AS value`,
        ),
      ));
    const count = `SELECT count(*)::int AS rows, count(${column})::int AS pointing FROM ${child}`;
    const before = await only<Count>(s.query(count));
    const deleted = await ending(s, `DELETE FROM ${parent} WHERE ${key}::text = '${value}'`);
    if (deleted !== 'passes') return `orphan ${orphan}, delete ${deleted}`;
    const after = await only<Count>(s.query(count));
    const lost = before.rows - after.rows - (child === parent ? 1 : 0);
    return `orphan ${orphan}, ${lost > 0 ? 'CASCADE' : after.pointing < before.pointing ? 'SET NULL' : 'dangles'}`;
  } finally {
    await s.batch('ROLLBACK TO SAVEPOINT observed; RELEASE SAVEPOINT observed');
  }
}

const ACTIONS = ['CASCADE', 'RESTRICT', 'SET NULL'];

/** The ways to lose the key: dropped, or each ON DELETE that it did not choose. */
function mutantsOf({ name, child, definition }: ForeignKey): readonly (readonly [how: string, sql: string])[] {
  const drop = `ALTER TABLE ${child} DROP CONSTRAINT ${name}`;
  const chosen = ACTIONS.find((action) => definition.endsWith(`ON DELETE ${action}`)) ?? '';
  const plain = definition.slice(0, definition.length - chosen.length);
  const others = ACTIONS.filter((action) => action !== chosen);
  return [
    ['dropped', drop],
    ...others.map(
      (action) => [action, `${drop}; ALTER TABLE ${child} ADD CONSTRAINT ${name} ${plain}${action}`] as const,
    ),
  ];
}

test('each refuses orphans and does what was chosen when its parent goes; dropped or changed, it is noticed', () =>
  db.session((s) =>
    undone(s, async () => {
      const found: Record<string, string> = {};
      const unnoticed: string[] = [];
      const keys = await readKeys(s);
      for (const fk of keys) {
        await s.query('SAVEPOINT alone');
        await leaveAlone(s, fk);
        const usual = await observe(s, fk);
        found[`${fk.child}.${fk.column} → ${fk.parent}`] = usual;
        for (const [how, sql] of mutantsOf(fk)) {
          await s.batch(`SAVEPOINT mutant; ${sql}`);
          if ((await observe(s, fk)) === usual) unnoticed.push(`${fk.name}: ${how}`);
          await s.batch('ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant');
        }
        await s.batch('ROLLBACK TO SAVEPOINT alone; RELEASE SAVEPOINT alone');
      }
      if (process.env.UPDATE === '1') writeFileSync(STORED, `${JSON.stringify(found, null, 2)}\n`);
      expect(unnoticed).toEqual([]);
      expect(
        Object.values(found).filter((one) => !/^orphan 23503, (delete 23503|CASCADE|SET NULL)$/.test(one)),
      ).toEqual([]);
      expect(found).toEqual(JSON.parse(readFileSync(STORED, 'utf8')));
      expect(keys.length).toBeGreaterThan(90);
    }),
  ));
