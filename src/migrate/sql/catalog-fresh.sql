-- What the catalog rows since transaction $1 say, without oids, as one hash: two runs of the same statements on the same
-- catalog must give the same. TOAST tables and internal triggers carry oids in their names and are left out.
-- How old a table is: see catalog-rows.sql.
WITH fresh (line) AS (
  SELECT format('relation %s %s %s %s %s %s %s %s %s', c.oid::regclass, c.relkind, c.relpersistence, c.reloptions, c.relacl,
           c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
           CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END)
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = -1 AND c.relkind IN ('r', 'p')
  WHERE c.oid >= 16384 AND coalesce(a.xmin, c.xmin)::text::int8 >= $1::int8 AND c.relnamespace <> 'pg_toast'::regnamespace
  UNION ALL
  SELECT format('column %s %s %s %s %s %s %s %s', a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
           a.attnotnull, a.attidentity, a.attgenerated, a.attacl)
  FROM pg_attribute a WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND a.xmin::text::int8 >= $1::int8
    AND a.attrelid NOT IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace)
  UNION ALL
  SELECT format('default %s %s %s', d.adrelid::regclass, d.adnum, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attrdef d WHERE d.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('constraint %s %s %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid))
  FROM pg_constraint k WHERE k.oid >= 16384 AND k.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('index %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid)
  FROM pg_index i WHERE i.indexrelid >= 16384 AND i.xmin::text::int8 >= $1::int8
    AND i.indrelid NOT IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace)
  UNION ALL
  SELECT format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled)
  FROM pg_trigger t WHERE NOT t.tgisinternal AND t.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('policy %s %s %s %s %s %s %s', p.polname, p.polrelid::regclass, p.polcmd, p.polpermissive, p.polroles::regrole[],
           pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p WHERE p.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('rule %s', pg_get_ruledef(r.oid)) FROM pg_rewrite r WHERE r.oid >= 16384 AND r.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('type %s %s %s %s %s', t.oid::regtype, t.typtype, t.typnotnull, t.typdefault, t.typacl)
  FROM pg_type t WHERE t.oid >= 16384 AND t.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('label %s %s %s', e.enumtypid::regtype, e.enumsortorder, e.enumlabel) FROM pg_enum e WHERE e.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('routine %s %s %s', p.oid::regprocedure, p.proacl, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END)
  FROM pg_proc p WHERE p.oid >= 16384 AND p.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('sequence %s %s %s %s %s %s %s', s.seqrelid::regclass, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
  FROM pg_sequence s WHERE s.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('comment %s %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description)
  FROM pg_description d WHERE d.objoid >= 16384 AND d.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('inherits %s %s', i.inhrelid::regclass, i.inhparent::regclass) FROM pg_inherits i WHERE i.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('schema %s %s', n.nspname, n.nspacl) FROM pg_namespace n WHERE n.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('extension %s %s', e.extname, e.extversion) FROM pg_extension e WHERE e.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('default privileges %s %s %s %s', d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype, d.defaclacl)
  FROM pg_default_acl d WHERE d.xmin::text::int8 >= $1::int8
  UNION ALL
  SELECT format('statistics %s', pg_get_statisticsobjdef(s.oid)) FROM pg_statistic_ext s WHERE s.xmin::text::int8 >= $1::int8
)
SELECT coalesce(md5(string_agg(line, E'\n' ORDER BY line COLLATE "C")), '') AS hash FROM fresh
