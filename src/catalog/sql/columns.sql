-- Columns of tables, views and composite types; of indexes only those with a statistics target of their own.
-- Without the option pg_attver: PostgreSQL 17.12 writes it into every column that is made, with another value each time;
-- nobody can set it, and a dump does not hold it.
SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name, a.atttypid AS type,
       CASE WHEN a.atttypmod >= 0 THEN format_type(a.atttypid, a.atttypmod) END AS type_text,
       NULLIF(a.attnotnull, false) AS not_null, NULLIF(a.attidentity, '') AS identity,
       NULLIF(a.attgenerated, '') AS generated,
       CASE WHEN a.atthasdef THEN pg_get_expr(ad.adbin, ad.adrelid) END AS default,
       CASE WHEN a.attcollation <> t.typcollation THEN
         (SELECT ARRAY[n.nspname, co.collname]::text[] FROM pg_collation co JOIN pg_namespace n ON n.oid = co.collnamespace
          WHERE co.oid = a.attcollation) END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       NULLIF(a.attcompression, '') AS compression,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
       CASE WHEN a.attoptions IS NOT NULL THEN
         (SELECT array_agg(o) FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%') END AS options,
       a.attfdwoptions AS fdw_options, a.attacl::text[] AS acl,
       NULLIF(a.attislocal, true) AS local, d.description AS comment
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE c.relnamespace = ANY (current_setting('strata.schemas')::oid[])
  AND (c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') OR c.relkind IN ('i', 'I') AND a.attstattarget >= 0)
  AND a.attnum > 0 AND NOT a.attisdropped
