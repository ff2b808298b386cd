-- Bytes on disk of each table of $1 (schemas) and $2 (names), its indexes, TOAST and partitions with it.
SELECT w.schema || '.' || w.name AS key,
       coalesce((SELECT sum(pg_catalog.pg_total_relation_size(t.relid)) FROM pg_catalog.pg_partition_tree(c.oid) t),
                pg_catalog.pg_total_relation_size(c.oid))::float8 AS bytes
  FROM unnest($1::text[], $2::text[]) AS w(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p', 'm');
