/**
 * Every attribute that the Snapshot promises to hold, as a change that must be noticed: what is there, the change, and
 * all the Changes expected of it (`action kind subject: fields`).
 */

export interface Mutation {
  readonly title: string;
  readonly setup?: string;
  readonly change: string;
  readonly expect: readonly string[];
  /** The oldest major version that knows the change. */
  readonly since?: number;
}

/** Lies under all of them. */
export const GROUND = `
  CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
  CREATE TABLE u (id integer PRIMARY KEY, v text);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
  CREATE ROLE strata_mutation_reader;
`;

export const role = 'strata_mutation_reader';
export const m = (title: string, setup: string, change: string, ...expect: string[]): Mutation => ({
  title,
  setup,
  change,
  expect,
});

const SCHEMAS: readonly Mutation[] = [
  m('schema added', '', 'CREATE SCHEMA s2', 'add schema s2'),
  m('schema dropped', 'CREATE SCHEMA s2', 'DROP SCHEMA s2', 'drop schema s2'),
  m('schema comment', '', "COMMENT ON SCHEMA public IS 'x'", 'alter schema public: comment'),
  m('schema grant', '', `GRANT CREATE ON SCHEMA public TO ${role}`, 'alter schema public: grants'),
  m('schema revoke', '', 'REVOKE USAGE ON SCHEMA public FROM PUBLIC', 'alter schema public: grants'),
  m('extension added', '', 'CREATE EXTENSION hstore', 'add extension hstore'),
  m(
    'extension moved',
    'CREATE EXTENSION hstore; CREATE SCHEMA s2',
    'ALTER EXTENSION hstore SET SCHEMA s2',
    'alter extension hstore: schema',
  ),
  m(
    'extension comment',
    'CREATE EXTENSION hstore',
    "COMMENT ON EXTENSION hstore IS 'x'",
    'alter extension hstore: comment',
  ),
];

const TABLES: readonly Mutation[] = [
  m('table added', '', 'CREATE TABLE n ()', 'add table public.n'),
  m('table dropped', '', 'DROP TABLE u', 'drop table public.u'),
  m('table renamed', 'CREATE TABLE n ()', 'ALTER TABLE n RENAME TO o', 'drop table public.n', 'add table public.o'),
  m(
    'table moved',
    'CREATE SCHEMA s2; CREATE TABLE n ()',
    'ALTER TABLE n SET SCHEMA s2',
    'drop table public.n',
    'add table s2.n',
  ),
  m('unlogged', '', 'ALTER TABLE t SET UNLOGGED', 'alter table public.t: unlogged'),
  m('storage parameter', '', 'ALTER TABLE t SET (fillfactor = 70)', 'alter table public.t: options'),
  m('toast parameter', '', 'ALTER TABLE t SET (toast.autovacuum_enabled = false)', 'alter table public.t: options'),
  m('replica identity full', '', 'ALTER TABLE t REPLICA IDENTITY FULL', 'alter table public.t: replicaIdentity'),
  m(
    'replica identity index',
    '',
    'ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey',
    'alter table public.t: replicaIdentity',
    'alter index public.t.t_pkey: replicaIdentity',
  ),
  m('RLS enabled', '', 'ALTER TABLE t ENABLE ROW LEVEL SECURITY', 'alter table public.t: rowSecurity'),
  m('RLS forced', '', 'ALTER TABLE t FORCE ROW LEVEL SECURITY', 'alter table public.t: rowSecurity'),
  m('table comment', '', "COMMENT ON TABLE t IS 'it''s'", 'alter table public.t: comment'),
  m('table grant', '', `GRANT SELECT, INSERT ON t TO ${role}`, 'alter table public.t: grants'),
  m(
    'table grant option',
    `GRANT SELECT ON t TO ${role}`,
    `GRANT SELECT ON t TO ${role} WITH GRANT OPTION`,
    'alter table public.t: grants',
  ),
  m('table grant to everyone', '', 'GRANT TRUNCATE ON t TO PUBLIC', 'alter table public.t: grants'),
  m('owner gives up a right', '', 'REVOKE DELETE ON t FROM CURRENT_USER', 'alter table public.t: grants'),
  m('table owner', '', `ALTER TABLE t OWNER TO ${role}`, 'alter table public.t: owner'),
];

