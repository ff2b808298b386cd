-- Everything that a user can create and the Snapshot does not hold, with what is inside as one line of text, for comparing: null where
-- there is nothing to tell or where it may hold a secret (connections, user mappings). A kind that lives in schemas is looked for in the
-- schemas read; the others in the whole database. What an extension brought is left out, and what comes with another object: the
-- cast from a range to its multirange.
WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE oid = ANY (current_setting('strata.schemas')::oid[])), members AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND objsubid = 0 AND deptype = 'e'
), found AS (
  SELECT 'event trigger' AS kind, evtname::text AS name, 'pg_event_trigger'::regclass AS class, oid,
    concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags) AS definition FROM pg_event_trigger
  UNION ALL SELECT 'publication', pubname, 'pg_publication'::regclass, oid,
    concat_ws(' ', puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot,
      (SELECT array_agg(n.nspname ORDER BY n.nspname) FROM pg_publication_namespace m JOIN pg_namespace n ON n.oid = m.pnnspid WHERE m.pnpubid = p.oid),
      (SELECT array_agg(concat_ws(' ', r.prrelid::regclass, r.prattrs, pg_get_expr(r.prqual, r.prrelid)) ORDER BY r.prrelid::regclass::text)
       FROM pg_publication_rel r WHERE r.prpubid = p.oid)) FROM pg_publication p
  UNION ALL SELECT 'subscription', subname, 'pg_subscription'::regclass, oid,
    concat_ws(' ', subenabled, subbinary, subslotname, subsynccommit, subpublications) FROM pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'foreign data wrapper', fdwname, 'pg_foreign_data_wrapper'::regclass, oid,
    concat_ws(' ', fdwhandler::regproc, fdwvalidator::regproc, fdwoptions, fdwacl) FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'foreign server', srvname, 'pg_foreign_server'::regclass, s.oid,
    concat_ws(' ', fdwname, srvtype, srvversion, srvoptions, srvacl) FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
  UNION ALL SELECT 'user mapping', usename || ' on ' || srvname, 'pg_user_mapping'::regclass, umid, NULL FROM pg_user_mappings
  UNION ALL SELECT 'language', lanname, 'pg_language'::regclass, oid,
    concat_ws(' ', lanpltrusted, lanplcallfoid::regproc, laninline::regproc, lanvalidator::regproc, lanacl) FROM pg_language WHERE oid >= 16384
  UNION ALL SELECT 'access method', amname, 'pg_am'::regclass, oid, concat_ws(' ', amtype, amhandler) FROM pg_am WHERE oid >= 16384
  UNION ALL SELECT 'cast', format('%s AS %s', format_type(castsource, NULL), format_type(casttarget, NULL)),
    'pg_cast'::regclass, oid, concat_ws(' ', castfunc::regprocedure, castcontext, castmethod) FROM pg_cast WHERE oid >= 16384
  UNION ALL SELECT 'transform', format('%s for %s', format_type(trftype, NULL), l.lanname), 'pg_transform'::regclass, t.oid,
    concat_ws(' ', trffromsql::regprocedure, trftosql::regprocedure)
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384
  UNION ALL SELECT 'operator', o.oid::regoperator::text, 'pg_operator'::regclass, o.oid,
    concat_ws(' ', oprcode::regprocedure, oprcom::regoperator, oprnegate::regoperator, oprrest::regproc, oprjoin::regproc, oprcanmerge, oprcanhash)
    FROM pg_operator o JOIN spaces ON spaces.oid = o.oprnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'operator class', format('%I.%I using %s', nspname, opcname, amname), 'pg_opclass'::regclass, o.oid,
    concat_ws(' ', opcdefault, format_type(opcintype, NULL), format_type(NULLIF(opckeytype, 0), NULL), (SELECT opfname FROM pg_opfamily f WHERE f.oid = opcfamily))
    FROM pg_opclass o JOIN spaces ON spaces.oid = o.opcnamespace JOIN pg_am am ON am.oid = o.opcmethod WHERE o.oid >= 16384
  UNION ALL SELECT 'operator family', format('%I.%I using %s', nspname, opfname, amname), 'pg_opfamily'::regclass, o.oid,
    concat_ws(' ', (SELECT array_agg(concat_ws(' ', amopstrategy, amopopr::regoperator, amoppurpose) ORDER BY amopstrategy, amopopr::regoperator::text)
      FROM pg_amop WHERE amopfamily = o.oid),
      (SELECT array_agg(concat_ws(' ', amprocnum, amproc::regprocedure) ORDER BY amprocnum, amproc::regprocedure::text) FROM pg_amproc WHERE amprocfamily = o.oid))
    FROM pg_opfamily o JOIN spaces ON spaces.oid = o.opfnamespace JOIN pg_am am ON am.oid = o.opfmethod WHERE o.oid >= 16384
      AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_opfamily'::regclass AND objid = o.oid)
  UNION ALL SELECT 'collation', format('%I.%I', nspname, collname), 'pg_collation'::regclass, o.oid,
    concat_ws(' ', collprovider, collisdeterministic, collcollate, collctype, to_jsonb(o) ->> 'colliculocale', to_jsonb(o) ->> 'colllocale',
      to_jsonb(o) ->> 'collicurules')
    FROM pg_collation o JOIN spaces ON spaces.oid = o.collnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'conversion', format('%I.%I', nspname, conname), 'pg_conversion'::regclass, o.oid,
    concat_ws(' ', pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding), conproc, condefault)
    FROM pg_conversion o JOIN spaces ON spaces.oid = o.connamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search configuration', format('%I.%I', nspname, cfgname), 'pg_ts_config'::regclass, o.oid,
    concat_ws(' ', (SELECT prsname FROM pg_ts_parser WHERE oid = cfgparser), (SELECT array_agg(concat_ws(' ', maptokentype, mapdict::regdictionary)
      ORDER BY maptokentype, mapseqno) FROM pg_ts_config_map WHERE mapcfg = o.oid))
    FROM pg_ts_config o JOIN spaces ON spaces.oid = o.cfgnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search dictionary', format('%I.%I', nspname, dictname), 'pg_ts_dict'::regclass, o.oid,
    concat_ws(' ', (SELECT tmplname FROM pg_ts_template WHERE oid = dicttemplate), dictinitoption)
    FROM pg_ts_dict o JOIN spaces ON spaces.oid = o.dictnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search parser', format('%I.%I', nspname, prsname), 'pg_ts_parser'::regclass, o.oid,
    concat_ws(' ', prsstart, prstoken, prsend, prsheadline, prslextype)
    FROM pg_ts_parser o JOIN spaces ON spaces.oid = o.prsnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search template', format('%I.%I', nspname, tmplname), 'pg_ts_template'::regclass, o.oid,
    concat_ws(' ', tmplinit, tmpllexize)
    FROM pg_ts_template o JOIN spaces ON spaces.oid = o.tmplnamespace WHERE o.oid >= 16384
  UNION ALL SELECT CASE WHEN t.typisdefined THEN 'base type' ELSE 'shell type' END, format('%I.%I', nspname, typname),
    'pg_type'::regclass, t.oid, concat_ws(' ', typlen, typbyval, typcategory, typispreferred, typdelim, typinput, typoutput, typreceive, typsend,
      typmodin, typmodout, typanalyze, typsubscript, typalign, typstorage, typdefault, typacl)
    FROM pg_type t JOIN spaces ON spaces.oid = t.typnamespace
    WHERE (t.typtype = 'b' OR t.typtype = 'p') AND t.oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
  UNION ALL SELECT 'security label', format('%s: %s %s', provider, id.type, id.identity),
    'pg_seclabel'::regclass, 0, label FROM pg_seclabel CROSS JOIN LATERAL pg_identify_object(classoid, objoid, objsubid) AS id
  UNION ALL SELECT 'disabled constraint trigger', format('%I.%I: %s', nspname, relname, con.conname), 'pg_trigger'::regclass, 0, NULL
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN spaces ON spaces.oid = c.relnamespace
    JOIN pg_constraint con ON con.oid = t.tgconstraint
    WHERE t.tgisinternal AND t.tgenabled <> 'O'
  UNION ALL SELECT 'differing trigger of a partition', format('%I.%I: %s', nspname, relname, t.tgname), 'pg_trigger'::regclass, 0, t.tgenabled::text
    FROM pg_trigger t JOIN pg_trigger parent ON parent.oid = t.tgparentid
    JOIN pg_class c ON c.oid = t.tgrelid JOIN spaces ON spaces.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgenabled <> parent.tgenabled
  UNION ALL SELECT 'differing index of a partition', format('%I.%I', nspname, c.relname), 'pg_index'::regclass, 0,
    concat_ws(' ', c.reloptions, i.indisclustered, i.indisreplident, quote_literal(description))
    FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid AND c.relkind IN ('i', 'I') JOIN spaces ON spaces.oid = c.relnamespace
    JOIN pg_class parent ON parent.oid = h.inhparent JOIN pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE c.reloptions IS DISTINCT FROM parent.reloptions OR i.indisclustered OR i.indisreplident OR description IS NOT NULL
  UNION ALL SELECT 'unfinished detachment', format('%I.%I', nspname, relname), 'pg_inherits'::regclass, 0, NULL
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN spaces ON spaces.oid = c.relnamespace
    WHERE i.inhdetachpending
  UNION ALL SELECT 'comment on a domain''s NOT NULL', format('%I.%I: %s', nspname, typname, conname), 'pg_description'::regclass, 0,
    obj_description(con.oid, 'pg_constraint')
    FROM pg_constraint con JOIN pg_type t ON t.oid = con.contypid JOIN spaces ON spaces.oid = t.typnamespace
    WHERE con.conrelid = 0 AND con.contype = 'n' AND obj_description(con.oid, 'pg_constraint') IS NOT NULL
  UNION ALL SELECT format('privileges of %s %s', CASE WHEN o.oid < 16384 THEN 'PostgreSQL''s own' ELSE 'an extension''s' END, id.type), id.identity,
    'pg_init_privs'::regclass, 0, o.acl::text
    FROM (
      SELECT 'pg_proc'::regclass AS class, oid, proacl AS acl FROM pg_proc WHERE oid < 16384 AND proacl IS NOT NULL
      UNION ALL SELECT 'pg_class'::regclass, oid, relacl FROM pg_class WHERE oid < 16384 AND relnamespace <> 'information_schema'::regnamespace
      UNION ALL SELECT 'pg_type'::regclass, oid, typacl FROM pg_type WHERE oid < 16384 AND typacl IS NOT NULL
      UNION ALL SELECT 'pg_namespace'::regclass, oid, nspacl FROM pg_namespace WHERE oid < 16384 AND nspname NOT IN ('public', 'information_schema')
      UNION ALL SELECT 'pg_language'::regclass, oid, lanacl FROM pg_language WHERE oid < 16384
      UNION ALL SELECT classid, objid, CASE classid
        WHEN 'pg_proc'::regclass THEN (SELECT proacl FROM pg_proc WHERE oid = objid)
        WHEN 'pg_class'::regclass THEN (SELECT relacl FROM pg_class WHERE oid = objid)
        WHEN 'pg_type'::regclass THEN (SELECT typacl FROM pg_type WHERE oid = objid)
        WHEN 'pg_namespace'::regclass THEN (SELECT nspacl FROM pg_namespace WHERE oid = objid)
        WHEN 'pg_language'::regclass THEN (SELECT lanacl FROM pg_language WHERE oid = objid)
        WHEN 'pg_foreign_data_wrapper'::regclass THEN (SELECT fdwacl FROM pg_foreign_data_wrapper WHERE oid = objid) END
        FROM members WHERE objid >= 16384
    ) AS o
    LEFT JOIN pg_init_privs i ON i.objoid = o.oid AND i.classoid = o.class AND i.objsubid = 0
    CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS id
    WHERE o.acl IS DISTINCT FROM i.initprivs
  UNION ALL SELECT 'dependence on an extension', format('%s %s on %I', id.type, id.identity, extname), 'pg_depend'::regclass, 0, NULL
    FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS id
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'
  UNION ALL SELECT 'large objects', 'in pg_largeobject', 'pg_largeobject'::regclass, 0, NULL
    WHERE EXISTS (SELECT FROM pg_largeobject_metadata)
)
SELECT DISTINCT NULLIF(concat_ws(' ', definition, CASE WHEN oid > 0 THEN quote_literal(obj_description(oid, class::name)) END), '') AS definition, kind, name
FROM found
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = found.class AND d.objid = found.oid AND d.deptype IN ('e', 'i'))
