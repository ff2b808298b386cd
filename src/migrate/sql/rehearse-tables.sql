-- The tables that a migration finds, by oid: names, the partitioned table they belong to, the file their rows are in; and
-- what earlier transactions of the session left in the counters, which are not empty when a transaction begins.
SELECT c.oid::int8::text AS oid, n.nspname AS schema, c.relname AS name, pg_catalog.pg_relation_filenode(c.oid)::text AS filenode,
       coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid)::int8::text AS root,
       (pg_catalog.pg_stat_get_xact_numscans(c.oid)
         + coalesce((SELECT sum(pg_catalog.pg_stat_get_xact_numscans(i.indexrelid))
                       FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid), 0))::int8::text AS scans,
       (pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
         + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid))::int8::text AS written
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm', 'v') AND c.relpersistence <> 't'
   AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema';
