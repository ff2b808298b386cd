-- Tables, partitioned and foreign tables, views, materialized views.
SELECT c.oid, c.relnamespace AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence = 'u' AS unlogged,
       c.reloptions AS options, toast.reloptions AS toast_options, c.relacl::text[] AS acl,
       pg_get_userbyid(c.relowner) AS owner,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
       c.relreplident AS replica_identity,
       am.amname AS access_method, ts.spcname AS tablespace,
       CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
       CASE WHEN c.reloftype <> 0 THEN
         (SELECT ARRAY[n.nspname, t.typname]::text[] FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
          WHERE t.oid = c.reloftype) END AS of_type,
       fs.srvname AS server, ft.ftoptions AS server_options,
       d.description AS comment
FROM pg_class c
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_am am ON am.oid = c.relam AND am.amname <> 'heap'
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
  AND c.relnamespace = ANY (current_setting('strata.schemas')::oid[])
