-- Not a partition's copy of its parent's index: that one stands for it. The definition is empty where index-definition.ts
-- writes it out of columns, which takes half of the time: a plain btree whose columns have types of pg_catalog with their own
-- operator classes and collations. (Sets of relations rather than joins: the planner guesses wrong about tables just made, and
-- would look for each index anew.) Nothing but text_ops serves varchar there, unless somebody makes a default of his own.
WITH own AS MATERIALIZED (
  SELECT o.oid, o.opcintype FROM pg_opclass o JOIN pg_am am ON am.oid = o.opcmethod
  WHERE am.amname = 'btree' AND o.opcdefault AND o.oid < 16384 AND o.opcintype = ANY ('{int2,int4,int8,numeric,bool,text,uuid,date,
    timestamp,timestamptz}'::regtype[]::oid[])
    AND NOT EXISTS (SELECT FROM pg_opclass v WHERE v.opcmethod = am.oid AND v.opcdefault AND v.opcintype = 'varchar'::regtype))
SELECT i.indexrelid AS oid, i.indrelid AS relation, c.relname AS name,
       CASE WHEN am.amname = 'btree' AND c.relkind = 'i' AND c.reloptions IS NULL AND i.indexprs IS NULL
         AND i.indnkeyatts = i.indnatts AND NOT i.indnullsnotdistinct AND i.indclass::oid[] <@ ARRAY(SELECT oid FROM own)
         AND c.oid NOT IN (SELECT attrelid FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
           AND (attoptions IS NOT NULL OR attcollation NOT IN (0, 'pg_catalog."default"'::regcollation)
             OR atttypid <> 'varchar'::regtype AND atttypid <> ALL (ARRAY(SELECT opcintype FROM own))))
         AND i.indrelid NOT IN (SELECT attrelid FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
           AND attcollation NOT IN (0, 'pg_catalog."default"'::regcollation))
         THEN '' ELSE pg_get_indexdef(i.indexrelid) END AS definition,
       NULLIF(am.amname, 'btree') AS method, NULLIF(i.indisunique, false) AS unique, NULLIF(i.indisvalid, true) AS valid,
       i.indkey AS key, NULLIF(i.indnkeyatts, i.indnatts) AS key_count, i.indoption AS options,
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