const COLUMNS: readonly Mutation[] = [
  m('column added', '', 'ALTER TABLE t ADD c integer', 'add column public.t.c'),
  m('column dropped', '', 'ALTER TABLE t DROP a', 'drop column public.t.a'),
  m('column renamed', '', 'ALTER TABLE t RENAME a TO c', 'drop column public.t.a', 'add column public.t.c'),
  m('column order', '', 'ALTER TABLE t DROP a; ALTER TABLE t ADD a integer', 'alter table public.t: columns order'),
  m('column type', '', 'ALTER TABLE t ALTER a TYPE bigint', 'alter column public.t.a: type, typeName'),
  m(
    'type modifier',
    'ALTER TABLE t ADD c varchar(10)',
    'ALTER TABLE t ALTER c TYPE varchar(20)',
    'alter column public.t.c: type',
  ),
  m('array', '', 'ALTER TABLE t ALTER b TYPE text[] USING NULL', 'alter column public.t.b: dimensions, type'),
  m('not null set', '', 'ALTER TABLE t ALTER a SET NOT NULL', 'alter column public.t.a: notNull'),
  m(
    'not null dropped',
    'ALTER TABLE t ALTER a SET NOT NULL',
    'ALTER TABLE t ALTER a DROP NOT NULL',
    'alter column public.t.a: notNull',
  ),
  m('default', '', 'ALTER TABLE t ALTER a SET DEFAULT 1', 'alter column public.t.a: default'),
  m(
    'default changed',
    'ALTER TABLE t ALTER a SET DEFAULT 1',
    'ALTER TABLE t ALTER a SET DEFAULT 2',
    'alter column public.t.a: default',
  ),
  m(
    'identity added',
    '',
    'ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY',
    'add sequence public.t_id_seq',
    'alter column public.t.id: identity',
  ),
  m(
    'identity kind',
    'ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY',
    'ALTER TABLE t ALTER id SET GENERATED BY DEFAULT',
    'alter column public.t.id: identity',
  ),
  m(
    'identity sequence',
    'ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY',
    'ALTER TABLE t ALTER id SET INCREMENT 5',
    'alter sequence public.t_id_seq: increment',
  ),
  m(
    'generated column becomes plain',
    'ALTER TABLE t ADD g integer GENERATED ALWAYS AS (a * 2) STORED',
    'ALTER TABLE t ALTER g DROP EXPRESSION',
    'alter column public.t.g: generated',
  ),
  m('collation', '', 'ALTER TABLE t ALTER b TYPE text COLLATE "C"', 'alter column public.t.b: collation'),
  m('storage', '', 'ALTER TABLE t ALTER b SET STORAGE EXTERNAL', 'alter column public.t.b: storage'),
  m('compression', '', 'ALTER TABLE t ALTER b SET COMPRESSION pglz', 'alter column public.t.b: compression'),
  m('statistics target', '', 'ALTER TABLE t ALTER b SET STATISTICS 500', 'alter column public.t.b: statistics'),
  m('n_distinct', '', 'ALTER TABLE t ALTER b SET (n_distinct = 100)', 'alter column public.t.b: options'),
  m('column comment', '', "COMMENT ON COLUMN t.b IS 'x'", 'alter column public.t.b: comment'),
  m('column grant', '', `GRANT UPDATE (b) ON t TO ${role}`, 'alter column public.t.b: grants'),
];

