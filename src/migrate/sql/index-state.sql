-- Indexes of table $1 that match: by name $2, or (for leftovers of REINDEX) by pattern $3. $1 may also name an index.
SELECT n.nspname AS schema, c.relname AS name, i.indisvalid AS valid,
       (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p
         WHERE p.index_relid = c.oid AND p.pid <> pg_backend_pid() LIMIT 1) AS builder
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE i.indrelid = coalesce((SELECT x.indrelid FROM pg_catalog.pg_index x WHERE x.indexrelid = to_regclass($1)), to_regclass($1))
   AND ($2::text IS NULL OR c.relname = $2::text::name)
   AND ($3::text IS NULL OR c.relname ~ $3);
