-- The key that batches over table $1 go along: the primary key, else the smallest unique index on columns that are never null.
-- One row per column, in order; `rows` is PostgreSQL's own estimate of the table, 0 when it has none. No row: no such key.
WITH best AS (
  SELECT i.indexrelid, i.indrelid, i.indkey, i.indnkeyatts
    FROM pg_catalog.pg_index i
   WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
     AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, at)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                      WHERE k.at <= i.indnkeyatts AND NOT a.attnotnull)
   ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1
)
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       (SELECT sum(greatest(c.reltuples, 0))::float8 FROM pg_catalog.pg_class c
         WHERE c.relkind = 'r' AND c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree(best.indrelid) UNION SELECT best.indrelid)) AS rows
  FROM best, unnest(best.indkey::int2[]) WITH ORDINALITY AS k (attnum, at)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = (SELECT indrelid FROM best) AND a.attnum = k.attnum
 WHERE k.at <= best.indnkeyatts
 ORDER BY k.at;
