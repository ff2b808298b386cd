-- Version 2: asks who says what time it is.
-- Partitions are made ahead by a job; the DEFAULT one makes sure that a job that did not run loses nothing. LIKE copies comments,
-- checks and indexes, which CREATE TABLE … PARTITION OF would not (comments). Policies of the parent do not guard a partition that
-- is read directly, so each one gets row level security of its own, and no grants.
CREATE OR REPLACE FUNCTION create_month_partitions(parent regclass, months_ahead integer, p_now timestamptz DEFAULT now()) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
  SET timezone = 'UTC'
AS $$
DECLARE
  parent_name CONSTANT text := (SELECT relname FROM pg_class WHERE oid = parent);
  default_name CONSTANT text := parent_name || '_default';
  month timestamptz;
  child text;
  bound text;
  made integer := 0;
BEGIN
  PERFORM check_clock(p_now);
  IF (SELECT relkind FROM pg_class WHERE oid = parent) <> 'p' THEN
    RAISE EXCEPTION '% is not partitioned', parent USING ERRCODE = 'wrong_object_type';
  END IF;
  FOR step IN 0 .. months_ahead LOOP
    IF step = 0 THEN
      child := default_name;
      bound := 'DEFAULT';
    ELSE
      month := date_trunc('month', p_now) + (step - 1) * interval '1 month';
      child := format('%s_%s', parent_name, to_char(month, 'YYYY_MM'));
      bound := format('FOR VALUES FROM (%L) TO (%L)', month, month + interval '1 month');
    END IF;
    CONTINUE WHEN to_regclass(quote_ident(child)) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', child, parent);
    IF step > 0 THEN
      -- Moving a row is no change of it: append-only triggers look away, and the new partition has none before it is attached.
      EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', default_name);
      EXECUTE format(
        'WITH moved AS (DELETE FROM %1$I WHERE created_at >= %2$L AND created_at < %3$L RETURNING *) INSERT INTO %4$I SELECT * FROM moved',
        default_name, month, month + interval '1 month', child);
      EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', default_name);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I %s', parent, child, bound);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', child);
    EXECUTE format('CREATE POLICY %I ON %I TO app_owner USING (true) WITH CHECK (true)', child || '_owner', child);
    EXECUTE format('COMMENT ON TABLE %I IS %L', child, obj_description(parent, 'pg_class'));
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

ALTER FUNCTION create_month_partitions(regclass, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION create_month_partitions(regclass, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_month_partitions(regclass, integer, timestamptz) TO app_system;
COMMENT ON FUNCTION create_month_partitions(regclass, integer, timestamptz) IS 'Makes the default partition and one for each of the next months (0: only the default); rows already in the default move. Returns how many were made.';
