-- Tables, partitioned and foreign tables, views, materialized views; how they are kept and who may read them is not asked.
SELECT c.oid, c.relnamespace AS schema, c.relname AS name, c.relkind AS kind,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
       NULL AS options, NULL AS toast_options, NULL AS acl, NULL AS of_type, NULL AS server,
       d.description AS comment
FROM pg_class c
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
  AND c.relnamespace = ANY (current_setting('strata.schemas')::oid[])
