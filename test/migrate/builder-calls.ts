/** One call or more for every method of node-pg-migrate's builder: what is there, the call, what it changes, and how it is undone. */

export interface Call {
  readonly method: string;
  /** Lies under it, as SQL. */
  readonly given?: string;
  readonly up: string;
  /** The body of `down`; left out: it is inferred. */
  readonly down?: string;
  /** `action kind subject: fields` of every Change. */
  readonly does?: readonly string[];
  /** For what a Snapshot does not hold: a query, and its one value afterwards. */
  readonly seen?: readonly [sql: string, value: string];
  /** Undoing it leaves what is seen. */
  readonly stays?: boolean;
}

const FAMILY = 'CREATE OPERATOR FAMILY fam USING btree';
const LESS = `[{ type: 'operator', number: 1, name: '<', params: ['integer', 'integer'] }]`;
const EQUAL = 'CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer)';
const CLASS =
  'CREATE OPERATOR CLASS oc FOR TYPE integer USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer)';
const MOOD = "CREATE TYPE mood AS ENUM ('sad', 'glad')";
const PAIR = 'CREATE TYPE pair AS (a integer, b text)';
const VIEW = 'CREATE VIEW v AS SELECT id, a FROM t';
const MATERIALIZED = 'CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t';
const POLICY = 'CREATE POLICY p ON t USING (a > 0)';
const TRIGGER = 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()';
const memberships = `SELECT string_agg(pg_get_userbyid(member), ',' ORDER BY 1) FROM pg_auth_members WHERE roleid = 'strata_builder_one'::regrole`;
const roles = `SELECT string_agg(rolname || rolcanlogin, ',' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'strata\\_builder\\_%'`;
const adder = '{ returns: "integer", language: "sql", behavior: "IMMUTABLE" }';

/** Under all of them. */
export const GROUND = `
  CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
  CREATE ROLE strata_builder_one; CREATE ROLE strata_builder_two;
`;

const call = (method: string, up: string, does: readonly string[], more: Partial<Call> = {}): Call => ({
  method,
  up,
  does,
  ...more,
});

