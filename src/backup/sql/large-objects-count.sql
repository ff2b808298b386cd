-- For roles that may not read pg_largeobject itself.
SELECT count(*)::float8 AS count, NULL AS checksum FROM pg_catalog.pg_largeobject_metadata
