-- One look at the catalog from inside a transaction: how many rows a migration can have made there are, and what those say
-- that are young: made since transaction $1, or, when that is null, by this transaction. It must have its number already.
--
-- A row that is changed becomes another row with an xmin of its own, so rows that are not young can only become fewer: as
-- long as their number stays, nothing of what was there before has been touched. Counting is a scan of each catalog and
-- nothing more; only young rows are told, without oids, so that two runs of the same statements can be compared.
-- Left out are PostgreSQL's own rows (oids below 16384) where no migration can change them, and what a Snapshot leaves out.
--
-- A table's row in pg_class is rewritten also by what is no change of the table: the first foreign key to it sets
-- relhastriggers. A table is as old as its system columns, which nothing ever changes; the row of an old table that was
-- rewritten counts as old, and is given with its content, to be compared with what the table said before. $2: the content of
-- every table, rewritten or not.
--
-- `others` counts young rows of kinds that this does not tell: whoever meets one has to read a Snapshot.
WITH since (age) AS MATERIALIZED (SELECT coalesce(age($1::xid), 0)),
class (every, young) AS MATERIALIZED (
  SELECT count(*), array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)) FROM pg_class WHERE oid >= 16384
), young_class AS MATERIALIZED (
  SELECT c.oid, c.relkind IN ('r', 'p') AND age(a.xmin) > (SELECT age FROM since) AS rewritten,
         format('relation %s %s %s %s %s %s', c.oid::regclass, CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
           CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'm' THEN pg_get_viewdef(c.oid) END,
           c.reloftype::regtype,
           ROW (c.relkind, c.relpersistence, c.relowner, c.relam, c.reltablespace, c.relrowsecurity, c.relforcerowsecurity, c.relreplident),
           ROW (c.reloptions, c.relacl)) AS line,
         c.relnamespace = 'pg_toast'::regnamespace AS toast, c.reloptions, c.relkind
  FROM unnest((SELECT young FROM class)) AS y (oid)
  JOIN pg_class c ON c.oid = y.oid LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = -1
), told (every, lines) AS (
  SELECT (SELECT every FROM class), array_agg(CASE WHEN toast THEN format('toast %s', reloptions) ELSE line END)
  FROM young_class WHERE rewritten IS NOT TRUE
  UNION ALL
  SELECT count(*), array_agg(
    CASE WHEN NOT attisdropped AND (SELECT c.relnamespace <> 'pg_toast'::regnamespace FROM pg_class c WHERE c.oid = attrelid) THEN
      format('column %s %s %s %s %s %s', attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod),
        ROW (attnotnull, attidentity, attgenerated, attstorage, attcompression, attstattarget, attislocal, attcollation,
             attacl, attfdwoptions),
        -- PostgreSQL 17.12 writes the option pg_attver into every column, with another value each time.
        ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%'))
    END) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
  UNION ALL
  SELECT count(*), array_agg(format('default %s %s %s', adrelid::regclass, adnum, pg_get_expr(adbin, adrelid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_attrdef
  UNION ALL
  SELECT count(*), array_agg(format('constraint %s %s %s %s %s', conname, conrelid::regclass, contypid::regtype, conislocal,
      pg_get_constraintdef(oid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_constraint WHERE oid >= 16384
  UNION ALL
  SELECT count(*), array_agg(
    CASE WHEN (SELECT c.relnamespace <> 'pg_toast'::regnamespace FROM pg_class c WHERE c.oid = indrelid) THEN
      format('index %s %s', pg_get_indexdef(indexrelid), ROW (indisvalid, indisclustered, indisreplident))
    END) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_index WHERE indexrelid >= 16384
  UNION ALL
  SELECT count(*), array_agg(CASE WHEN tgisinternal THEN format('trigger %s %s', tgrelid::regclass, tgenabled)
      ELSE format('trigger %s %s', pg_get_triggerdef(oid), tgenabled) END)
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_trigger
  UNION ALL
  SELECT count(*), array_agg(format('policy %s %s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polpermissive,
      polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_policy
  UNION ALL
  SELECT count(*), array_agg(format('rule %s %s', CASE WHEN rulename <> '_RETURN' THEN pg_get_ruledef(oid) END, ev_enabled))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_rewrite WHERE oid >= 16384
  UNION ALL
  SELECT count(*), array_agg(format('type %s %s %s %s', oid::regtype, format_type(typbasetype, typtypmod), typdefault,
      ROW (typtype, typnotnull, typcollation, typacl)))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_type WHERE oid >= 16384
  UNION ALL
  SELECT count(*), array_agg(format('label %s %s %s', enumtypid::regtype, enumsortorder, enumlabel))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_enum
  UNION ALL
  SELECT count(*), array_agg(format('routine %s %s %s', oid::regprocedure, proacl, CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_proc WHERE oid >= 16384
  UNION ALL
  SELECT count(*), array_agg(format('sequence %s %s %s', seqrelid::regclass,
      ROW (seqtypid, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle),
      (SELECT format('%s %s', d.refobjid::regclass, d.refobjsubid) FROM pg_depend d
       WHERE d.classid = 'pg_class'::regclass AND d.objid = seqrelid AND d.objsubid = 0
         AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_sequence
  UNION ALL
  SELECT count(*), array_agg(format('comment %s %s', pg_describe_object(classoid, objoid, objsubid), description))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_description WHERE objoid >= 16384
  UNION ALL
  SELECT count(*), array_agg(format('comment %s %s', pg_describe_object(classoid, objoid, objsubid), description))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_description
  WHERE objoid < 16384 AND objoid IN (SELECT oid FROM pg_namespace UNION ALL SELECT oid FROM pg_extension)
  UNION ALL
  SELECT count(*), array_agg(format('inherits %s %s %s', inhrelid::regclass, inhparent::regclass, inhseqno))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_inherits
  UNION ALL
  -- What these say is in the line of their table.
  SELECT count(*), array_agg(NULL::text) FILTER (WHERE age(xmin) <= (SELECT age FROM since)) FROM pg_partitioned_table
  UNION ALL
  SELECT count(*), array_agg(format('schema %s %s', nspname, nspacl)) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_namespace
  UNION ALL
  SELECT count(*), array_agg(format('default privileges %s %s %s %s', defaclrole::regrole, defaclnamespace::regnamespace,
      defaclobjtype, defaclacl))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_default_acl
  UNION ALL
  SELECT count(*), array_agg(format('statistics %s %s', pg_get_statisticsobjdef(oid), stxstattarget))
    FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM pg_statistic_ext
), untold (every, young) AS (
  SELECT count(*), count(*) FILTER (WHERE age(xmin) <= (SELECT age FROM since))
  FROM (
    SELECT xmin FROM pg_extension
    -- Only the extension stands for its members: taken out of it, they are objects of their own.
    UNION ALL SELECT xmin FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    UNION ALL SELECT xmin FROM pg_range WHERE rngtypid >= 16384
    UNION ALL SELECT xmin FROM pg_aggregate WHERE aggfnoid::oid >= 16384
    UNION ALL SELECT xmin FROM pg_event_trigger
    UNION ALL SELECT xmin FROM pg_publication
    UNION ALL SELECT xmin FROM pg_publication_rel
    UNION ALL SELECT xmin FROM pg_foreign_data_wrapper
    UNION ALL SELECT xmin FROM pg_foreign_server
    UNION ALL SELECT xmin FROM pg_foreign_table
    UNION ALL SELECT xmin FROM pg_language
    UNION ALL SELECT xmin FROM pg_am
    UNION ALL SELECT xmin FROM pg_tablespace
    UNION ALL SELECT xmin FROM pg_cast WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_transform
    UNION ALL SELECT xmin FROM pg_operator WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_opclass WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_opfamily WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_collation WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_conversion WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_ts_config
    UNION ALL SELECT xmin FROM pg_ts_config_map WHERE mapcfg >= 16384
    UNION ALL SELECT xmin FROM pg_ts_dict
    UNION ALL SELECT xmin FROM pg_ts_parser
    UNION ALL SELECT xmin FROM pg_ts_template
    UNION ALL SELECT xmin FROM pg_seclabel
    UNION ALL SELECT xmin FROM pg_largeobject_metadata
  ) AS rows
)
SELECT (SELECT sum(every) FROM told)::int + (SELECT every FROM untold)::int AS every,
       (SELECT sum(coalesce(cardinality(lines), 0)) FROM told)::int + (SELECT young FROM untold)::int AS young,
       (SELECT young FROM untold)::int AS others,
       ARRAY(SELECT line FROM told, unnest(lines) AS line WHERE line IS NOT NULL) AS lines,
       ARRAY(SELECT oid::text FROM young_class WHERE rewritten) AS rewritten,
       ARRAY(
         SELECT (SELECT ROW (c.oid, c.relname, c.relnamespace, c.relowner, c.relam, c.reltablespace, c.relpersistence, c.relkind,
                        c.relnatts, c.relchecks, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition,
                        c.relacl, c.reloptions, c.relpartbound, c.reloftype)::text
                 FROM pg_class c WHERE c.oid = t.oid)
         FROM (SELECT oid FROM young_class WHERE relkind IN ('r', 'p')
               UNION ALL SELECT oid FROM pg_class WHERE $2 AND oid >= 16384 AND relkind IN ('r', 'p')) AS t) AS tables,
       -- What has no xmin that everybody may read: names of roles, which definitions mention, and two kinds of the whole database.
       (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(rolname, oid::int8)), 0) FROM pg_roles WHERE oid >= 16384)
       || (SELECT format(' %s', array_agg(concat_ws(' ', umid, srvname, usename))) FROM pg_user_mappings)
       || (SELECT format(' %s', array_agg(subname)) FROM pg_subscription
           WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS outside
