-- Who else is in the session's database.
SELECT concat_ws(' ', usename, 'pid', pid, nullif(application_name, '')) AS who
  FROM pg_catalog.pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
 ORDER BY backend_start