const CONSTRAINTS: readonly Mutation[] = [
  m(
    'primary key dropped',
    '',
    'ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ALTER id DROP NOT NULL',
    'alter column public.t.id: notNull',
    'drop constraint public.t.t_pkey',
    'drop index public.t.t_pkey',
  ),
  m(
    'unique added',
    '',
    'ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)',
    'add constraint public.t.k',
    'add index public.t.k',
  ),
  m(
    'unique becomes nulls not distinct',
    'ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a)',
    'alter constraint public.t.k: definition, nullsNotDistinct',
    'alter index public.t.k: definition',
  ),
  m(
    'unique includes a column',
    'ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k UNIQUE (a) INCLUDE (b)',
    'alter constraint public.t.k: definition',
    'alter index public.t.k: definition, include',
  ),
  m(
    'unique turns deferrable',
    'ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k UNIQUE (a) DEFERRABLE',
    'alter constraint public.t.k: deferrable, definition',
  ),
  m('check added', '', 'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)', 'add constraint public.t.k'),
  m(
    'check changed',
    'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (a >= 0)',
    'alter constraint public.t.k: definition, expression',
  ),
  m(
    'check validated',
    'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID',
    'ALTER TABLE t VALIDATE CONSTRAINT k',
    'alter constraint public.t.k: definition, validated',
  ),
  m(
    'check no inherit',
    'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NO INHERIT',
    'alter constraint public.t.k: definition, noInherit',
  ),
  m('constraint comment', '', "COMMENT ON CONSTRAINT t_pkey ON t IS 'x'", 'alter constraint public.t.t_pkey: comment'),
  m(
    'constraint renamed',
    'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
    'ALTER TABLE t RENAME CONSTRAINT k TO l',
    'drop constraint public.t.k',
    'add constraint public.t.l',
  ),
  m(
    'foreign key added',
    '',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'add constraint public.t.k',
  ),
  m(
    'on delete',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE',
    'alter constraint public.t.k: definition, onDelete',
  ),
  m(
    'on update',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u ON UPDATE SET NULL',
    'alter constraint public.t.k: definition, onUpdate',
  ),
  m(
    'match full',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u MATCH FULL',
    'alter constraint public.t.k: definition, match',
  ),
  m(
    'foreign key target',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t',
    'alter constraint public.t.k: definition, references',
  ),
  m(
    'foreign key initially deferred',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'ALTER TABLE t ALTER CONSTRAINT k DEFERRABLE INITIALLY DEFERRED',
    'alter constraint public.t.k: deferrable, definition, initiallyDeferred',
  ),
  m(
    'foreign key disabled',
    'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
    'ALTER TABLE t DISABLE TRIGGER ALL',
    'add unmodelled disabled constraint trigger public.t: k',
  ),
  m(
    'exclusion',
    '',
    'ALTER TABLE t ADD CONSTRAINT k EXCLUDE USING gist (int4range(a, a) WITH &&)',
    'add constraint public.t.k',
    'add index public.t.k',
  ),
];

const INDEXES: readonly Mutation[] = [
  m('index added', '', 'CREATE INDEX i ON t (a)', 'add index public.t.i'),
  m(
    'index renamed',
    'CREATE INDEX i ON t (a)',
    'ALTER INDEX i RENAME TO j',
    'drop index public.t.i',
    'add index public.t.j',
  ),
  m(
    'index column',
    'CREATE INDEX i ON t (a)',
    'DROP INDEX i; CREATE INDEX i ON t (b)',
    'alter index public.t.i: columns, definition',
  ),
  m(
    'index order',
    'CREATE INDEX i ON t (a)',
    'DROP INDEX i; CREATE INDEX i ON t (a DESC)',
    'alter index public.t.i: definition',
  ),
  m(
    'index nulls first',
    'CREATE INDEX i ON t (a)',
    'DROP INDEX i; CREATE INDEX i ON t (a NULLS FIRST)',
    'alter index public.t.i: definition',
  ),
  m(
    'index unique',
    'CREATE INDEX i ON t (a)',
    'DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)',
    'alter index public.t.i: definition, unique',
  ),
  m(
    'index method',
    'CREATE INDEX i ON t (a)',
    'DROP INDEX i; CREATE INDEX i ON t USING hash (a)',
    'alter index public.t.i: definition, method',
  ),
  m(
    'index operator class',
    'CREATE INDEX i ON t (b)',
    'DROP INDEX i; CREATE INDEX i ON t (b text_pattern_ops)',
    'alter index public.t.i: definition',
  ),
  m(
    'index collation',
    'CREATE INDEX i ON t (b)',
    'DROP INDEX i; CREATE INDEX i ON t (b COLLATE "C")',
    'alter index public.t.i: definition',
  ),
  m(
    'index expression',
    'CREATE INDEX i ON t (b)',
    'DROP INDEX i; CREATE INDEX i ON t (lower(b))',
    'alter index public.t.i: columns, definition',
  ),
  m(
    'index predicate',
    'CREATE INDEX i ON t (b)',
    'DROP INDEX i; CREATE INDEX i ON t (b) WHERE a > 1',
    'alter index public.t.i: definition, predicate',
  ),
  m(
    'index include',
    'CREATE INDEX i ON t (b)',
    'DROP INDEX i; CREATE INDEX i ON t (b) INCLUDE (a)',
    'alter index public.t.i: definition, include',
  ),
  m(
    'index parameter',
    'CREATE INDEX i ON t (b)',
    'ALTER INDEX i SET (fillfactor = 50)',
    'alter index public.t.i: definition',
  ),
  m(
    'index statistics target',
    'CREATE INDEX i ON t (lower(b))',
    'ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 300',
    'alter index public.t.i: statistics',
  ),
  m('index comment', 'CREATE INDEX i ON t (b)', "COMMENT ON INDEX i IS 'x'", 'alter index public.t.i: comment'),
  m('index clustered', 'CREATE INDEX i ON t (b)', 'ALTER TABLE t CLUSTER ON i', 'alter index public.t.i: clustered'),
  m(
    'index invalid',
    'CREATE INDEX i ON t (b)',
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
    'alter index public.t.i: valid',
  ),
  m('extended statistics added', '', 'CREATE STATISTICS x ON a, b FROM t', 'add statistics public.t.x'),
  m(
    'extended statistics kinds',
    'CREATE STATISTICS x ON a, b FROM t',
    'DROP STATISTICS x; CREATE STATISTICS x (mcv) ON a, b FROM t',
    'alter statistics public.t.x: definition',
  ),
  m(
    'extended statistics target',
    'CREATE STATISTICS x ON a, b FROM t',
    'ALTER STATISTICS x SET STATISTICS 50',
    'alter statistics public.t.x: target',
  ),
  m(
    'extended statistics comment',
    'CREATE STATISTICS x ON a, b FROM t',
    "COMMENT ON STATISTICS x IS 'x'",
    'alter statistics public.t.x: comment',
  ),
];

