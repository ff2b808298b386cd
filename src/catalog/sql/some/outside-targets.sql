-- Tables that are not read themselves, but that a foreign key of one that is refers to, or that it inherits from.
SELECT c.oid, n.nspname AS schema, c.relname AS name, ARRAY(
         SELECT CASE WHEN a.attisdropped THEN NULL ELSE a.attname::text END
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS columns
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid <> ALL (current_setting('strata.relations')::oid[]) AND c.oid IN (
  SELECT confrelid FROM pg_constraint
  WHERE contype = 'f' AND conrelid = ANY (current_setting('strata.relations')::oid[])
  UNION ALL
  SELECT inhparent FROM pg_inherits WHERE inhrelid = ANY (current_setting('strata.relations')::oid[]))
