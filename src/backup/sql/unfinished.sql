-- Databases of restores that were killed: while one runs, it has a session in its database. Asked for here, because DROP
-- DATABASE would wait five seconds for that session before it refuses.
SELECT datname AS name FROM pg_catalog.pg_database d
 WHERE datname ~ '^strata_restore_[0-9a-f]{12}$'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