const TRIGGER = 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()';
const POLICY = 'CREATE POLICY p ON t USING (a > 0)';
const PARTS: readonly Mutation[] = [
  m('trigger added', '', TRIGGER, 'add trigger public.t.g'),
  m(
    'trigger event',
    TRIGGER,
    `DROP TRIGGER g ON t; ${TRIGGER.replace('INSERT', 'INSERT OR UPDATE')}`,
    'alter trigger public.t.g: definition',
  ),
  m(
    'trigger condition',
    TRIGGER,
    `DROP TRIGGER g ON t; ${TRIGGER.replace('EXECUTE', 'WHEN (new.a > 1) EXECUTE')}`,
    'alter trigger public.t.g: definition',
  ),
  m('trigger disabled', TRIGGER, 'ALTER TABLE t DISABLE TRIGGER g', 'alter trigger public.t.g: enabled'),
  m('trigger always', TRIGGER, 'ALTER TABLE t ENABLE ALWAYS TRIGGER g', 'alter trigger public.t.g: enabled'),
  m('trigger comment', TRIGGER, "COMMENT ON TRIGGER g ON t IS 'x'", 'alter trigger public.t.g: comment'),
  m(
    'constraint trigger',
    '',
    'CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f()',
    'add trigger public.t.g',
  ),
  m('policy added', '', POLICY, 'add policy public.t.p'),
  m('policy using', POLICY, 'ALTER POLICY p ON t USING (a > 1)', 'alter policy public.t.p: using'),
  m('policy with check', POLICY, 'ALTER POLICY p ON t WITH CHECK (a > 1)', 'alter policy public.t.p: withCheck'),
  m('policy roles', POLICY, `ALTER POLICY p ON t TO ${role}`, 'alter policy public.t.p: roles'),
  m(
    'policy command',
    POLICY,
    `DROP POLICY p ON t; ${POLICY.replace('USING', 'FOR UPDATE USING')}`,
    'alter policy public.t.p: command',
  ),
  m(
    'policy restrictive',
    POLICY,
    `DROP POLICY p ON t; ${POLICY.replace('USING', 'AS RESTRICTIVE USING')}`,
    'alter policy public.t.p: permissive',
  ),
  m('policy comment', POLICY, "COMMENT ON POLICY p ON t IS 'x'", 'alter policy public.t.p: comment'),
  m('rule added', '', 'CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING', 'add rule public.t.r'),
  m(
    'rule changed',
    'CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING',
    'CREATE OR REPLACE RULE r AS ON DELETE TO t DO ALSO NOTHING',
    'alter rule public.t.r: definition',
  ),
  m(
    'rule disabled',
    'CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING',
    'ALTER TABLE t DISABLE RULE r',
    'alter rule public.t.r: enabled',
  ),
  m(
    'rule comment',
    'CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING',
    "COMMENT ON RULE r ON t IS 'x'",
    'alter rule public.t.r: comment',
  ),
];

const PARTITIONS =
  'CREATE TABLE p (k integer, v integer) PARTITION BY RANGE (k); CREATE TABLE p1 (k integer, v integer)';