const TABLES: readonly Call[] = [
  call(
    'createTable',
    `pgm.createTable('n', { id: 'id', email: { type: 'text', notNull: true, unique: true } }, { comment: "it's" })`,
    ['add sequence public.n_id_seq', 'add table public.n'],
  ),
  call('dropTable', `pgm.dropTable('t')`, ['drop table public.t'], {
    down: `pgm.createTable('t', { id: { type: 'integer', primaryKey: true }, a: 'integer', b: 'text' })`,
  }),
  call('renameTable', `pgm.renameTable('t', 'o')`, ['drop table public.t', 'add table public.o']),
  call('alterTable', `pgm.alterTable('t', { levelSecurity: 'ENABLE' })`, ['alter table public.t: rowSecurity'], {
    down: `pgm.alterTable('t', { levelSecurity: 'DISABLE' })`,
  }),
  call('alterTable', `pgm.alterTable('t', { unlogged: true })`, ['alter table public.t: unlogged'], {
    down: `pgm.alterTable('t', { unlogged: false })`,
  }),
  call('addColumns', `pgm.addColumns('t', { c: 'integer', d: { type: 'text', default: "it's" } })`, [
    'add column public.t.c',
    'add column public.t.d',
  ]),
  call(
    'addColumn',
    `pgm.addColumn('t', { c: { type: 'integer', check: 'c > 0', references: 't', onDelete: 'SET NULL' } })`,
    ['add column public.t.c', 'add constraint public.t.t_c_check', 'add constraint public.t.t_c_fkey'],
  ),
  call('dropColumns', `pgm.dropColumns('t', ['b'])`, ['drop column public.t.b'], {
    down: `pgm.addColumns('t', { b: 'text' })`,
  }),
  call('dropColumn', `pgm.dropColumn('t', 'b')`, ['drop column public.t.b'], {
    down: `pgm.addColumn('t', { b: 'text' })`,
  }),
  call('renameColumn', `pgm.renameColumn('t', 'b', 'c')`, ['drop column public.t.b', 'add column public.t.c']),
  call(
    'alterColumn',
    `pgm.alterColumn('t', 'a', { type: 'bigint', notNull: true, default: 1, comment: 'how many' })`,
    ['alter column public.t.a: comment, default, notNull, type, typeName'],
    { down: `pgm.alterColumn('t', 'a', { type: 'integer', notNull: false, default: null, comment: null })` },
  ),
  call('addConstraint', `pgm.addConstraint('t', 'positive', { check: 'a > 0' })`, ['add constraint public.t.positive']),
  call('createConstraint', `pgm.createConstraint('t', 'one', { unique: ['a', 'b'] })`, [
    'add constraint public.t.one',
    'add index public.t.one',
  ]),
  call(
    'addConstraint',
    `pgm.addConstraint('t', 'self', { foreignKeys: { columns: 'a', references: 't(id)', onDelete: 'CASCADE' } })`,
    ['add constraint public.t.self'],
  ),
  call('dropConstraint', `pgm.dropConstraint('t', 'k')`, ['drop constraint public.t.k'], {
    given: 'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
    down: `pgm.addConstraint('t', 'k', { check: 'a > 0' })`,
  }),
  call(
    'renameConstraint',
    `pgm.renameConstraint('t', 'k', 'l')`,
    ['drop constraint public.t.k', 'add constraint public.t.l'],
    {
      given: 'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
    },
  ),
  call(
    'createIndex',
    `pgm.createIndex('t', ['a', { name: 'b', sort: 'DESC' }], { unique: true, where: 'a > 0', include: 'id' })`,
    ['add index public.t.t_a_b_unique_index'],
  ),
  call('addIndex', `pgm.addIndex('t', 'b', { name: 'by_b', method: 'hash' })`, ['add index public.t.by_b']),
  call('dropIndex', `pgm.dropIndex('t', 'a', { name: 'i' })`, ['drop index public.t.i'], {
    given: 'CREATE INDEX i ON t (a)',
    down: `pgm.createIndex('t', 'a', { name: 'i' })`,
  }),
  call('renameIndex', `pgm.renameIndex('i', 'j')`, ['drop index public.t.i', 'add index public.t.j'], {
    given: 'CREATE INDEX i ON t (a)',
  }),
];

const RULES: readonly Call[] = [
  call(
    'createPolicy',
    `pgm.createPolicy('t', 'p', { command: 'UPDATE', role: 'PUBLIC', using: 'a > 0', check: 'a > 1' })`,
    ['add policy public.t.p'],
  ),
  call('dropPolicy', `pgm.dropPolicy('t', 'p')`, ['drop policy public.t.p'], {
    given: POLICY,
    down: `pgm.createPolicy('t', 'p', { using: 'a > 0' })`,
  }),
  call('alterPolicy', `pgm.alterPolicy('t', 'p', { using: 'a > 1' })`, ['alter policy public.t.p: using'], {
    given: POLICY,
    down: `pgm.alterPolicy('t', 'p', { using: 'a > 0' })`,
  }),
  call('renamePolicy', `pgm.renamePolicy('t', 'p', 'q')`, ['drop policy public.t.p', 'add policy public.t.q'], {
    given: POLICY,
  }),
  call(
    'createTrigger',
    `pgm.createTrigger('t', 'g', { when: 'BEFORE', operation: ['INSERT', 'UPDATE'], level: 'ROW', function: 'f' })`,
    ['add trigger public.t.g'],
  ),
  call(
    'createTrigger',
    `pgm.createTrigger('t', 'g', { when: 'AFTER', operation: 'DELETE', language: 'plpgsql' }, 'BEGIN RETURN old; END')`,
    ['add routine public.g()', 'add trigger public.t.g'],
  ),
  call('dropTrigger', `pgm.dropTrigger('t', 'g')`, ['drop trigger public.t.g'], {
    given: TRIGGER,
    down: `pgm.createTrigger('t', 'g', { when: 'BEFORE', operation: 'INSERT', level: 'ROW', function: 'f' })`,
  }),
  call('renameTrigger', `pgm.renameTrigger('t', 'g', 'h')`, ['drop trigger public.t.g', 'add trigger public.t.h'], {
    given: TRIGGER,
  }),
];

