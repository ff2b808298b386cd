-- Constraints of tables and domains. Not those that a partition or a child inherits, nor the catalog's own entries for
-- constraint triggers; of PostgreSQL 18's NOT NULL constraints only what a column's flag does not tell.
SELECT con.oid, con.conrelid AS relation, con.contypid AS domain, con.conname AS name, con.contype AS kind,
       pg_get_constraintdef(con.oid) AS definition,
       con.conkey AS key, con.conindid AS index, con.convalidated AS validated, :enforced AS enforced,
       con.condeferrable AS deferrable, con.condeferred AS deferred, con.connoinherit AS no_inherit,
       con.confupdtype AS on_update, con.confdeltype AS on_delete, con.confmatchtype AS match,
       con.confrelid AS target, con.confkey AS target_key
FROM pg_constraint con
WHERE con.connamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY (:schemas))
  AND con.conparentid = 0
  AND (con.contype IN ('p', 'u', 'x', 'f') OR con.contype = 'c' AND (con.conislocal OR con.conrelid = 0)
    OR con.contype = 'n' AND con.conrelid <> 0 AND con.conislocal AND (NOT con.convalidated OR con.connoinherit
      OR EXISTS (SELECT FROM pg_description d WHERE d.objoid = con.oid AND d.classoid = 'pg_constraint'::regclass)))
