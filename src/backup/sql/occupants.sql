-- What makes a database not empty. Extensions count by themselves, their members do not; plpgsql is in every template.
SELECT what
  FROM (
    SELECT 'extension ' || extname AS what FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT 'schema ' || nspname FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_'
    UNION ALL
    SELECT CASE relkind WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'table ' END
           || c.oid::regclass
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_'
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure FROM pg_catalog.pg_proc p
     WHERE p.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 'type ' || format_type(t.oid, NULL) FROM pg_catalog.pg_type t
     WHERE t.oid >= 16384 AND t.typtype IN ('d', 'e', 'r') AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.objid = t.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata
  ) AS found
 LIMIT 6
