SELECT n.oid, n.nspname AS name, n.nspacl::text[] AS acl, pg_get_userbyid(n.nspowner) AS owner, d.description AS comment
FROM pg_namespace n
LEFT JOIN pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass AND d.objsubid = 0
WHERE n.oid = ANY (current_setting('strata.schemas')::oid[])
