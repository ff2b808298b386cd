-- Constraints of tables and domains. Not those that a partition or a child inherits, nor the catalog's own entries for
-- constraint triggers; of PostgreSQL 18's NOT NULL constraints only what a column's flag does not tell.
SELECT con.oid, con.conrelid AS relation, NULLIF(con.contypid, 0) AS domain, con.conname AS name, con.contype AS kind,
       pg_get_constraintdef(con.oid) AS definition,
       con.conkey::text AS key, NULLIF(con.conindid, 0) AS index,
       NULLIF(con.convalidated, true) AS validated, NULLIF(:enforced, true) AS enforced,
       NULLIF(con.condeferrable, false) AS deferrable, NULLIF(con.condeferred, false) AS deferred,
       CASE WHEN con.contype IN ('c', 'n') THEN NULLIF(con.connoinherit, false) END AS no_inherit,
       CASE WHEN con.contype = 'f' THEN NULLIF(con.confupdtype, 'a') END AS on_update,
       CASE WHEN con.contype = 'f' THEN NULLIF(con.confdeltype, 'a') END AS on_delete,
       CASE WHEN con.contype = 'f' THEN NULLIF(con.confmatchtype, 's') END AS match,
       NULLIF(con.confrelid, 0) AS target, con.confkey::text AS target_key
FROM pg_constraint con
WHERE con.connamespace = ANY (current_setting('strata.schemas')::oid[])
  AND con.conparentid = 0
  AND (con.contype IN ('p', 'u', 'x', 'f') OR con.contype = 'c' AND (con.conislocal OR con.conrelid = 0)
    OR con.contype = 'n' AND con.conrelid <> 0 AND con.conislocal AND (NOT con.convalidated OR con.connoinherit
      OR EXISTS (SELECT FROM pg_description d WHERE d.objoid = con.oid AND d.classoid = 'pg_constraint'::regclass)))
