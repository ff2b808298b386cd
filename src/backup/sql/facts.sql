-- One row of jsonb: everything about the database that a manifest records beside its contents. to_jsonb(d) reads the
-- columns that only some server versions have (daticulocale until 16, datlocale from 17) without asking for the version.
SELECT jsonb_build_object(
  'server', jsonb_build_object(
    'version', current_setting('server_version'),
    'major', current_setting('server_version_num')::int / 10000,
    'in_recovery', pg_is_in_recovery(),
    'system_identifier', (SELECT system_identifier::text FROM pg_catalog.pg_control_system())
  ),
  'lsn', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
  'at', to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'transactions', pg_current_snapshot()::text,
  'role', (
    SELECT jsonb_build_object('name', rolname, 'superuser', rolsuper, 'bypass_rls', rolbypassrls)
      FROM pg_catalog.pg_roles WHERE rolname = current_user
  ),
  'database', jsonb_build_object(
    'name', d.datname,
    'owner', pg_get_userbyid(d.datdba),
    'encoding', pg_encoding_to_char(d.encoding),
    'collate', d.datcollate,
    'ctype', d.datctype,
    'locale_provider', CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
    'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
    'icu_rules', to_jsonb(d) ->> 'daticurules',
    'collation_version', d.datcollversion,
    'collation_version_actual', pg_database_collation_actual_version(d.oid),
    'connection_limit', d.datconnlimit,
    'comment', shobj_description(d.oid, 'pg_database'),
    'settings', coalesce((
      SELECT jsonb_agg(jsonb_build_object('role', role, 'name', name, 'value', value) ORDER BY role NULLS FIRST, name)
        FROM (
          SELECT CASE s.setrole WHEN 0 THEN NULL ELSE pg_get_userbyid(s.setrole) END AS role,
                 split_part(entry, '=', 1) AS name,
                 substr(entry, strpos(entry, '=') + 1) AS value
            FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) AS entry
           WHERE s.setdatabase = d.oid
        ) AS setting
    ), '[]'),
    'grants', CASE WHEN d.datacl IS NULL THEN NULL ELSE coalesce((
      SELECT jsonb_agg(jsonb_build_object('grantee', grantee, 'privilege', privilege, 'grantable', grantable)
                       ORDER BY grantee, privilege)
        FROM (
          SELECT CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END AS grantee,
                 a.privilege_type AS privilege, a.is_grantable AS grantable
            FROM aclexplode(d.datacl) AS a
        ) AS entry
    ), '[]') END
  ),
  'extensions', coalesce((
    SELECT jsonb_agg(jsonb_build_object('name', e.extname, 'version', e.extversion, 'schema', n.nspname) ORDER BY e.extname)
      FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  ), '[]'),
  -- Every role that something in this database names: owners, grantees, policies, default privileges.
  -- The bootstrap superuser (oid 10) is pinned and hence not in pg_shdepend; a dump names it as owner all the same.
  'roles', coalesce((
    SELECT jsonb_agg(name ORDER BY name)
      FROM (
        SELECT pg_get_userbyid(s.refobjid) AS name
          FROM pg_catalog.pg_shdepend s
         WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.dbid = d.oid
        UNION SELECT pg_get_userbyid(d.datdba)
        UNION SELECT pg_get_userbyid(10)
         WHERE EXISTS (SELECT FROM pg_catalog.pg_class WHERE relowner = 10 AND oid >= 16384)
            OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proowner = 10 AND oid >= 16384)
            OR EXISTS (SELECT FROM pg_catalog.pg_type WHERE typowner = 10 AND oid >= 16384)
            OR EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspowner = 10 AND oid >= 16384)
        UNION SELECT pg_get_userbyid(s.setrole) FROM pg_catalog.pg_db_role_setting s
         WHERE s.setdatabase = d.oid AND s.setrole <> 0
        UNION SELECT pg_get_userbyid(a.grantee) FROM aclexplode(d.datacl) AS a WHERE a.grantee <> 0
      ) AS needed
  ), '[]')
) AS facts
FROM pg_catalog.pg_database d
WHERE d.datname = current_database()
