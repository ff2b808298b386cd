-- One look at the catalog from inside a transaction: how many rows a migration can have made there are, and what those say that
-- are young: made since transaction $1, or, when that is null, by this transaction. It must have its number already.
--
-- A row that is changed becomes another row with an xmin of its own, so rows that are not young can only become fewer: as
-- long as their number stays, nothing of what was there before has been touched. Young rows are told without oids and numbers of
-- columns, so that two runs of the same statements can be compared, and a row with the one that takes its place: whatever
-- a Snapshot tells of an object is in its lines.
--
-- A catalog is read from a key on. Behind $2, the highest that was there, stand new objects only (`fresh`); they are enough where
-- the server has counted, since catalog-begun.sql asked, no row changed and none taken away, or none changed and none new:
-- by those numbers it can be proved that nothing was missed. Other catalogs, and those named in $3, are read from the first
-- key on that a migration can give; with $3 null, all. Columns are changed in nearly every transaction, by each of their defaults:
-- as long as it has no table to itself that was there at $4, they are read from there on, and looked at whole now and then.
--
-- Left out are PostgreSQL's own rows (oids below 16384) where no migration can change them, and what a Snapshot leaves out.
-- `others`: the server has counted changes of catalogs that this does not tell, or, when null, was not asked to count.
WITH since (age) AS MATERIALIZED (SELECT coalesce(age($1::xid), 0)),
begun (m) AS MATERIALIZED (
  SELECT nullif(current_setting('strata.begun', true), '')::int8[] WHERE current_setting('track_counts')::bool AND $3 IS NOT NULL
), counted (catalog, told, inserted, updated, deleted) AS MATERIALIZED (
  SELECT m[n][1]::oid, m[n][2] = 1, pg_stat_get_xact_tuples_inserted(m[n][1]::oid) - m[n][3],
         pg_stat_get_xact_tuples_updated(m[n][1]::oid) - m[n][4], pg_stat_get_xact_tuples_deleted(m[n][1]::oid) - m[n][5]
  FROM begun, generate_subscripts(m, 1) AS n
), behind (key, inserted, deleted, others) AS MATERIALIZED (
  -- Arrays in the order of catalog-begun.sql.
  SELECT array_agg(CASE WHEN cardinality($3) > 0 AND catalog::regclass::text = ANY ($3) THEN '16383'
                        WHEN updated = 0 AND 0 IN (inserted, deleted) THEN $2
                        WHEN catalog = 'pg_attribute'::regclass AND 0 IN (inserted, deleted) AND NOT EXISTS (
                          SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation BETWEEN '16384' AND $4
                          AND mode IN ('ShareUpdateExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')) THEN $4
                        ELSE '16383' END::oid) FILTER (WHERE told),
         array_agg(inserted) FILTER (WHERE told), array_agg(deleted) FILTER (WHERE told),
         bool_or(inserted + updated + deleted <> 0) FILTER (WHERE NOT told)
  FROM counted
-- The two largest catalogs: when they are read whole, then by their pages rather than by their indexes, and nothing but what is needed.
), classes (every, young) AS MATERIALIZED (
  SELECT count(*), array_agg(ctid) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_class WHERE oid > (SELECT nullif(key[1], '16383') FROM behind)
  UNION ALL
  SELECT count(*), array_agg(ctid) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_class WHERE oid::int8 > 16383 AND (SELECT key[1] > '16383' FROM behind) IS NOT TRUE
), columns (every, young) AS MATERIALIZED (
  SELECT count(*), array_agg(ctid) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_attribute WHERE attrelid > (SELECT nullif(key[2], '16383') FROM behind)
  UNION ALL
  SELECT count(*), array_agg(ctid) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_attribute WHERE attrelid::int8 > 16383 AND (SELECT key[2] > '16383' FROM behind) IS NOT TRUE
), told (catalog, n, every, keys, lines) AS MATERIALIZED (
  SELECT 'pg_class', 1, (SELECT sum(every) FROM classes), array_agg(oid),
    array_agg(CASE WHEN relnamespace = 'pg_toast'::regnamespace THEN format('toast %s', reloptions) ELSE
      format('relation %s %s %s %s %s', oid::regclass, CASE WHEN relispartition THEN pg_get_expr(relpartbound, oid) END,
        reloftype::regtype, ROW (relkind, relpersistence, relam, reltablespace, relrowsecurity, relforcerowsecurity, relreplident),
        ROW (reloptions, relacl)) END)
  FROM pg_class WHERE ctid = ANY (ARRAY(SELECT unnest(young) FROM classes))
  UNION ALL
  SELECT 'pg_attribute', 2, (SELECT sum(every) FROM columns), array_agg(attrelid),
    array_agg(CASE WHEN NOT attisdropped AND attnum > 0
           AND (SELECT c.relnamespace <> 'pg_toast'::regnamespace FROM pg_class c WHERE c.oid = attrelid) THEN
      format('column %s %s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod),
        -- Its place among those that are there: a column that was dropped keeps its number for ever.
        (SELECT count(*) FROM pg_attribute o WHERE o.attrelid = a.attrelid AND o.attnum BETWEEN 1 AND a.attnum AND NOT o.attisdropped),
        ROW (attnotnull, attidentity, attgenerated, attstorage, attcompression, attstattarget, attislocal, attcollation,
             attacl, attfdwoptions),
        -- PostgreSQL 17.12 writes the option pg_attver into every column, with another value each time.
        ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%')) END)
  FROM pg_attribute a WHERE ctid = ANY (ARRAY(SELECT unnest(young) FROM columns))
  UNION ALL
  SELECT 'pg_attrdef', 3, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('default %s %s', pg_describe_object('pg_class'::regclass, adrelid, adnum), pg_get_expr(adbin, adrelid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_attrdef WHERE oid > coalesce((SELECT key[3] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_constraint', 4, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('constraint %s %s %s %s %s', conname, conrelid::regclass, contypid::regtype, conislocal,
      pg_get_constraintdef(oid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_constraint WHERE oid > coalesce((SELECT key[4] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_index', 5, count(*), array_agg(indexrelid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(CASE WHEN (SELECT c.relnamespace <> 'pg_toast'::regnamespace FROM pg_class c WHERE c.oid = indrelid) THEN
      format('index %s %s', pg_get_indexdef(indexrelid), ROW (indisvalid, indisclustered, indisreplident)) END)
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_index WHERE indexrelid > coalesce((SELECT key[5] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_trigger', 6, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('trigger %s %s', CASE WHEN tgisinternal THEN tgrelid::regclass::text ELSE pg_get_triggerdef(oid) END, tgenabled))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_trigger WHERE oid > coalesce((SELECT key[6] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_policy', 7, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('policy %s %s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polpermissive,
      polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_policy WHERE oid > coalesce((SELECT key[7] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_rewrite', 8, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('rule %s %s', pg_get_ruledef(oid), ev_enabled))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_rewrite WHERE oid > coalesce((SELECT key[8] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_type', 9, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('type %s %s %s %s', oid::regtype, format_type(typbasetype, typtypmod), typdefault,
      ROW (typtype, typnotnull, typcollation, typacl, typlen, typbyval, typalign, typstorage, typcategory, typispreferred,
           typdelim, typsubscript, typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_type WHERE oid > coalesce((SELECT key[9] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_enum', 10, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('label %s %s %s', enumtypid::regtype, enumsortorder, enumlabel))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_enum WHERE oid > coalesce((SELECT key[10] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_proc', 11, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('routine %s %s %s', oid::regprocedure, proacl, CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_proc WHERE oid > coalesce((SELECT key[11] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_sequence', 12, count(*), array_agg(seqrelid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('sequence %s %s %s', seqrelid::regclass,
      ROW (seqtypid, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle),
      (SELECT pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) FROM pg_depend d
       WHERE d.classid = 'pg_class'::regclass AND d.objid = seqrelid AND d.objsubid = 0
         AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_sequence WHERE seqrelid > coalesce((SELECT key[12] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_description', 13, count(*), array_agg(objoid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('comment %s %s', pg_describe_object(classoid, objoid, objsubid), description))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_description WHERE objoid > coalesce((SELECT key[13] FROM behind), '16383')
  UNION ALL
  -- Comments on what PostgreSQL brings. Never many rows are read here, nor in the last one.
  SELECT 'pg_description of PostgreSQL', NULL, count(*), NULL,
    array_agg(format('comment %s %s', pg_describe_object(classoid, objoid, objsubid), description))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_description WHERE objoid < 16384 AND objoid IN (SELECT oid FROM pg_namespace UNION ALL SELECT oid FROM pg_extension)
  UNION ALL
  SELECT 'pg_inherits', 14, count(*), array_agg(inhrelid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('inherits %s %s %s', inhrelid::regclass, inhparent::regclass, inhseqno))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_inherits WHERE inhrelid > coalesce((SELECT key[14] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_partitioned_table', 15, count(*), array_agg(partrelid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('key %s %s', partrelid::regclass, pg_get_partkeydef(partrelid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_partitioned_table WHERE partrelid > coalesce((SELECT key[15] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_namespace', 16, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('schema %s %s', nspname, nspacl))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_namespace WHERE oid > coalesce((SELECT nullif(key[16], '16383') FROM behind), '0')
  UNION ALL
  SELECT 'pg_default_acl', 17, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('default privileges %s %s %s %s', defaclrole::regrole, defaclnamespace::regnamespace,
      defaclobjtype, defaclacl))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_default_acl WHERE oid > coalesce((SELECT key[17] FROM behind), '16383')
  UNION ALL
  SELECT 'pg_statistic_ext', 18, count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)),
    array_agg(format('statistics %s %s', pg_get_statisticsobjdef(oid), stxstattarget))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_statistic_ext WHERE oid > coalesce((SELECT key[18] FROM behind), '16383')
  UNION ALL
  -- Only the extension stands for its members: taken out of it, they are objects of their own.
  SELECT 'pg_depend', NULL, count(*), NULL, array_agg(format('member %s', pg_describe_object(classid, objid, objsubid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
)
SELECT (SELECT others FROM behind) AS others,
       (SELECT json_agg(json_build_object('catalog', catalog, 'every', every, 'young', coalesce(cardinality(lines), 0),
          'fresh', (SELECT count(*) FROM unnest(keys) AS k WHERE k > $2), 'behind', nullif(key[n], '16383')::text,
          'inserted', inserted[n], 'deleted', deleted[n]))
        FROM told, behind) AS catalogs,
       (SELECT greatest(max(k), $2)::text FROM told, unnest(keys) AS k) AS newest,
       ARRAY(SELECT line FROM told, unnest(lines) AS line WHERE line IS NOT NULL) AS lines
