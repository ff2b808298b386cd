-- Functions and procedures, without their bodies. Not what an extension brought, nor the constructors of a range type.
SELECT p.oid, p.pronamespace AS schema, p.proname AS name, p.prokind AS kind,
       pg_get_function_identity_arguments(p.oid) AS identity, pg_get_function_result(p.oid) AS returns,
       p.prorettype AS return_type, p.proretset AS returns_set, '' AS definition, NULL AS settings,
       p.proacl::text[] AS acl, pg_get_userbyid(p.proowner) AS owner,
       COALESCE(p.proallargtypes, p.proargtypes::oid[]) AS types, p.proargmodes::text[] AS modes, p.proargnames AS names,
       CASE WHEN p.pronargdefaults > 0 THEN ARRAY(
         SELECT pg_get_function_arg_default(p.oid, i)
         FROM generate_series(1, cardinality(COALESCE(p.proallargtypes, p.proargtypes::oid[]))) AS i) END AS defaults
FROM pg_proc p
WHERE p.pronamespace = ANY (current_setting('strata.schemas')::oid[]) AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
