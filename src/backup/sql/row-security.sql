-- Tables of which this role would see only some rows.
SELECT n.nspname AS schema, c.relname AS name, c.relforcerowsecurity AS forced
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND row_security_active(c.oid)
 ORDER BY 1, 2
