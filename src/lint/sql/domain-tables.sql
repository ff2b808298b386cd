-- Tables with a column of a domain of these names, or of one that is built on it.
WITH RECURSIVE chain AS (
  SELECT t.oid AS domain, t.oid AS link FROM pg_type t WHERE t.typtype = 'd' AND t.typname = ANY ($1)
  UNION
  SELECT c.domain, t.oid FROM chain c JOIN pg_type t ON t.typbasetype = c.link AND t.typtype = 'd'
)
SELECT DISTINCT dn.nspname || '.' || d.typname AS domain, n.nspname::text AS schema, r.relname::text AS name
  FROM chain c
  JOIN pg_type d ON d.oid = c.domain
  JOIN pg_namespace dn ON dn.oid = d.typnamespace
  JOIN pg_attribute a ON a.atttypid = c.link AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p')
  JOIN pg_namespace n ON n.oid = r.relnamespace
 ORDER BY domain, schema, name