const ATTACH = 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (10)';
const FAMILIES: readonly Mutation[] = [
  m(
    'partition attached',
    PARTITIONS,
    ATTACH,
    'alter table public.p1: parents',
    'alter column public.p1.k: inherited',
    'alter column public.p1.v: inherited',
  ),
  m(
    'partition bound',
    `${PARTITIONS}; ${ATTACH}`,
    `ALTER TABLE p DETACH PARTITION p1; ${ATTACH.replace('10', '20')}`,
    'alter table public.p1: parents',
  ),
  m(
    'partition key',
    PARTITIONS,
    'DROP TABLE p; CREATE TABLE p (k integer, v integer) PARTITION BY LIST (k)',
    'alter table public.p: partitionKey',
  ),
  m(
    'index on a partitioned table is one index',
    `${PARTITIONS}; ${ATTACH}`,
    'CREATE INDEX i ON p (v)',
    'add index public.p.i',
  ),
  m(
    'foreign key on a partitioned table is one constraint',
    `${PARTITIONS}; ${ATTACH}`,
    'ALTER TABLE p ADD CONSTRAINT k FOREIGN KEY (v) REFERENCES u',
    'add constraint public.p.k',
  ),
  m(
    'trigger on a partitioned table is one trigger',
    `${PARTITIONS}; ${ATTACH}`,
    'CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()',
    'add trigger public.p.g',
  ),
  m(
    'check on a partitioned table is one check',
    `${PARTITIONS}; ${ATTACH}`,
    'ALTER TABLE p ADD CONSTRAINT k CHECK (v > 0)',
    'add constraint public.p.k',
  ),
  m('inheritance', 'CREATE TABLE c (LIKE t)', 'ALTER TABLE c INHERIT t', 'alter table public.c: parents'),
  m(
    'inherited column made local',
    'CREATE TABLE c () INHERITS (t)',
    'ALTER TABLE c NO INHERIT t; ALTER TABLE c INHERIT t',
    'alter column public.c.a: inherited',
    'alter column public.c.b: inherited',
    'alter column public.c.id: inherited',
  ),
  m(
    'typed table',
    'CREATE TYPE ty AS (x integer); CREATE TABLE c (x integer)',
    'ALTER TABLE c OF ty',
    'alter table public.c: ofType',
  ),
];

const VIEW = 'CREATE VIEW v AS SELECT id, a FROM t';
const MATVIEW = 'CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t';
const VIEWS: readonly Mutation[] = [
  m('view added', '', VIEW, 'add view public.v'),
  m(
    'view definition',
    VIEW,
    `${VIEW.replace('CREATE', 'CREATE OR REPLACE')} WHERE a > 0`,
    'alter view public.v: definition',
  ),
  m(
    'view column',
    VIEW,
    `${VIEW.replace('CREATE', 'CREATE OR REPLACE').replace(' FROM', ', b FROM')}`,
    'alter view public.v: definition',
    'add column public.v.b',
  ),
  m('view security invoker', VIEW, 'ALTER VIEW v SET (security_invoker = true)', 'alter view public.v: options'),
  m('view check option', VIEW, 'ALTER VIEW v SET (check_option = local)', 'alter view public.v: options'),
  m('view column default', VIEW, 'ALTER VIEW v ALTER a SET DEFAULT 3', 'alter column public.v.a: default'),
  m('view comment', VIEW, "COMMENT ON VIEW v IS 'x'", 'alter view public.v: comment'),
  m('view column comment', VIEW, "COMMENT ON COLUMN v.a IS 'x'", 'alter column public.v.a: comment'),
  m('view grant', VIEW, `GRANT SELECT ON v TO ${role}`, 'alter view public.v: grants'),
  m(
    'view trigger',
    VIEW,
    'CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()',
    'add trigger public.v.g',
  ),
  m('view rule', VIEW, 'CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING', 'add rule public.v.r'),
  m('materialized view added', '', MATVIEW, 'add view public.mv'),
  m(
    'materialized view becomes a view',
    MATVIEW,
    'DROP MATERIALIZED VIEW mv; CREATE VIEW mv AS SELECT id, a FROM t',
    'alter view public.mv: kind',
  ),
  m('materialized view index', MATVIEW, 'CREATE UNIQUE INDEX i ON mv (id)', 'add index public.mv.i'),
  m(
    'materialized view option',
    MATVIEW,
    'ALTER MATERIALIZED VIEW mv SET (autovacuum_enabled = off)',
    'alter view public.mv: options',
  ),
];

