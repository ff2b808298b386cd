-- The same from outside, while a statement runs that cannot be in a transaction: locks alone.
SELECT l.relation::int8::text AS oid, array_agg(DISTINCT l.mode) AS modes
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
 WHERE l.locktype = 'relation' AND l.granted AND l.pid = $1 AND d.datname = pg_catalog.current_database() AND l.relation >= 16384
 GROUP BY l.relation;
