-- Every catalog row that a migration can make, as two sums: rows older than transaction $1, and rows since. A row that
-- was changed has another xmin, so equal sums of old rows mean that nothing of what was there before was touched. Rows
-- of PostgreSQL's own objects (oids below 16384) are looked at only where a migration can change them. A table's row in
-- pg_class is also rewritten by what is no change of the table: the first foreign key to it sets relhastriggers. So a table
-- is as old as its system columns, which nothing ever changes, and its own row counts by what it says.
WITH found (class, id, part, born) AS (
  SELECT 1, c.oid::int8,
         CASE WHEN a.attrelid IS NULL THEN 0 ELSE hashtext(concat_ws(' ', relname, relnamespace, relowner, relam, reltablespace,
           relpersistence, relkind, relnatts, relchecks, relrowsecurity, relforcerowsecurity, relreplident, relispartition, relacl,
           reloptions, relpartbound)) END,
         coalesce(a.xmin, c.xmin)
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = -1 AND c.relkind IN ('r', 'p')
  WHERE c.oid >= 16384
  UNION ALL SELECT 2, attrelid, attnum, xmin FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
  UNION ALL SELECT 3, oid, 0, xmin FROM pg_attrdef
  UNION ALL SELECT 4, oid, 0, xmin FROM pg_constraint WHERE oid >= 16384
  UNION ALL SELECT 5, indexrelid, 0, xmin FROM pg_index WHERE indexrelid >= 16384
  UNION ALL SELECT 6, oid, 0, xmin FROM pg_trigger
  UNION ALL SELECT 7, oid, 0, xmin FROM pg_policy
  UNION ALL SELECT 8, oid, 0, xmin FROM pg_rewrite WHERE oid >= 16384
  UNION ALL SELECT 9, oid, 0, xmin FROM pg_statistic_ext
  UNION ALL SELECT 10, inhrelid, inhseqno, xmin FROM pg_inherits
  UNION ALL SELECT 11, seqrelid, 0, xmin FROM pg_sequence
  UNION ALL SELECT 12, oid, 0, xmin FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT 13, oid, 0, xmin FROM pg_enum
  UNION ALL SELECT 14, rngtypid, 0, xmin FROM pg_range WHERE rngtypid >= 16384
  UNION ALL SELECT 15, oid, 0, xmin FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT 16, oid, 0, xmin FROM pg_default_acl
  UNION ALL SELECT 17, objoid, objsubid, xmin FROM pg_description WHERE objoid >= 16384
  UNION ALL SELECT 17, objoid, objsubid, xmin FROM pg_description WHERE objoid IN (SELECT oid FROM pg_namespace)
  UNION ALL SELECT 18, oid, 0, xmin FROM pg_namespace
  UNION ALL SELECT 19, oid, 0, xmin FROM pg_extension
  UNION ALL SELECT 20, oid, 0, xmin FROM pg_event_trigger
  UNION ALL SELECT 21, oid, 0, xmin FROM pg_publication
  UNION ALL SELECT 22, oid, 0, xmin FROM pg_publication_rel
  UNION ALL SELECT 23, oid, 0, xmin FROM pg_foreign_data_wrapper
  UNION ALL SELECT 24, oid, 0, xmin FROM pg_foreign_server
  UNION ALL SELECT 25, ftrelid, 0, xmin FROM pg_foreign_table
  UNION ALL SELECT 26, oid, 0, xmin FROM pg_cast WHERE oid >= 16384
  UNION ALL SELECT 27, oid, 0, xmin FROM pg_operator WHERE oid >= 16384
  UNION ALL SELECT 28, oid, 0, xmin FROM pg_opclass WHERE oid >= 16384
  UNION ALL SELECT 29, oid, 0, xmin FROM pg_opfamily WHERE oid >= 16384
  UNION ALL SELECT 30, oid, 0, xmin FROM pg_collation WHERE oid >= 16384
  UNION ALL SELECT 31, oid, 0, xmin FROM pg_conversion WHERE oid >= 16384
  UNION ALL SELECT 32, oid, 0, xmin FROM pg_ts_config
  UNION ALL SELECT 33, oid, 0, xmin FROM pg_ts_dict
  UNION ALL SELECT 34, oid, 0, xmin FROM pg_language
  UNION ALL SELECT 35, partrelid, 0, xmin FROM pg_partitioned_table
  UNION ALL SELECT 36, aggfnoid::oid, 0, xmin FROM pg_aggregate WHERE aggfnoid::oid >= 16384
  UNION ALL SELECT 37, mapcfg, mapseqno, xmin FROM pg_ts_config_map
  UNION ALL SELECT 38, objoid, objsubid, xmin FROM pg_seclabel
), hashed AS (
  SELECT born::text::int8 >= $1::int8 AS fresh, hashint8extended(id::int8 * 4294967296 + part, class * 4294967296 + born::text::int8) AS hash
  FROM found
)
SELECT count(*) FILTER (WHERE NOT fresh) || ' ' || coalesce(sum(hash) FILTER (WHERE NOT fresh), 0) AS old,
       count(*) FILTER (WHERE fresh)::int AS fresh, count(*) || ' ' || coalesce(sum(hash), 0) AS every
FROM hashed
