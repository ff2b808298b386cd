-- What the server has counted for this session up to now, for the look at the end of the transaction: rows inserted, updated and
-- deleted in each catalog, those that the look tells first.
SELECT set_config('strata.begun', array_agg(ARRAY[catalog::int8, told::int8, pg_stat_get_xact_tuples_inserted(catalog),
    pg_stat_get_xact_tuples_updated(catalog), pg_stat_get_xact_tuples_deleted(catalog)])::text, true)
FROM (
  SELECT unnest(ARRAY['pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_trigger', 'pg_policy',
    'pg_rewrite', 'pg_type', 'pg_enum', 'pg_proc', 'pg_sequence', 'pg_description', 'pg_inherits', 'pg_partitioned_table',
    'pg_namespace', 'pg_default_acl', 'pg_statistic_ext']::regclass[]), 1
  UNION ALL
  SELECT unnest(ARRAY['pg_extension', 'pg_range', 'pg_aggregate', 'pg_event_trigger', 'pg_publication',
    'pg_publication_rel', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_foreign_table', 'pg_language', 'pg_am',
    'pg_tablespace', 'pg_cast', 'pg_transform', 'pg_operator', 'pg_opclass', 'pg_opfamily', 'pg_collation', 'pg_conversion',
    'pg_ts_config', 'pg_ts_config_map', 'pg_ts_dict', 'pg_ts_parser', 'pg_ts_template', 'pg_seclabel',
    'pg_largeobject_metadata', 'pg_user_mapping', 'pg_subscription',
    -- Definitions mention roles by name. It is the cluster's: what others do there meanwhile is not counted, and no fault of the migration.
    'pg_authid']::regclass[]), 0
) AS c (catalog, told)
