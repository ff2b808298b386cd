-- Whether partition $2 of table $1 was left pending by DETACH PARTITION CONCURRENTLY; no row: it is none of its partitions.
SELECT inhdetachpending AS pending
  FROM pg_catalog.pg_inherits
 WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)
