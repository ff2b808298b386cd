-- The tables and views of these names, those of indexes of these names, and what their foreign keys refer to, for all queries.
SELECT set_config('strata.relations', ARRAY(
  WITH named (oid) AS (
    SELECT CASE WHEN c.relkind IN ('i', 'I') THEN (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = c.oid) ELSE c.oid END
    FROM pg_class c
    WHERE c.relname = ANY (:names) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'i', 'I')
      AND c.relnamespace = ANY (current_setting('strata.schemas')::oid[]))
  SELECT oid FROM named
  UNION
  SELECT c.oid FROM pg_constraint con JOIN pg_class c ON c.oid = con.confrelid
  WHERE con.conrelid IN (SELECT oid FROM named) AND con.contype = 'f'
    AND c.relnamespace = ANY (current_setting('strata.schemas')::oid[]))::text, true)
