SELECT DISTINCT ON (version) version, script FROM {journal}
 WHERE event = 'applied' AND version = ANY ($1) AND script IS NOT NULL ORDER BY version, id DESC;
