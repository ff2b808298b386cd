SELECT pg_encoding_to_char(encoding) AS encoding FROM pg_catalog.pg_database WHERE datname = $1