const ROUTINES: readonly Call[] = [
  call(
    'createFunction',
    `pgm.createFunction('add', [{ name: 'x', type: 'integer' }, { name: 'y', type: 'integer', default: 1 }], ${adder}, 'SELECT x + y')`,
    ['add routine public.add(x integer, y integer)'],
  ),
  call('dropFunction', `pgm.dropFunction('one', [])`, ['drop routine public.one()'], {
    given: 'CREATE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE AS $$SELECT 1$$',
    down: `pgm.createFunction('one', [], ${adder}, 'SELECT 1')`,
  }),
  call(
    'renameFunction',
    `pgm.renameFunction('one', [], 'uno')`,
    ['drop routine public.one()', 'add routine public.uno()'],
    {
      given: 'CREATE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE AS $$SELECT 1$$',
    },
  ),
  call(
    'createOperator',
    `pgm.createOperator('===', { procedure: 'int4eq', left: 'integer', right: 'integer', commutator: '===' })`,
    ['add unmodelled operator public.===(integer,integer)'],
  ),
  call(
    'dropOperator',
    `pgm.dropOperator('===', { left: 'integer', right: 'integer' })`,
    ['drop unmodelled operator public.===(integer,integer)'],
    {
      given: EQUAL,
      down: `pgm.createOperator('===', { procedure: 'int4eq', left: 'integer', right: 'integer' })`,
    },
  ),
  call('createOperatorFamily', `pgm.createOperatorFamily('fam', 'btree')`, [
    'add unmodelled operator family public.fam using btree',
  ]),
  call(
    'dropOperatorFamily',
    `pgm.dropOperatorFamily('fam', 'btree')`,
    ['drop unmodelled operator family public.fam using btree'],
    {
      given: FAMILY,
      down: `pgm.createOperatorFamily('fam', 'btree')`,
    },
  ),
  call(
    'renameOperatorFamily',
    `pgm.renameOperatorFamily('fam', 'btree', 'kin')`,
    ['drop unmodelled operator family public.fam using btree', 'add unmodelled operator family public.kin using btree'],
    { given: FAMILY },
  ),
  call(
    'addToOperatorFamily',
    `pgm.addToOperatorFamily('fam', 'btree', ${LESS})`,
    ['alter unmodelled operator family public.fam using btree: definition'],
    { given: FAMILY },
  ),
  call(
    'removeFromOperatorFamily',
    `pgm.removeFromOperatorFamily('fam', 'btree', ${LESS})`,
    ['alter unmodelled operator family public.fam using btree: definition'],
    {
      given: `${FAMILY}; ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (integer, integer)`,
      down: `pgm.addToOperatorFamily('fam', 'btree', ${LESS})`,
    },
  ),
  call(
    'createOperatorClass',
    `pgm.createOperatorClass('oc', 'integer', 'btree', [{ type: 'operator', number: 1, name: '<' }, { type: 'function', number: 1, name: 'btint4cmp', params: ['integer', 'integer'] }], { family: 'fam' })`,
    [
      'add unmodelled operator class public.oc using btree',
      'alter unmodelled operator family public.fam using btree: definition',
    ],
    { given: FAMILY },
  ),
  call(
    'dropOperatorClass',
    `pgm.dropOperatorClass('oc', 'btree')`,
    [
      'drop unmodelled operator class public.oc using btree',
      'alter unmodelled operator family public.oc using btree: definition',
    ],
    {
      given: CLASS,
      down: `pgm.createOperatorClass('oc', 'integer', 'btree', [{ type: 'operator', number: 1, name: '<' }, { type: 'function', number: 1, name: 'btint4cmp', params: ['integer', 'integer'] }], {})`,
    },
  ),
  call(
    'renameOperatorClass',
    `pgm.renameOperatorClass('oc', 'btree', 'od')`,
    ['drop unmodelled operator class public.oc using btree', 'add unmodelled operator class public.od using btree'],
    { given: CLASS },
  ),
  call(
    'createCast',
    `pgm.createCast('mood', 'integer', { inout: true, as: 'ASSIGNMENT' })`,
    ['add unmodelled cast public.mood AS integer'],
    { given: MOOD },
  ),
  call('dropCast', `pgm.dropCast('mood', 'integer')`, ['drop unmodelled cast public.mood AS integer'], {
    given: `${MOOD}; CREATE CAST (mood AS integer) WITH INOUT`,
    down: `pgm.createCast('mood', 'integer', { inout: true })`,
  }),
];

