-- Of these schemas and names. They have rows, and locks to wait for, but are no tables.
SELECT n.nspname || '.' || c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' AND n.nspname = ANY ($1) AND c.relname = ANY ($2)
