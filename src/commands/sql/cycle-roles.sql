-- Who is a role of the server, and whether another strata is at work on it at this moment.
SELECT (SELECT coalesce(json_agg(rolname), '[]') FROM pg_catalog.pg_roles) AS roles,
       EXISTS (SELECT FROM pg_catalog.pg_stat_activity
                WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()) AS busy