const FUNCTION = "CREATE FUNCTION g(x integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'";
const AGGREGATE = 'CREATE AGGREGATE ag(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = 0)';
const again = (text: string): string => text.replace('CREATE', 'CREATE OR REPLACE');
const ROUTINES: readonly Mutation[] = [
  m('function added', '', FUNCTION, 'add routine public.g(x integer)'),
  m(
    'function body',
    FUNCTION,
    again(FUNCTION).replace('SELECT 1', 'SELECT 2'),
    'alter routine public.g(x integer): definition',
  ),
  m('function overloaded', FUNCTION, FUNCTION.replace('x integer', 'x text'), 'add routine public.g(x text)'),
  m(
    'function volatility',
    FUNCTION,
    'ALTER FUNCTION g IMMUTABLE',
    'alter routine public.g(x integer): definition, volatility',
  ),
  m('function strict', FUNCTION, 'ALTER FUNCTION g STRICT', 'alter routine public.g(x integer): definition, strict'),
  m(
    'function security definer',
    FUNCTION,
    'ALTER FUNCTION g SECURITY DEFINER',
    'alter routine public.g(x integer): definition, securityDefiner',
  ),
  m(
    'function setting',
    FUNCTION,
    "ALTER FUNCTION g SET search_path = ''",
    'alter routine public.g(x integer): definition, settings',
  ),
  m('function cost', FUNCTION, 'ALTER FUNCTION g COST 5', 'alter routine public.g(x integer): definition'),
  m('function parallel', FUNCTION, 'ALTER FUNCTION g PARALLEL SAFE', 'alter routine public.g(x integer): definition'),
  m('function leakproof', FUNCTION, 'ALTER FUNCTION g LEAKPROOF', 'alter routine public.g(x integer): definition'),
  m(
    'function default',
    FUNCTION,
    again(FUNCTION).replace('x integer', 'x integer DEFAULT 4'),
    'alter routine public.g(x integer): definition, parameters',
  ),
  m(
    'function language',
    FUNCTION,
    again(FUNCTION).replace('sql', 'plpgsql').replace('SELECT 1', 'BEGIN RETURN 1; END'),
    'alter routine public.g(x integer): definition, language',
  ),
  m(
    'function result',
    FUNCTION,
    `DROP FUNCTION g; ${FUNCTION.replace('RETURNS integer', 'RETURNS SETOF bigint')}`,
    'alter routine public.g(x integer): definition, returnType, returns, returnsSet',
  ),
  m('function grant', FUNCTION, `GRANT EXECUTE ON FUNCTION g TO ${role}`, 'alter routine public.g(x integer): grants'),
  m(
    'function revoked from everyone',
    FUNCTION,
    'REVOKE EXECUTE ON FUNCTION g FROM PUBLIC',
    'alter routine public.g(x integer): grants',
  ),
  m('function comment', FUNCTION, "COMMENT ON FUNCTION g IS 'x'", 'alter routine public.g(x integer): comment'),
  m(
    'procedure added',
    '',
    "CREATE PROCEDURE pr(INOUT x integer) LANGUAGE sql AS 'SELECT 1'",
    'add routine public.pr(INOUT x integer)',
  ),
  m('aggregate added', '', AGGREGATE, 'add routine public.ag(integer)'),
  m(
    'aggregate start',
    AGGREGATE,
    again(AGGREGATE).replace('INITCOND = 0', 'INITCOND = 1'),
    'alter routine public.ag(integer): definition',
  ),
  m(
    'aggregate function',
    AGGREGATE,
    again(AGGREGATE).replace('int4pl', 'int4mul'),
    'alter routine public.ag(integer): definition',
  ),
  m(
    'aggregate comment',
    AGGREGATE,
    "COMMENT ON AGGREGATE ag(integer) IS 'x'",
    'alter routine public.ag(integer): comment',
  ),
];

