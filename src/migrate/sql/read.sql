SELECT version, name, description, applied_at AS "appliedAt", checksum, semantic_checksum AS "semanticChecksum",
       duration_ms AS "durationMs", applied_by AS "appliedBy", tool_version AS "toolVersion", snapshot_hash AS "snapshotHash"
  FROM {history} ORDER BY applied_order;
SELECT version, direction, event, statement, total, checksum, detail
  FROM (SELECT DISTINCT ON (version) * FROM {journal} WHERE statement IS NOT NULL ORDER BY version, id DESC) AS latest
 WHERE event IN ('begun', 'done', 'failed');
