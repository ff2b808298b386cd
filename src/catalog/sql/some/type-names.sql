-- Names of all types that a column uses; an array is told by its element.
SELECT t.oid, format_type(t.oid, NULL) AS text, COALESCE(en.nspname, n.nspname) AS schema,
       COALESCE(e.typname, t.typname) AS name, e.oid IS NOT NULL AS array
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
WHERE t.oid IN (
  SELECT a.atttypid FROM pg_attribute a
  WHERE a.attrelid = ANY (current_setting('strata.relations')::oid[]) AND a.attnum > 0)