const TYPES: readonly Call[] = [
  call('createType', `pgm.createType('level', ['low', "it's high"])`, ['add type public.level']),
  call('addType', `pgm.addType('point3', { x: 'integer', y: 'integer', z: { type: 'integer' } })`, [
    'add type public.point3',
  ]),
  call('dropType', `pgm.dropType('mood')`, ['drop type public.mood'], {
    given: MOOD,
    down: `pgm.createType('mood', ['sad', 'glad'])`,
  }),
  call('renameType', `pgm.renameType('mood', 'humour')`, ['drop type public.mood', 'add type public.humour'], {
    given: MOOD,
  }),
  call(
    'renameTypeAttribute',
    `pgm.renameTypeAttribute('pair', 'a', 'c')`,
    ['drop column public.pair.a', 'add column public.pair.c'],
    { given: PAIR },
  ),
  call('renameTypeValue', `pgm.renameTypeValue('mood', 'sad', 'blue')`, ['alter type public.mood: labels'], {
    given: MOOD,
  }),
  call('addTypeAttribute', `pgm.addTypeAttribute('pair', 'c', 'integer')`, ['add column public.pair.c'], {
    given: PAIR,
  }),
  call('dropTypeAttribute', `pgm.dropTypeAttribute('pair', 'b')`, ['drop column public.pair.b'], {
    given: PAIR,
    down: `pgm.addTypeAttribute('pair', 'b', 'text')`,
  }),
  call(
    'setTypeAttribute',
    `pgm.setTypeAttribute('pair', 'a', 'bigint')`,
    ['alter column public.pair.a: type, typeName'],
    {
      given: PAIR,
      down: `pgm.setTypeAttribute('pair', 'a', 'integer')`,
    },
  ),
  // PostgreSQL takes no value out of an enum again: the type is made anew.
  call('addTypeValue', `pgm.addTypeValue('mood', 'calm', { before: 'glad' })`, ['alter type public.mood: labels'], {
    given: MOOD,
    down: `pgm.dropType('mood'); pgm.createType('mood', ['sad', 'glad'])`,
  }),
  call(
    'createDomain',
    `pgm.createDomain('d', 'integer', { check: 'VALUE > 0', default: 1, constraintName: 'positive' })`,
    ['add type public.d'],
  ),
  call('dropDomain', `pgm.dropDomain('d')`, ['drop type public.d'], {
    given: 'CREATE DOMAIN d AS integer',
    down: `pgm.createDomain('d', 'integer')`,
  }),
  call(
    'alterDomain',
    `pgm.alterDomain('d', { notNull: true, default: 2 })`,
    ['alter type public.d: default, notNull'],
    {
      given: 'CREATE DOMAIN d AS integer',
      down: `pgm.alterDomain('d', { allowNull: true, default: null })`,
    },
  ),
  call('renameDomain', `pgm.renameDomain('d', 'e')`, ['drop type public.d', 'add type public.e'], {
    given: 'CREATE DOMAIN d AS integer',
  }),
  call(
    'createSequence',
    `pgm.createSequence('s', { start: 5, increment: 2, minvalue: 1, maxvalue: 99, cycle: true })`,
    ['add sequence public.s'],
  ),
  call('dropSequence', `pgm.dropSequence('s')`, ['drop sequence public.s'], {
    given: 'CREATE SEQUENCE s',
    down: `pgm.createSequence('s')`,
  }),
  call(
    'alterSequence',
    `pgm.alterSequence('s', { increment: 5, cache: 10 })`,
    ['alter sequence public.s: cache, increment'],
    {
      given: 'CREATE SEQUENCE s',
      down: `pgm.alterSequence('s', { increment: 1, cache: 1 })`,
    },
  ),
  call('renameSequence', `pgm.renameSequence('s', 'r')`, ['drop sequence public.s', 'add sequence public.r'], {
    given: 'CREATE SEQUENCE s',
  }),
];

