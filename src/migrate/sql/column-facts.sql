-- What has to be known of column $2 of table $1 to replace it by column $3. Names come quoted where they must be. No row: no such table.
SELECT t.oid::regclass::text AS table, t.relname AS "tableName", quote_ident(n.nspname) AS schema, t.relkind AS kind,
       quote_ident($2) AS old, quote_ident($3) AS new, a.attname IS NOT NULL AS found,
       EXISTS (SELECT FROM pg_catalog.pg_attribute x WHERE x.attrelid = t.oid AND x.attname = $3 AND NOT x.attisdropped) AS taken,
       format_type(a.atttypid, a.atttypmod) AS type, coalesce(a.attnotnull, false) AS "notNull",
       coalesce(a.attidentity <> '' OR a.attgenerated <> '', false) AS generated,
       pg_get_expr(d.adbin, d.adrelid) AS default, col_description(t.oid, a.attnum) AS comment,
       EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND i.indisprimary) AS keyed,
       (SELECT coalesce(json_agg(json_build_object('name', name, 'kind', kind, 'sql', sql) ORDER BY at, name), '[]')
          FROM (SELECT DISTINCT pg_describe_object(p.classid, p.objid, 0) AS name,
                       CASE WHEN k.oid IS NOT NULL THEN 'constraint' WHEN x.relkind IN ('i', 'I') THEN 'index' ELSE 'other' END AS kind,
                       CASE WHEN k.oid IS NOT NULL THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
                            WHEN x.relkind IN ('i', 'I') THEN pg_get_indexdef(x.oid) END AS sql,
                       CASE k.contype WHEN 'p' THEN 1 WHEN 'u' THEN 1 WHEN 'f' THEN 3 ELSE 2 END AS at
                  FROM pg_catalog.pg_depend p
                  LEFT JOIN pg_catalog.pg_constraint k ON p.classid = 'pg_constraint'::regclass AND k.oid = p.objid
                  LEFT JOIN pg_catalog.pg_class x ON p.classid = 'pg_class'::regclass AND x.oid = p.objid
                 WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = t.oid AND p.refobjsubid = a.attnum
                   AND p.classid <> 'pg_attrdef'::regclass
                   -- From 18 on NOT NULL is a constraint with a row of its own; "notNull" tells it already.
                   AND k.contype IS DISTINCT FROM 'n') AS used) AS dependents
  FROM pg_catalog.pg_class t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
 WHERE t.oid = to_regclass($1);
