SELECT i.inhrelid AS child, i.inhparent AS parent, i.inhseqno AS number
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE c.relkind IN ('r', 'p', 'f')