const VIEWS: readonly Call[] = [
  call(
    'createView',
    `pgm.createView('v', { checkOption: 'LOCAL', options: { security_barrier: true } }, 'SELECT id, a FROM t WHERE a > 0')`,
    ['add view public.v'],
  ),
  call('dropView', `pgm.dropView('v')`, ['drop view public.v'], {
    given: VIEW,
    down: `pgm.createView('v', {}, 'SELECT id, a FROM t')`,
  }),
  call('alterView', `pgm.alterView('v', { options: { security_barrier: true } })`, ['alter view public.v: options'], {
    given: VIEW,
    down: `pgm.alterView('v', { options: { security_barrier: null } })`,
  }),
  call('alterViewColumn', `pgm.alterViewColumn('v', 'a', { default: 7 })`, ['alter column public.v.a: default'], {
    given: VIEW,
    down: `pgm.alterViewColumn('v', 'a', { default: null })`,
  }),
  call('renameView', `pgm.renameView('v', 'w')`, ['drop view public.v', 'add view public.w'], { given: VIEW }),
  call(
    'createMaterializedView',
    `pgm.createMaterializedView('mv', { data: false, storageParameters: { fillfactor: 70 } }, 'SELECT id FROM t')`,
    ['add view public.mv'],
  ),
  call('dropMaterializedView', `pgm.dropMaterializedView('mv')`, ['drop view public.mv'], {
    given: MATERIALIZED,
    down: `pgm.createMaterializedView('mv', {}, 'SELECT id, a FROM t')`,
  }),
  call(
    'alterMaterializedView',
    `pgm.alterMaterializedView('mv', { storageParameters: { fillfactor: 70 } })`,
    ['alter view public.mv: options'],
    {
      given: MATERIALIZED,
      down: `pgm.alterMaterializedView('mv', { storageParameters: { fillfactor: null } })`,
    },
  ),
  call(
    'renameMaterializedView',
    `pgm.renameMaterializedView('mv', 'mw')`,
    ['drop view public.mv', 'add view public.mw'],
    { given: MATERIALIZED },
  ),
  call(
    'renameMaterializedViewColumn',
    `pgm.renameMaterializedViewColumn('mv', 'a', 'c')`,
    ['drop column public.mv.a', 'add column public.mv.c', 'alter view public.mv: definition'],
    { given: MATERIALIZED },
  ),
  // Undone by itself: a second refresh. The rows stay.
  call('refreshMaterializedView', `pgm.refreshMaterializedView('mv')`, [], {
    given: `${MATERIALIZED}; INSERT INTO t VALUES (1)`,
    seen: ['SELECT count(*)::text FROM mv', '1'],
    stays: true,
  }),
];

