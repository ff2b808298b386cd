-- Comments on everything but relations and columns, whose own queries join them, and schemas and extensions, which
-- may be older than the first oid of a user's object (16384) by which the index is entered here.
SELECT objoid AS oid, classoid::regclass::text AS class, description AS comment
FROM pg_description
WHERE objoid >= 16384 AND objsubid = 0 AND classoid IN (
  'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass,
  'pg_statistic_ext'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
