-- An UPDATE that changes nothing leaves updated_at alone: loading the same seeds again must not touch a row.
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NEW IS DISTINCT FROM OLD THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION set_updated_at() OWNER TO app_owner;
REVOKE ALL ON FUNCTION set_updated_at() FROM PUBLIC;
COMMENT ON FUNCTION set_updated_at() IS 'Trigger: keeps updated_at. A row that does not change keeps its time.';