const REST: readonly Call[] = [
  call('createExtension', `pgm.createExtension('hstore', { ifNotExists: true })`, ['add extension hstore']),
  call('addExtension', `pgm.addExtension(['hstore'])`, ['add extension hstore']),
  call('dropExtension', `pgm.dropExtension('hstore')`, ['drop extension hstore'], {
    given: 'CREATE EXTENSION hstore',
    down: `pgm.createExtension('hstore')`,
  }),
  call('createSchema', `pgm.createSchema('s2', { authorization: 'strata_builder_one' })`, ['add schema s2']),
  call('dropSchema', `pgm.dropSchema('s2')`, ['drop schema s2'], {
    given: 'CREATE SCHEMA s2',
    down: `pgm.createSchema('s2')`,
  }),
  call('renameSchema', `pgm.renameSchema('s2', 's3')`, ['drop schema s2', 'add schema s3'], {
    given: 'CREATE SCHEMA s2',
  }),
  call('createRole', `pgm.createRole('strata_builder_three', { login: true })`, [], {
    seen: [roles, 'strata_builder_onefalse,strata_builder_threetrue,strata_builder_twofalse'],
  }),
  call('dropRole', `pgm.dropRole('strata_builder_two')`, [], {
    seen: [roles, 'strata_builder_onefalse'],
    down: `pgm.createRole('strata_builder_two')`,
  }),
  call('alterRole', `pgm.alterRole('strata_builder_two', { login: true })`, [], {
    seen: [roles, 'strata_builder_onefalse,strata_builder_twotrue'],
    down: `pgm.alterRole('strata_builder_two', { login: false })`,
  }),
  call('renameRole', `pgm.renameRole('strata_builder_two', 'strata_builder_four')`, [], {
    seen: [roles, 'strata_builder_fourfalse,strata_builder_onefalse'],
  }),
  call('grantRoles', `pgm.grantRoles('strata_builder_one', 'strata_builder_two')`, [], {
    seen: [memberships, 'strata_builder_two'],
  }),
  call('revokeRoles', `pgm.revokeRoles('strata_builder_one', 'strata_builder_two')`, [], {
    given: 'GRANT strata_builder_one TO strata_builder_two',
    seen: [`SELECT coalesce((${memberships}), 'nobody')`, 'nobody'],
    down: `pgm.grantRoles('strata_builder_one', 'strata_builder_two')`,
  }),
  call(
    'grantOnSchemas',
    `pgm.grantOnSchemas({ privileges: ['CREATE'], schemas: 'public', roles: 'strata_builder_one' })`,
    ['alter schema public: grants'],
  ),
  call(
    'revokeOnSchemas',
    `pgm.revokeOnSchemas({ privileges: 'USAGE', schemas: 'public', roles: 'PUBLIC' })`,
    ['alter schema public: grants'],
    {
      down: `pgm.grantOnSchemas({ privileges: 'USAGE', schemas: 'public', roles: 'PUBLIC' })`,
    },
  ),
  call(
    'grantOnTables',
    `pgm.grantOnTables({ privileges: ['SELECT', 'INSERT'], tables: ['t'], roles: ['strata_builder_one'] })`,
    ['alter table public.t: grants'],
  ),
  call(
    'revokeOnTables',
    `pgm.revokeOnTables({ privileges: 'SELECT', tables: 't', roles: 'strata_builder_one' })`,
    ['alter table public.t: grants'],
    {
      given: 'GRANT SELECT ON t TO strata_builder_one',
      down: `pgm.grantOnTables({ privileges: 'SELECT', tables: 't', roles: 'strata_builder_one' })`,
    },
  ),
  call(
    'sql',
    'pgm.sql(`ALTER TABLE {table} ADD c integer`, { table: { schema: "public", name: "t" } })',
    ['add column public.t.c'],
    { down: `pgm.sql('ALTER TABLE t DROP c')` },
  ),
];

export const CALLS: readonly Call[] = [...TABLES, ...RULES, ...ROUTINES, ...TYPES, ...VIEWS, ...REST];
