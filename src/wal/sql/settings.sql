-- The settings that archiving is about, as they are in force. `pending`: what the files say differs and waits for a restart.
SELECT name, setting AS value, boot_val AS default, pending_restart AS pending
  FROM pg_settings
 WHERE name IN ('archive_mode', 'archive_command', 'archive_library', 'archive_timeout', 'wal_level', 'summarize_wal')
