-- How far a recovering server is; the time in microseconds since 1970, as text.
SELECT r.yes AS recovering,
       CASE WHEN r.yes THEN pg_get_wal_replay_pause_state() ELSE '' END AS pause,
       pg_last_wal_replay_lsn()::text AS lsn,
       (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000000)::bigint::text AS at
  FROM (SELECT pg_is_in_recovery() AS yes) AS r
