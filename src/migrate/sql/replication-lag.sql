-- Where this server has written to, and where the slowest standby has replayed to, in bytes since the beginning of the WAL. `there` is
-- null without standbys, and for a role that may not know.
SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END::float8 AS here,
       (SELECT min(pg_wal_lsn_diff(replay_lsn, '0/0'))::float8 FROM pg_catalog.pg_stat_replication) AS there;
