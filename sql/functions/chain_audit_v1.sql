-- One chain for the whole log: a lock serialises writers, because two rows with one predecessor would be a fork.
CREATE OR REPLACE FUNCTION chain_audit() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
  SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('strata.audit'), 0);
  SELECT row_hash INTO NEW.previous_hash FROM audit_log ORDER BY id DESC LIMIT 1;
  NEW.row_hash := audit_hash(NEW);
  RETURN NEW;
END
$$;

ALTER FUNCTION chain_audit() OWNER TO app_owner;
REVOKE ALL ON FUNCTION chain_audit() FROM PUBLIC;
COMMENT ON FUNCTION chain_audit() IS 'Trigger: links a row of the audit log to the one before it.';
