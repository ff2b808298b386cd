-- Null last_value: never called. Sequences of extensions are left out like their tables.
SELECT s.schemaname AS schema, s.sequencename AS name, s.last_value::text AS last_value,
       s.increment_by > 0 AS ascending, s.cycle
  FROM pg_catalog.pg_sequences s
  JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename
 WHERE c.relpersistence <> 't'
   AND NOT EXISTS (
     SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
   )
 ORDER BY s.schemaname COLLATE "C", s.sequencename COLLATE "C"
