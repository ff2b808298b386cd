-- Domains of these names, in any schema, that a NOT NULL or CHECK of their own or of a domain below them constrains.
WITH RECURSIVE chain AS (
  SELECT t.oid AS domain, t.oid AS link FROM pg_type t WHERE t.typtype = 'd' AND t.typname = ANY ($1)
  UNION
  SELECT c.domain, t.typbasetype FROM chain c JOIN pg_type t ON t.oid = c.link WHERE t.typtype = 'd'
)
SELECT DISTINCT n.nspname || '.' || d.typname AS name
  FROM chain c
  JOIN pg_type d ON d.oid = c.domain
  JOIN pg_namespace n ON n.oid = d.typnamespace
  JOIN pg_type t ON t.oid = c.link AND t.typtype = 'd'
 WHERE t.typnotnull OR EXISTS (SELECT FROM pg_constraint o WHERE o.contypid = t.oid)
