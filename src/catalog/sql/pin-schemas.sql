-- The schemas to read, by their oids, for all queries: a join with pg_namespace in each was a third of their time on a small
-- catalog, nearly all of it planning. A statement of its own, because only now is the search_path pinned.
SELECT set_config('strata.schemas', ARRAY(SELECT oid FROM pg_namespace WHERE nspname = ANY (:schemas))::text, true)
