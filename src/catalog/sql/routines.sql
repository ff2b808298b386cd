-- Neither what an extension brought, often thousands, nor the constructors of a range type, which go with the type.
SELECT p.oid, p.pronamespace AS schema, p.proname AS name, p.prokind AS kind,
       pg_get_function_identity_arguments(p.oid) AS identity, pg_get_function_result(p.oid) AS returns,
       p.prorettype AS return_type, p.proretset AS returns_set, l.lanname AS language,
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition,
       p.provolatile AS volatility, p.proisstrict AS strict, p.prosecdef AS security_definer, p.proconfig AS settings,
       p.proacl::text[] AS acl, pg_get_userbyid(p.proowner) AS owner,
       COALESCE(p.proallargtypes, p.proargtypes::oid[]) AS types, p.proargmodes::text[] AS modes, p.proargnames AS names,
       CASE WHEN p.pronargdefaults > 0 THEN ARRAY(
         SELECT pg_get_function_arg_default(p.oid, i)
         FROM generate_series(1, cardinality(COALESCE(p.proallargtypes, p.proargtypes::oid[]))) AS i) END AS defaults
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = ANY (current_setting('strata.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
