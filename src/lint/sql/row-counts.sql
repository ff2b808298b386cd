-- About how many rows each table has: the planner's number, or the statistics' when it was never analysed; -1: nobody knows.
SELECT n.nspname || '.' || c.relname AS name,
       greatest(c.reltuples, coalesce(pg_stat_get_live_tuples(c.oid), -1))::float8 AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND c.relname = ANY ($2)
