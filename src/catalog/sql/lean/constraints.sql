-- The same constraints as in the whole Snapshot; only of a check does the text say more than the columns do.
SELECT con.oid, con.conrelid AS relation, NULLIF(con.contypid, 0) AS domain, con.conname AS name, con.contype AS kind,
       CASE WHEN con.contype = 'c' THEN pg_get_constraintdef(con.oid) ELSE '' END AS definition,
       con.conkey::text AS key,
       NULLIF(con.convalidated, true) AS validated, NULLIF(:enforced, true) AS enforced,
       CASE WHEN con.contype IN ('c', 'n') THEN NULLIF(con.connoinherit, false) END AS no_inherit,
       NULLIF(con.confrelid, 0) AS target, con.confkey::text AS target_key
FROM pg_constraint con
WHERE con.connamespace = ANY (current_setting('strata.schemas')::oid[])
  AND con.conparentid = 0
  AND (con.contype IN ('p', 'u', 'x', 'f') OR con.contype = 'c' AND (con.conislocal OR con.conrelid = 0)
    OR con.contype = 'n' AND con.conrelid <> 0 AND con.conislocal AND (NOT con.convalidated OR con.connoinherit
      OR EXISTS (SELECT FROM pg_description d WHERE d.objoid = con.oid AND d.classoid = 'pg_constraint'::regclass)))
