-- Pages are compared without their trailing zeros, and empty ones not at all: a dump writes out the holes of a sparse
-- large object.
SELECT (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata)::float8 AS count,
       (SELECT coalesce(sum(hashtextextended(loid || '/' || pageno || '/' || encode(kept, 'hex'), 0)), 0)
          FROM (SELECT loid, pageno, rtrim(data, '\x00'::bytea) AS kept FROM pg_catalog.pg_largeobject) AS page
         WHERE kept <> ''::bytea)::text AS checksum
