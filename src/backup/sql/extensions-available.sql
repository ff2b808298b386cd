SELECT e.name, array_agg(v.version::text ORDER BY v.version) AS versions
  FROM pg_catalog.pg_available_extensions e JOIN pg_catalog.pg_available_extension_versions v USING (name)
 WHERE e.name = ANY ($1::text[])
 GROUP BY e.name
