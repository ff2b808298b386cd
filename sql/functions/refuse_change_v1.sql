-- Append-only tables. Setting a reference to null is let through: it is how erasure takes a person out of a log.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' AND to_jsonb(NEW) -> 'actor_id' = 'null' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA,
      HINT = 'Write a new row that says what changed.';
END
$$;

ALTER FUNCTION refuse_change() OWNER TO app_owner;
REVOKE ALL ON FUNCTION refuse_change() FROM PUBLIC;
COMMENT ON FUNCTION refuse_change() IS 'Trigger: refuses UPDATE and DELETE on append-only tables, but for taking an erased actor out.';
