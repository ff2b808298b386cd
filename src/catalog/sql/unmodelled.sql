-- Everything that a user can create and the Snapshot does not hold. A kind that lives in schemas is looked for in the
-- schemas read; the others in the whole database. What an extension brought is left out, and what comes with another object: the
-- cast from a range to its multirange.
WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE oid = ANY (current_setting('strata.schemas')::oid[])), found AS (
  SELECT 'event trigger' AS kind, evtname::text AS name, 'pg_event_trigger'::regclass AS class, oid FROM pg_event_trigger
  UNION ALL SELECT 'publication', pubname, 'pg_publication'::regclass, oid FROM pg_publication
  UNION ALL SELECT 'subscription', subname, 'pg_subscription'::regclass, oid FROM pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'foreign data wrapper', fdwname, 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'foreign server', srvname, 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
  UNION ALL SELECT 'user mapping', usename || ' on ' || srvname, 'pg_user_mapping'::regclass, umid FROM pg_user_mappings
  UNION ALL SELECT 'language', lanname, 'pg_language'::regclass, oid FROM pg_language WHERE oid >= 16384
  UNION ALL SELECT 'access method', amname, 'pg_am'::regclass, oid FROM pg_am WHERE oid >= 16384
  UNION ALL SELECT 'cast', format('%s AS %s', format_type(castsource, NULL), format_type(casttarget, NULL)),
    'pg_cast'::regclass, oid FROM pg_cast WHERE oid >= 16384
  UNION ALL SELECT 'transform', format('%s for %s', format_type(trftype, NULL), l.lanname), 'pg_transform'::regclass, t.oid
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384
  UNION ALL SELECT 'operator', o.oid::regoperator::text, 'pg_operator'::regclass, o.oid
    FROM pg_operator o JOIN spaces ON spaces.oid = o.oprnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'operator class', format('%I.%I using %s', nspname, opcname, amname), 'pg_opclass'::regclass, o.oid
    FROM pg_opclass o JOIN spaces ON spaces.oid = o.opcnamespace JOIN pg_am am ON am.oid = o.opcmethod WHERE o.oid >= 16384
  UNION ALL SELECT 'operator family', format('%I.%I using %s', nspname, opfname, amname), 'pg_opfamily'::regclass, o.oid
    FROM pg_opfamily o JOIN spaces ON spaces.oid = o.opfnamespace JOIN pg_am am ON am.oid = o.opfmethod WHERE o.oid >= 16384
  UNION ALL SELECT 'collation', format('%I.%I', nspname, collname), 'pg_collation'::regclass, o.oid
    FROM pg_collation o JOIN spaces ON spaces.oid = o.collnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'conversion', format('%I.%I', nspname, conname), 'pg_conversion'::regclass, o.oid
    FROM pg_conversion o JOIN spaces ON spaces.oid = o.connamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search configuration', format('%I.%I', nspname, cfgname), 'pg_ts_config'::regclass, o.oid
    FROM pg_ts_config o JOIN spaces ON spaces.oid = o.cfgnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search dictionary', format('%I.%I', nspname, dictname), 'pg_ts_dict'::regclass, o.oid
    FROM pg_ts_dict o JOIN spaces ON spaces.oid = o.dictnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search parser', format('%I.%I', nspname, prsname), 'pg_ts_parser'::regclass, o.oid
    FROM pg_ts_parser o JOIN spaces ON spaces.oid = o.prsnamespace WHERE o.oid >= 16384
  UNION ALL SELECT 'text search template', format('%I.%I', nspname, tmplname), 'pg_ts_template'::regclass, o.oid
    FROM pg_ts_template o JOIN spaces ON spaces.oid = o.tmplnamespace WHERE o.oid >= 16384
  UNION ALL SELECT CASE WHEN t.typisdefined THEN 'base type' ELSE 'shell type' END, format('%I.%I', nspname, typname),
    'pg_type'::regclass, t.oid
    FROM pg_type t JOIN spaces ON spaces.oid = t.typnamespace
    WHERE (t.typtype = 'b' OR t.typtype = 'p') AND t.oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
  UNION ALL SELECT 'security label', format('%s: %s', provider, pg_describe_object(classoid, objoid, objsubid)),
    'pg_seclabel'::regclass, 0 FROM pg_seclabel
  UNION ALL SELECT 'disabled constraint trigger', format('%I.%I: %s', nspname, relname, con.conname), 'pg_trigger'::regclass, 0
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN spaces ON spaces.oid = c.relnamespace
    JOIN pg_constraint con ON con.oid = t.tgconstraint
    WHERE t.tgisinternal AND t.tgenabled <> 'O'
  UNION ALL SELECT 'differing trigger of a partition', format('%I.%I: %s', nspname, relname, t.tgname), 'pg_trigger'::regclass, 0
    FROM pg_trigger t JOIN pg_trigger parent ON parent.oid = t.tgparentid
    JOIN pg_class c ON c.oid = t.tgrelid JOIN spaces ON spaces.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgenabled <> parent.tgenabled
  UNION ALL SELECT 'unfinished detachment', format('%I.%I', nspname, relname), 'pg_inherits'::regclass, 0
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN spaces ON spaces.oid = c.relnamespace
    WHERE i.inhdetachpending
  UNION ALL SELECT 'privileges of PostgreSQL''s own function', p.oid::regprocedure::text, 'pg_init_privs'::regclass, 0
    FROM pg_proc p LEFT JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass AND i.objsubid = 0
    WHERE p.oid < 16384 AND p.proacl IS DISTINCT FROM i.initprivs
  UNION ALL SELECT 'privileges of PostgreSQL''s own language', l.lanname, 'pg_init_privs'::regclass, 0
    FROM pg_language l LEFT JOIN pg_init_privs i ON i.objoid = l.oid AND i.classoid = 'pg_language'::regclass AND i.objsubid = 0
    WHERE l.oid < 16384 AND l.lanacl IS DISTINCT FROM i.initprivs
  UNION ALL SELECT 'large objects', 'in pg_largeobject', 'pg_largeobject'::regclass, 0
    WHERE EXISTS (SELECT FROM pg_largeobject_metadata)
)
SELECT DISTINCT kind, name FROM found
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = found.class AND d.objid = found.oid AND d.deptype IN ('e', 'i'))