const DOMAIN = 'CREATE DOMAIN d AS integer CONSTRAINT k CHECK (VALUE > 0)';
const SEQUENCE = 'CREATE SEQUENCE q';
const TYPES: readonly Mutation[] = [
  m('enum added', '', "CREATE TYPE e AS ENUM ('x', 'y')", 'add type public.e'),
  m(
    'enum label added',
    "CREATE TYPE e AS ENUM ('x', 'y')",
    "ALTER TYPE e ADD VALUE 'z'",
    'alter type public.e: labels',
  ),
  m(
    'enum label order',
    "CREATE TYPE e AS ENUM ('x', 'y')",
    "DROP TYPE e; CREATE TYPE e AS ENUM ('y', 'x')",
    'alter type public.e: labels',
  ),
  m(
    'enum label renamed',
    "CREATE TYPE e AS ENUM ('x', 'y')",
    "ALTER TYPE e RENAME VALUE 'x' TO 'w'",
    'alter type public.e: labels',
  ),
  m('type comment', "CREATE TYPE e AS ENUM ('x', 'y')", "COMMENT ON TYPE e IS 'x'", 'alter type public.e: comment'),
  m(
    'type revoked',
    "CREATE TYPE e AS ENUM ('x', 'y')",
    'REVOKE USAGE ON TYPE e FROM PUBLIC',
    'alter type public.e: grants',
  ),
  m(
    'enum becomes a domain',
    "CREATE TYPE e AS ENUM ('x')",
    'DROP TYPE e; CREATE DOMAIN e AS text',
    'add type public.e',
    'drop type public.e',
  ),
  m('domain check', DOMAIN, 'ALTER DOMAIN d ADD CONSTRAINT l CHECK (VALUE < 9)', 'alter type public.d: checks'),
  m(
    'domain check validated',
    `${DOMAIN}; ALTER DOMAIN d ADD CONSTRAINT l CHECK (VALUE < 9) NOT VALID`,
    'ALTER DOMAIN d VALIDATE CONSTRAINT l',
    'alter type public.d: checks',
  ),
  m('domain default', DOMAIN, 'ALTER DOMAIN d SET DEFAULT 5', 'alter type public.d: default'),
  m('domain not null', DOMAIN, 'ALTER DOMAIN d SET NOT NULL', 'alter type public.d: notNull'),
  m(
    'domain base',
    DOMAIN,
    `DROP DOMAIN d; ${DOMAIN.replace('integer', 'bigint')}`,
    'alter type public.d: base, baseType',
  ),
  m(
    'domain collation',
    'CREATE DOMAIN d AS text',
    'DROP DOMAIN d; CREATE DOMAIN d AS text COLLATE "C"',
    'alter type public.d: collation',
  ),
  m('domain constraint comment', DOMAIN, "COMMENT ON CONSTRAINT k ON DOMAIN d IS 'x'", 'alter type public.d: checks'),
  m(
    'composite attribute',
    'CREATE TYPE c AS (x integer)',
    'ALTER TYPE c ADD ATTRIBUTE y text',
    'add column public.c.y',
  ),
  m(
    'composite attribute type',
    'CREATE TYPE c AS (x integer)',
    'ALTER TYPE c ALTER ATTRIBUTE x TYPE bigint',
    'alter column public.c.x: type, typeName',
  ),
  m(
    'composite attribute comment',
    'CREATE TYPE c AS (x integer)',
    "COMMENT ON COLUMN c.x IS 'x'",
    'alter column public.c.x: comment',
  ),
  m(
    'range subtype',
    'CREATE TYPE r AS RANGE (subtype = float8)',
    'DROP TYPE r; CREATE TYPE r AS RANGE (subtype = float4)',
    'alter type public.r: definition, subtype',
  ),
  m(
    'range difference function',
    'CREATE TYPE r AS RANGE (subtype = float8)',
    'DROP TYPE r; CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi)',
    'alter type public.r: definition',
  ),
  m('sequence added', '', SEQUENCE, 'add sequence public.q'),
  m('sequence increment', SEQUENCE, 'ALTER SEQUENCE q INCREMENT 2', 'alter sequence public.q: increment'),
  m('sequence bounds', SEQUENCE, 'ALTER SEQUENCE q MINVALUE -5 MAXVALUE 99', 'alter sequence public.q: max, min'),
  m('sequence start', SEQUENCE, 'ALTER SEQUENCE q START 7', 'alter sequence public.q: start'),
  m('sequence cache', SEQUENCE, 'ALTER SEQUENCE q CACHE 20', 'alter sequence public.q: cache'),
  m('sequence cycle', SEQUENCE, 'ALTER SEQUENCE q CYCLE', 'alter sequence public.q: cycle'),
  m('sequence type', SEQUENCE, 'ALTER SEQUENCE q AS integer', 'alter sequence public.q: max, type'),
  m('sequence unlogged', SEQUENCE, 'ALTER SEQUENCE q SET UNLOGGED', 'alter sequence public.q: unlogged'),
  m('sequence owner', SEQUENCE, 'ALTER SEQUENCE q OWNED BY t.a', 'alter sequence public.q: ownedBy'),
  m('sequence grant', SEQUENCE, `GRANT USAGE ON SEQUENCE q TO ${role}`, 'alter sequence public.q: grants'),
  m('sequence comment', SEQUENCE, "COMMENT ON SEQUENCE q IS 'x'", 'alter sequence public.q: comment'),
];

