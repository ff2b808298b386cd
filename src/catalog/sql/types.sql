-- Enums, domains, composite and range types. `relation` is where a composite type keeps its columns.
SELECT t.oid, t.typnamespace AS schema, t.typname AS name, t.typtype AS kind, t.typrelid AS relation,
       t.typacl::text[] AS acl, pg_get_userbyid(t.typowner) AS owner,
       t.typbasetype AS base, CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base_text,
       t.typnotnull AS not_null,
       CASE WHEN t.typdefaultbin IS NOT NULL THEN pg_get_expr(t.typdefaultbin, 0)
            WHEN t.typtype = 'd' THEN quote_literal(t.typdefault) END AS default,
       CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN
         (SELECT ARRAY[n.nspname, co.collname]::text[] FROM pg_collation co JOIN pg_namespace n ON n.oid = co.collnamespace
          WHERE co.oid = t.typcollation) END AS collation
FROM pg_type t
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
  AND t.typnamespace = ANY (current_setting('strata.schemas')::oid[])
