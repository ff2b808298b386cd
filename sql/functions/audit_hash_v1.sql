-- Everything but the actor, whom an erasure may take out without breaking the chain.
CREATE OR REPLACE FUNCTION audit_hash(p_row audit_log) RETURNS varchar
  LANGUAGE sql STABLE
  SET search_path = public, pg_temp
AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(p_row.previous_hash, p_row.id, extract(epoch FROM p_row.created_at), p_row.actor_role,
    p_row.table_name, p_row.row_id, p_row.operation, p_row.changed_columns, p_row.old_values, p_row.new_values)::text, 'UTF8')), 'hex')
$$;

ALTER FUNCTION audit_hash(audit_log) OWNER TO app_owner;
REVOKE ALL ON FUNCTION audit_hash(audit_log) FROM PUBLIC;
COMMENT ON FUNCTION audit_hash(audit_log) IS 'SHA-256 of a row of the audit log and its predecessor''s hash.';
