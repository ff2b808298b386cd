-- The end of the audit log's chain: written into the manifest of each backup, and compared after each restore of it.
SELECT id, row_hash FROM public.audit_log ORDER BY id DESC LIMIT 1
