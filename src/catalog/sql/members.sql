-- What belongs to an extension: the extension stands for it. (Routines: see their own query.)
SELECT classid::regclass::text AS class, objid AS oid
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND classid IN ('pg_namespace'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)
