-- Words that PostgreSQL quotes as names: all but those that it calls unreserved. Other on each version.
SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'
