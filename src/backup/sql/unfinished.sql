-- Databases of restores that were killed: while one runs, it has a session in its database, so DROP DATABASE refuses.
SELECT datname AS name FROM pg_catalog.pg_database WHERE datname ~ '^strata_restore_[0-9a-f]{12}$'
