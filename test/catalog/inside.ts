/** Changes inside objects that the Snapshot does not model: it does not know what they mean, but that they happened. */
import { type Mutation, m, role, since } from './mutations.ts';

const EVENT_TRIGGER = `CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION et()`;
const SERVER = 'CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw';
const CONFIGURATION = 'CREATE TEXT SEARCH CONFIGURATION conf (COPY = simple)';
const OPERATOR = 'CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer)';
const FAMILY = 'CREATE OPERATOR FAMILY fam USING btree';
const PARTITION = `CREATE TABLE p (k integer, v text) PARTITION BY LIST (k); CREATE INDEX p_v ON p (v);
  CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)`;
const HELPER = "CREATE EXTENSION hstore; CREATE FUNCTION g() RETURNS hstore LANGUAGE sql RETURN 'a=>1'::hstore";
const SUBSCRIPTION =
  "CREATE SUBSCRIPTION sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, enabled = false, slot_name = NONE)";

const alter = (what: string): string => `alter unmodelled ${what}: definition`;
const add = (what: string): string => `add unmodelled ${what}`;

export const INSIDE: readonly Mutation[] = [
  m('event trigger disabled', EVENT_TRIGGER, 'ALTER EVENT TRIGGER watch DISABLE', alter('event trigger watch')),
  m(
    'event trigger function',
    `${EVENT_TRIGGER}; CREATE FUNCTION et2() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`,
    'DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION et2()',
    alter('event trigger watch'),
  ),
  m('event trigger comment', EVENT_TRIGGER, "COMMENT ON EVENT TRIGGER watch IS 'x'", alter('event trigger watch')),
  m('publication table', 'CREATE PUBLICATION pub', 'ALTER PUBLICATION pub ADD TABLE t', alter('publication pub')),
  m(
    'publication columns',
    'CREATE PUBLICATION pub FOR TABLE t',
    'ALTER PUBLICATION pub SET TABLE t (id)',
    alter('publication pub'),
  ),
  m(
    'publication rows',
    'CREATE PUBLICATION pub FOR TABLE t',
    'ALTER PUBLICATION pub SET TABLE t WHERE (id > 1)',
    alter('publication pub'),
  ),
  m(
    'publication schema',
    'CREATE PUBLICATION pub',
    'ALTER PUBLICATION pub ADD TABLES IN SCHEMA public',
    alter('publication pub'),
  ),
  m(
    'publication operations',
    'CREATE PUBLICATION pub',
    "ALTER PUBLICATION pub SET (publish = 'insert')",
    alter('publication pub'),
  ),
  m(
    'subscription publications',
    SUBSCRIPTION,
    'ALTER SUBSCRIPTION sub SET PUBLICATION q WITH (refresh = false)',
    alter('subscription sub'),
  ),
  m(
    'wrapper option',
    SERVER,
    'ALTER FOREIGN DATA WRAPPER fdw OPTIONS (ADD a $$1$$)',
    alter('foreign data wrapper fdw'),
  ),
  m('wrapper grant', SERVER, `GRANT USAGE ON FOREIGN DATA WRAPPER fdw TO ${role}`, alter('foreign data wrapper fdw')),
  m('server option', SERVER, 'ALTER SERVER srv OPTIONS (ADD host $$a$$)', alter('foreign server srv')),
  m('server version', SERVER, "ALTER SERVER srv VERSION '2'", alter('foreign server srv')),
  m('server grant', SERVER, `GRANT USAGE ON FOREIGN SERVER srv TO ${role}`, alter('foreign server srv')),
  m('server comment', SERVER, "COMMENT ON SERVER srv IS 'x'", alter('foreign server srv')),
  m(
    'language grant',
    'CREATE TRUSTED LANGUAGE pl2 HANDLER plpgsql_call_handler',
    `GRANT USAGE ON LANGUAGE pl2 TO ${role}`,
    alter('language pl2'),
  ),
  m(
    'cast context',
    "CREATE TYPE mood AS ENUM ('a'); CREATE CAST (mood AS integer) WITH INOUT",
    'DROP CAST (mood AS integer); CREATE CAST (mood AS integer) WITH INOUT AS IMPLICIT',
    alter('cast public.mood AS integer'),
  ),
  m(
    'operator commutator',
    OPERATOR,
    'ALTER OPERATOR === (integer, integer) SET (RESTRICT = eqsel)',
    alter('operator public.===(integer,integer)'),
  ),
  m(
    'operator comment',
    OPERATOR,
    "COMMENT ON OPERATOR === (integer, integer) IS 'x'",
    alter('operator public.===(integer,integer)'),
  ),
  m(
    'operator family member',
    FAMILY,
    'ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (integer, integer)',
    alter('operator family public.fam using btree'),
  ),
  m(
    'operator class default',
    'CREATE TYPE mood AS (a integer); CREATE OPERATOR CLASS oc FOR TYPE mood USING btree AS FUNCTION 1 btrecordcmp(record, record)',
    'DROP OPERATOR FAMILY oc USING btree CASCADE; CREATE OPERATOR CLASS oc DEFAULT FOR TYPE mood USING btree AS FUNCTION 1 btrecordcmp(record, record)',
    alter('operator class public.oc using btree'),
  ),
  m(
    'collation locale',
    `CREATE COLLATION c FROM "C"`,
    `DROP COLLATION c; CREATE COLLATION c (provider = libc, locale = 'POSIX')`,
    alter('collation public.c'),
  ),
  m(
    'conversion default',
    "CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    "DROP CONVERSION conv; CREATE DEFAULT CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    alter('conversion public.conv'),
  ),
  m(
    'text search mapping',
    CONFIGURATION,
    'ALTER TEXT SEARCH CONFIGURATION conf ALTER MAPPING FOR word WITH english_stem',
    alter('text search configuration public.conf'),
  ),
  m(
    'text search mapping dropped',
    CONFIGURATION,
    'ALTER TEXT SEARCH CONFIGURATION conf DROP MAPPING FOR word',
    alter('text search configuration public.conf'),
  ),
  m(
    'dictionary option',
    'CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple)',
    'ALTER TEXT SEARCH DICTIONARY dict (accept = false)',
    alter('text search dictionary public.dict'),
  ),
  m(
    'partition index parameter',
    PARTITION,
    'ALTER INDEX p1_v_idx SET (fillfactor = 50)',
    add('differing index of a partition public.p1_v_idx'),
  ),
  m(
    'partition index comment changed',
    `${PARTITION}; COMMENT ON INDEX p1_v_idx IS 'x'`,
    "COMMENT ON INDEX p1_v_idx IS 'y'",
    alter('differing index of a partition public.p1_v_idx'),
  ),
  m(
    'partition clustered',
    PARTITION,
    'ALTER TABLE p1 CLUSTER ON p1_v_idx',
    add('differing index of a partition public.p1_v_idx'),
  ),
  m(
    'grant on a function of an extension',
    'CREATE EXTENSION hstore',
    'REVOKE EXECUTE ON FUNCTION hstore_in(cstring) FROM PUBLIC',
    add("privileges of an extension's function public.hstore_in(pg_catalog.cstring)"),
  ),
  m(
    'grant on a type of an extension',
    'CREATE EXTENSION hstore',
    'REVOKE USAGE ON TYPE hstore FROM PUBLIC',
    add("privileges of an extension's type public.hstore"),
  ),
  m(
    'grant on a catalog',
    '',
    `GRANT SELECT ON pg_authid TO ${role}`,
    add("privileges of PostgreSQL's own table pg_catalog.pg_authid"),
  ),
  m(
    'function depends on an extension',
    HELPER,
    'ALTER FUNCTION g() DEPENDS ON EXTENSION hstore',
    add('dependence on an extension function public.g() on hstore'),
  ),
  m(
    'index no longer depends on an extension',
    'CREATE EXTENSION hstore; CREATE INDEX i ON t (a); ALTER INDEX i DEPENDS ON EXTENSION hstore',
    'ALTER INDEX i NO DEPENDS ON EXTENSION hstore',
    'drop unmodelled dependence on an extension index public.i on hstore',
  ),
  since(
    17,
    m(
      "comment on a domain's not null",
      'CREATE DOMAIN d AS integer CONSTRAINT nn NOT NULL',
      "COMMENT ON CONSTRAINT nn ON DOMAIN d IS 'x'",
      add("comment on a domain's NOT NULL public.d: nn"),
    ),
  ),
];
