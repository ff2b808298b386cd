-- About how many rows each table of $1 has: the planner's number, or the statistics' when it was never analysed.
SELECT t.name, c.oid IS NOT NULL AS found,
       greatest(coalesce(c.reltuples, -1), coalesce(pg_stat_get_live_tuples(c.oid), -1))::bigint::text AS rows
  FROM unnest($1::text[]) WITH ORDINALITY AS t(name, position)
  LEFT JOIN pg_catalog.pg_class c ON c.oid = to_regclass(t.name)
 ORDER BY t.position;
