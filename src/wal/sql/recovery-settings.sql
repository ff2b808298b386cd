-- What a server that replays this WAL must have at least (see "Hot Standby, Administrator's Overview").
SELECT name, setting AS value
  FROM pg_settings
 WHERE name IN ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions',
                'max_locks_per_transaction')
 ORDER BY name
