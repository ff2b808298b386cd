-- Schemas of the names $1, and those of the search path, which have a place; without the server's own.
SELECT n.nspname::text AS name, array_position(current_schemas(false), n.nspname) AS place
  FROM pg_namespace n
 WHERE (n.nspname = ANY ($1) OR n.nspname = ANY (current_schemas(false)))
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY place
