-- The tables whose rows a dump holds: no foreign tables, no temporary ones, none that belong to an extension (those are
-- filled by CREATE EXTENSION). Columns come by name, not by position: pg_dump may reorder the columns of an inheritance
-- child. Generated columns are left out: a dump does not hold them. The type is named when it is one of PostgreSQL's own.
SELECT n.nspname AS schema,
       c.relname AS name,
       pg_relation_size(c.oid)::float8 AS bytes,
       coalesce((
         SELECT jsonb_agg(jsonb_build_object(
                  'name', a.attname,
                  'type', CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname END
                ) ORDER BY a.attname COLLATE "C")
           FROM pg_catalog.pg_attribute a
           JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
       ), '[]') AS columns
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (
     SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
   )
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
