set jit=off; set plan_cache_mode=force_generic_plan; set enable_seqscan=off; set search_path=pg_catalog,pg_temp;
prepare b as 
-- What the server has counted for this session up to now, for the look at the end of the transaction: rows inserted, updated and
-- deleted in each catalog that the look tells; of the others, whether there were any.
SELECT set_config('strata.begun', jsonb_build_object(
  'told', (
    SELECT jsonb_object_agg(catalog, ARRAY[
      pg_stat_get_xact_tuples_inserted(catalog), pg_stat_get_xact_tuples_updated(catalog), pg_stat_get_xact_tuples_deleted(catalog)])
    FROM unnest(ARRAY['pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_trigger', 'pg_policy',
      'pg_rewrite', 'pg_type', 'pg_enum', 'pg_proc', 'pg_sequence', 'pg_description', 'pg_inherits', 'pg_partitioned_table',
      'pg_namespace', 'pg_default_acl', 'pg_statistic_ext']::regclass[]) AS catalog),
  'untold', (
    SELECT jsonb_object_agg(catalog, pg_stat_get_xact_tuples_inserted(catalog) + pg_stat_get_xact_tuples_updated(catalog)
      + pg_stat_get_xact_tuples_deleted(catalog))
    FROM unnest(ARRAY['pg_extension', 'pg_range', 'pg_aggregate', 'pg_event_trigger', 'pg_publication',
      'pg_publication_rel', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_foreign_table', 'pg_language', 'pg_am',
      'pg_tablespace', 'pg_cast', 'pg_transform', 'pg_operator', 'pg_opclass', 'pg_opfamily', 'pg_collation', 'pg_conversion',
      'pg_ts_config', 'pg_ts_config_map', 'pg_ts_dict', 'pg_ts_parser', 'pg_ts_template', 'pg_seclabel',
      'pg_largeobject_metadata']::regclass[]) AS catalog)
)::text, true)
; prepare l (xid, oid, text[], bool) as 
-- One look at the catalog from inside a transaction: how many rows a migration can have made there are, and what those say that
-- are young: made since transaction $1, or, when that is null, by this transaction. It must have its number already. With $4,
-- those that a transaction since $1, rolled back, would have changed or taken away: its number stays in their xmax.
--
-- A row that is changed becomes another row with an xmin of its own, so rows that are not young can only become fewer: as
-- long as their number stays, nothing of what was there before has been touched. Young rows are told without oids and numbers of
-- columns, so that two runs of the same statements can be compared, and a row with the one that takes its place: whatever
-- a Snapshot tells of an object is in its lines.
--
-- A catalog is read from a key on. Behind $2, the highest that was there, stand new objects only (`fresh`); they are enough where
-- the server has counted, since catalog-begun.sql asked, no row changed and none taken away, or none changed and none new:
-- by those numbers it can be proved that nothing was missed. Other catalogs, and those named in $3, are read from the first
-- key on that a migration can give; with $3 null, all; with $4, those named and no others.
--
-- Left out are PostgreSQL's own rows (oids below 16384) where no migration can change them, and what a Snapshot leaves out.
-- `others`: the server has counted changes of catalogs that this does not tell, or, when null, was not asked to count.
WITH since (age) AS MATERIALIZED (SELECT coalesce(age($1::xid), 0)),
begun (told, untold) AS MATERIALIZED (
  SELECT b -> 'told', b -> 'untold' FROM (SELECT nullif(current_setting('strata.begun', true), '')::jsonb) AS s (b)
  WHERE current_setting('track_counts')::bool AND $3 IS NOT NULL
), counted (catalog, inserted, updated, deleted) AS MATERIALIZED (
  SELECT key, pg_stat_get_xact_tuples_inserted(key::regclass) - (value ->> 0)::int8,
         pg_stat_get_xact_tuples_updated(key::regclass) - (value ->> 1)::int8,
         pg_stat_get_xact_tuples_deleted(key::regclass) - (value ->> 2)::int8
  FROM begun, jsonb_each(told)
), behind (catalog, key) AS MATERIALIZED (
  SELECT catalog, CASE WHEN catalog = ANY ($3) THEN '16383' WHEN $4 THEN '4294967295'
                       WHEN updated = 0 AND 0 IN (inserted, deleted) THEN $2 ELSE '16383' END::oid
  FROM counted
), told (catalog, every, fresh, newest, lines) AS MATERIALIZED (
  SELECT 'pg_class', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(CASE WHEN relnamespace = 'pg_toast'::regnamespace THEN format('toast %s', reloptions) ELSE
      format('relation %s %s %s %s %s', oid::regclass, CASE WHEN relispartition THEN pg_get_expr(relpartbound, oid) END,
        reloftype::regtype, ROW (relkind, relpersistence, relam, reltablespace, relrowsecurity, relforcerowsecurity, relreplident),
        ROW (relispopulated, reloptions, relacl)) END)
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_class WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_class')
  UNION ALL
  SELECT 'pg_attribute', count(*), count(*) FILTER (WHERE attrelid > $2), max(attrelid),
    array_agg(CASE WHEN NOT attisdropped AND attnum > 0
           AND (SELECT c.relnamespace <> 'pg_toast'::regnamespace FROM pg_class c WHERE c.oid = attrelid) THEN
      format('column %s %s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod),
        -- Its place among those that are there: a column that was dropped keeps its number for ever.
        (SELECT count(*) FROM pg_attribute o WHERE o.attrelid = a.attrelid AND o.attnum BETWEEN 1 AND a.attnum AND NOT o.attisdropped),
        ROW (attnotnull, attidentity, attgenerated, attstorage, attcompression, attstattarget, attislocal, attcollation,
             attacl, attfdwoptions),
        -- PostgreSQL 17.12 writes the option pg_attver into every column, with another value each time.
        ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%')) END)
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_attribute a WHERE attrelid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_attribute')
  UNION ALL
  SELECT 'pg_attrdef', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('default %s %s', pg_describe_object('pg_class'::regclass, adrelid, adnum), pg_get_expr(adbin, adrelid)))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_attrdef WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_attrdef')
  UNION ALL
  SELECT 'pg_constraint', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('constraint %s %s %s %s %s', conname, conrelid::regclass, contypid::regtype, conislocal,
      pg_get_constraintdef(oid)))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_constraint WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_constraint')
  UNION ALL
  SELECT 'pg_index', count(*), count(*) FILTER (WHERE indexrelid > $2), max(indexrelid),
    array_agg(CASE WHEN (SELECT c.relnamespace <> 'pg_toast'::regnamespace FROM pg_class c WHERE c.oid = indrelid) THEN
      format('index %s %s', pg_get_indexdef(indexrelid), ROW (indisvalid, indisclustered, indisreplident)) END)
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_index WHERE indexrelid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_index')
  UNION ALL
  SELECT 'pg_trigger', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('trigger %s %s', CASE WHEN tgisinternal THEN tgrelid::regclass::text ELSE pg_get_triggerdef(oid) END, tgenabled))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_trigger WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_trigger')
  UNION ALL
  SELECT 'pg_policy', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('policy %s %s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polpermissive,
      polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_policy WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_policy')
  UNION ALL
  SELECT 'pg_rewrite', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('rule %s %s', pg_get_ruledef(oid), ev_enabled))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_rewrite WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_rewrite')
  UNION ALL
  SELECT 'pg_type', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('type %s %s %s %s', oid::regtype, format_type(typbasetype, typtypmod), typdefault,
      ROW (typtype, typnotnull, typcollation, typacl, typlen, typbyval, typalign, typstorage, typcategory, typispreferred,
           typdelim, typsubscript, typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze)))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_type WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_type')
  UNION ALL
  SELECT 'pg_enum', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('label %s %s %s', enumtypid::regtype, enumsortorder, enumlabel))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_enum WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_enum')
  UNION ALL
  SELECT 'pg_proc', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('routine %s %s %s', oid::regprocedure, proacl, CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_proc WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_proc')
  UNION ALL
  SELECT 'pg_sequence', count(*), count(*) FILTER (WHERE seqrelid > $2), max(seqrelid),
    array_agg(format('sequence %s %s %s', seqrelid::regclass,
      ROW (seqtypid, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle),
      (SELECT pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) FROM pg_depend d
       WHERE d.classid = 'pg_class'::regclass AND d.objid = seqrelid AND d.objsubid = 0
         AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_sequence WHERE seqrelid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_sequence')
  UNION ALL
  SELECT 'pg_description', count(*), count(*) FILTER (WHERE objoid > $2), max(objoid),
    array_agg(format('comment %s %s', pg_describe_object(classoid, objoid, objsubid), description))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_description WHERE objoid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_description')
     OR objoid IN (SELECT oid FROM pg_namespace WHERE oid < 16384 UNION ALL SELECT oid FROM pg_extension WHERE oid < 16384)
  UNION ALL
  SELECT 'pg_inherits', count(*), count(*) FILTER (WHERE inhrelid > $2), max(inhrelid),
    array_agg(format('inherits %s %s %s', inhrelid::regclass, inhparent::regclass, inhseqno))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_inherits WHERE inhrelid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_inherits')
  UNION ALL
  SELECT 'pg_partitioned_table', count(*), count(*) FILTER (WHERE partrelid > $2), max(partrelid),
    array_agg(format('key %s %s', partrelid::regclass, pg_get_partkeydef(partrelid)))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_partitioned_table WHERE partrelid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_partitioned_table')
  UNION ALL
  SELECT 'pg_namespace', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('schema %s %s', nspname, nspacl))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_namespace WHERE oid > (SELECT CASE WHEN min(key) > '16383' THEN min(key) ELSE '0' END FROM behind WHERE catalog = 'pg_namespace')
  UNION ALL
  SELECT 'pg_default_acl', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('default privileges %s %s %s %s', defaclrole::regrole, defaclnamespace::regnamespace,
      defaclobjtype, defaclacl))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_default_acl WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_default_acl')
  UNION ALL
  SELECT 'pg_statistic_ext', count(*), count(*) FILTER (WHERE oid > $2), max(oid),
    array_agg(format('statistics %s %s', pg_get_statisticsobjdef(oid), stxstattarget))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_statistic_ext WHERE oid > (SELECT coalesce(min(key), '16383') FROM behind WHERE catalog = 'pg_statistic_ext')
  UNION ALL
  -- Only the extension stands for its members: taken out of it, they are objects of their own. Never many rows are read here.
  SELECT 'pg_depend', count(*), 0, NULL, array_agg(format('member %s', pg_describe_object(classid, objid, objsubid)))
    FILTER (WHERE age(CASE WHEN $4 THEN xmax ELSE xmin END) <= (SELECT age FROM since))
  FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
)
SELECT (SELECT bool_or(pg_stat_get_xact_tuples_inserted(key::regclass) + pg_stat_get_xact_tuples_updated(key::regclass)
                       + pg_stat_get_xact_tuples_deleted(key::regclass) <> value::int8)
        FROM begun, jsonb_each(untold)) AS others,
       (SELECT json_agg(json_build_object('catalog', catalog, 'every', every, 'young', coalesce(cardinality(lines), 0), 'fresh', fresh,
          'partly', key > '16383', 'inserted', inserted, 'updated', updated, 'deleted', deleted))
        FROM told LEFT JOIN behind USING (catalog) LEFT JOIN counted USING (catalog)) AS catalogs,
       (SELECT greatest(max(newest), $2)::text FROM told) AS newest,
       ARRAY(SELECT line FROM told, unnest(lines) AS line WHERE line IS NOT NULL) AS lines,
       -- What has no xmin that everybody may read: names of roles, which definitions mention, and two kinds of the whole database.
       (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(rolname, oid::int8)), 0) FROM pg_roles WHERE oid >= 16384)
       || (SELECT format(' %s', array_agg(concat_ws(' ', umid, srvname, usename))) FROM pg_user_mappings)
       || (SELECT format(' %s', array_agg(subname)) FROM pg_subscription
           WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS outside
;
\timing on
begin; select pg_current_xact_id(); execute l(null,0,null,false) \g /dev/null
execute b \g /dev/null
execute b \g /dev/null
execute l(null,'4000000000','{}',false) \g /dev/null
explain (analyze, timing off) execute l(null,'4000000000','{}',false) \g /tmp/six/quick.txt
explain (analyze) execute l(null,0,null,false) \g /tmp/six/full.txt
execute l(null,'4000000000','{}',false)
 rollback;
