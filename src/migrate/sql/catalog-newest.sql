-- No object has a higher oid.
SELECT greatest((SELECT max(oid) FROM pg_class), (SELECT max(oid) FROM pg_attrdef), (SELECT max(oid) FROM pg_constraint),
  (SELECT max(oid) FROM pg_trigger), (SELECT max(oid) FROM pg_policy), (SELECT max(oid) FROM pg_rewrite),
  (SELECT max(oid) FROM pg_type), (SELECT max(oid) FROM pg_enum), (SELECT max(oid) FROM pg_proc),
  (SELECT max(oid) FROM pg_namespace), (SELECT max(oid) FROM pg_default_acl), (SELECT max(oid) FROM pg_statistic_ext))::text AS newest
