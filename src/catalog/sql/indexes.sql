-- Not a partition's copy of its parent's index: that one stands for it.
SELECT i.indexrelid AS oid, i.indrelid AS relation, c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition,
       NULLIF(am.amname, 'btree') AS method, NULLIF(i.indisunique, false) AS unique, NULLIF(i.indisvalid, true) AS valid,
       i.indkey AS key, NULLIF(i.indnkeyatts, i.indnatts) AS key_count,
       CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate,
       NULLIF(i.indnullsnotdistinct, false) AS nulls_not_distinct, NULLIF(i.indisclustered, false) AS clustered,
       NULLIF(i.indisreplident, false) AS replica_identity,
       ts.spcname AS tablespace, d.description AS comment
FROM pg_class c
JOIN pg_index i ON i.indexrelid = c.oid
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('i', 'I') AND NOT c.relispartition
  AND c.relnamespace = ANY (current_setting('strata.schemas')::oid[])
