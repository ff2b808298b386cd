-- Tables that may be a migration history: ours under another name or in another schema, or node-pg-migrate's.
SELECT n.nspname AS schema, c.relname AS table, c.relname = 'pgmigrations' AS foreign
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
   AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
   AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'name' AND NOT a.attisdropped)
   AND (c.relname = 'pgmigrations'
        OR 3 = (SELECT count(*) FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = c.oid AND NOT a.attisdropped
                   AND a.attname IN ('version', 'semantic_checksum', 'snapshot_hash')))
 ORDER BY 1, 2;
