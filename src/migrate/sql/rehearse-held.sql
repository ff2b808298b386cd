-- What this transaction holds locked, and did to it so far: scans begun (of the table or of one of its indexes), rows
-- written, the file its rows are in now. A table that the transaction dropped is still locked.
SELECT held.relation::int8::text AS oid, held.modes, pg_catalog.pg_relation_filenode(held.relation)::text AS filenode,
       (pg_catalog.pg_stat_get_xact_numscans(held.relation)
         + coalesce((SELECT sum(pg_catalog.pg_stat_get_xact_numscans(i.indexrelid))
                       FROM pg_catalog.pg_index i WHERE i.indrelid = held.relation), 0))::int8::text AS scans,
       (pg_catalog.pg_stat_get_xact_tuples_inserted(held.relation) + pg_catalog.pg_stat_get_xact_tuples_updated(held.relation)
         + pg_catalog.pg_stat_get_xact_tuples_deleted(held.relation))::int8::text AS written,
       coalesce(pg_catalog.pg_relation_size(held.relation) > 0, false) AS filled
  FROM (SELECT l.relation, array_agg(DISTINCT l.mode) AS modes
          FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
         WHERE l.locktype = 'relation' AND l.granted AND l.pid = pg_catalog.pg_backend_pid()
           AND d.datname = pg_catalog.current_database() AND l.relation >= 16384
         GROUP BY l.relation) AS held;
