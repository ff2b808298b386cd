-- How archiving goes: what the archiver counts, and what waits for it.
SELECT a.archived_count::text AS archived, a.last_archived_wal AS last_archived, a.last_archived_time AS last_archived_at,
       a.failed_count::text AS failed, a.last_failed_wal AS last_failed, a.last_failed_time AS last_failed_at,
       (SELECT count(*)::int FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') AS ready,
       (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') AS present
  FROM pg_stat_archiver AS a
