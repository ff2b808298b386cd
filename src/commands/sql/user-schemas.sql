-- Schemas that hold relations or routines of somebody, but for those of the list and of extensions.
SELECT nspname AS name
  FROM pg_catalog.pg_namespace n
 WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL ($1::name[])
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
   AND (EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = n.oid)
     OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = n.oid))
 ORDER BY nspname
