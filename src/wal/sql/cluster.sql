-- What the server says about itself and its WAL. Position and file name only on a primary: a standby has none of its own.
SELECT s.system_identifier::text AS system_identifier,
       current_setting('server_version') AS version,
       c.timeline_id AS timeline,
       pg_is_in_recovery() AS in_recovery,
       CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn()::text END AS lsn,
       (SELECT setting::bigint::int FROM pg_settings WHERE name = 'wal_segment_size') AS wal_segment_size,
       current_setting('data_directory') AS data_directory,
       (SELECT rolname FROM pg_roles WHERE oid = 10) AS superuser,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
       clock_timestamp() AS now
  FROM pg_control_system() AS s, pg_control_checkpoint() AS c