const SERVER = 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER sv FOREIGN DATA WRAPPER w';
const OTHERS: readonly Mutation[] = [
  m(
    'default privileges',
    '',
    `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}`,
    'add default privilege postgres for tables',
  ),
  m(
    'default privileges in a schema',
    '',
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${role}`,
    'add default privilege postgres for sequences in public',
  ),
  m(
    'default privileges widened',
    `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}`,
    `ALTER DEFAULT PRIVILEGES GRANT UPDATE ON TABLES TO ${role}`,
    'alter default privilege postgres for tables: grants',
  ),
  m(
    'default execute revoked',
    '',
    'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
    'add default privilege postgres for functions',
  ),
  m(
    'foreign table server',
    `${SERVER}; CREATE SERVER s2 FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE ft (x integer) SERVER sv`,
    'DROP FOREIGN TABLE ft; CREATE FOREIGN TABLE ft (x integer) SERVER s2',
    'alter table public.ft: foreignServer',
  ),
  m(
    'foreign table options',
    `${SERVER}; CREATE FOREIGN TABLE ft (x integer) SERVER sv`,
    "ALTER FOREIGN TABLE ft OPTIONS (ADD y 'z')",
    'alter table public.ft: foreignServer',
  ),
  m(
    'foreign column options',
    `${SERVER}; CREATE FOREIGN TABLE ft (x integer) SERVER sv`,
    "ALTER FOREIGN TABLE ft ALTER x OPTIONS (ADD y 'z')",
    'alter column public.ft.x: options',
  ),
];

export const since = (version: number, mutation: Mutation): Mutation => ({ ...mutation, since: version });
const VIRTUAL = 'ALTER TABLE t ADD g integer GENERATED ALWAYS AS (a * 2)';
const NEWER: readonly Mutation[] = [
  since(17, m('maintain', '', `GRANT MAINTAIN ON t TO ${role}`, 'alter table public.t: grants')),
  since(18, m('virtual column', '', VIRTUAL, 'add column public.t.g')),
  since(
    18,
    m(
      'virtual column becomes stored',
      VIRTUAL,
      `ALTER TABLE t DROP g; ${VIRTUAL} STORED`,
      'alter column public.t.g: generated',
    ),
  ),
  since(
    18,
    m(
      'virtual column expression',
      VIRTUAL,
      'ALTER TABLE t ALTER g SET EXPRESSION AS (a * 3)',
      'alter column public.t.g: generated',
    ),
  ),
  since(
    18,
    m(
      'check not enforced',
      'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED',
      'alter constraint public.t.k: definition, enforced, validated',
    ),
  ),
  since(
    18,
    m(
      'foreign key not enforced',
      'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u',
      'ALTER TABLE t ALTER CONSTRAINT k NOT ENFORCED',
      'alter constraint public.t.k: definition, enforced, validated',
    ),
  ),
  since(
    18,
    m(
      'not null validated',
      'ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID',
      'ALTER TABLE t VALIDATE CONSTRAINT nn',
      'drop constraint public.t.nn',
    ),
  ),
  since(
    18,
    m(
      'not null that children do not inherit',
      'ALTER TABLE t ALTER a SET NOT NULL',
      'ALTER TABLE t ALTER a DROP NOT NULL; ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NO INHERIT',
      'add constraint public.t.nn',
    ),
  ),
  since(
    18,
    m(
      'temporal key',
      'CREATE TABLE p (s int4range, r int4range, CONSTRAINT k UNIQUE (s, r))',
      'ALTER TABLE p DROP CONSTRAINT k; ALTER TABLE p ADD CONSTRAINT k UNIQUE (s, r WITHOUT OVERLAPS)',
      'alter constraint public.p.k: definition',
      'alter index public.p.k: definition, method',
    ),
  ),
];

export const MUTATIONS: readonly Mutation[] = [
  ...SCHEMAS,
  ...TABLES,
  ...COLUMNS,
  ...CONSTRAINTS,
  ...INDEXES,
  ...PARTS,
  ...FAMILIES,
  ...VIEWS,
  ...ROUTINES,
  ...TYPES,
  ...OTHERS,
  ...NEWER,
];
