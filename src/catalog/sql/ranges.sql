SELECT r.rngtypid AS type, format_type(r.rngsubtype, NULL) AS subtype,
       format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s, SUBTYPE_OPCLASS = %I.%I', n.nspname, t.typname,
              format_type(r.rngsubtype, NULL), opn.nspname, op.opcname)
       || CASE WHEN co.oid IS NOT NULL THEN format(', COLLATION = %I.%I', con.nspname, co.collname) ELSE '' END
       || CASE WHEN r.rngcanonical <> 0 THEN format(', CANONICAL = %s', r.rngcanonical::regproc) ELSE '' END
       || CASE WHEN r.rngsubdiff <> 0 THEN format(', SUBTYPE_DIFF = %s', r.rngsubdiff::regproc) ELSE '' END
       || format(', MULTIRANGE_TYPE_NAME = %I.%I)', mn.nspname, m.typname) AS definition
FROM pg_range r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type m ON m.oid = r.rngmultitypid
JOIN pg_namespace mn ON mn.oid = m.typnamespace
JOIN pg_opclass op ON op.oid = r.rngsubopc
JOIN pg_namespace opn ON opn.oid = op.opcnamespace
LEFT JOIN pg_collation co ON co.oid = r.rngcollation
LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
WHERE r.rngtypid >= 16384
