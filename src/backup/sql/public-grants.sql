-- What PUBLIC may do with a database.
SELECT bool_or(a.privilege_type = 'CONNECT') AS connect, bool_or(a.privilege_type = 'TEMPORARY') AS temporary
  FROM pg_catalog.pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
 WHERE d.datname = $1 AND a.grantee = 0
