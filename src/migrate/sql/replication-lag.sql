-- Milliseconds that the slowest standby is behind in replaying, by its own last word; 0 without standbys, and for a role that may not know.
SELECT coalesce(max(extract(epoch FROM replay_lag) * 1000), 0)::float8 AS lag FROM pg_catalog.pg_stat_replication;
