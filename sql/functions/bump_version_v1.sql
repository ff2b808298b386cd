-- Whatever the statement says, the version grows by exactly one when the row changes: nobody can write a version by hand.
CREATE OR REPLACE FUNCTION bump_version() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NEW.version := OLD.version;
  IF NEW IS DISTINCT FROM OLD THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION bump_version() OWNER TO app_owner;
REVOKE ALL ON FUNCTION bump_version() FROM PUBLIC;
COMMENT ON FUNCTION bump_version() IS 'Trigger: version grows by one with every change of the row.';
