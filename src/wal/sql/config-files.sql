-- Configuration files outside the data directory: they are in no base backup.
SELECT f.name AS name, pg_read_file(f.path) AS text
  FROM (VALUES ('postgresql.conf', current_setting('config_file')),
               ('pg_hba.conf', current_setting('hba_file')),
               ('pg_ident.conf', current_setting('ident_file'))) AS f(name, path)
 WHERE NOT starts_with(f.path, current_setting('data_directory') || '/')
