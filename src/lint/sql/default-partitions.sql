-- The default partition of each partitioned table with one of these names, in any schema.
SELECT n.nspname || '.' || c.relname AS parent, dn.nspname::text AS schema, d.relname::text AS name
  FROM pg_partitioned_table p
  JOIN pg_class c ON c.oid = p.partrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class d ON d.oid = p.partdefid
  JOIN pg_namespace dn ON dn.oid = d.relnamespace
 WHERE c.relname = ANY ($1)
