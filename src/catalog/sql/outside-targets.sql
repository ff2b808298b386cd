-- Tables outside the schemas read that a foreign key in them refers to, or that one of their tables inherits from.
SELECT c.oid, n.nspname AS schema, c.relname AS name, ARRAY(
         SELECT CASE WHEN a.attisdropped THEN NULL ELSE a.attname::text END
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS columns
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relnamespace <> ALL (current_setting('strata.schemas')::oid[]) AND c.oid IN (
  SELECT confrelid FROM pg_constraint
  WHERE contype = 'f' AND connamespace = ANY (current_setting('strata.schemas')::oid[])
  UNION ALL
  SELECT i.inhparent FROM pg_inherits i JOIN pg_class child ON child.oid = i.inhrelid
  WHERE child.relnamespace = ANY (current_setting('strata.schemas')::oid[])
    AND child.relkind IN ('r', 'p', 'f'))
