-- Size, media type and key shape are rules of the bucket, and a CHECK cannot look into another table. Rules may change; files that are
-- there stay, so only a new or moved file is measured.
CREATE OR REPLACE FUNCTION guard_stored_file() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  bucket file_buckets;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.bucket_name, NEW.object_key, NEW.mime_type, NEW.size_bytes) IS NOT DISTINCT FROM (OLD.bucket_name, OLD.object_key, OLD.mime_type, OLD.size_bytes) THEN
    RETURN NEW;
  END IF;
  SELECT * INTO bucket FROM file_buckets WHERE name = NEW.bucket_name;
  IF FOUND AND (NEW.size_bytes > bucket.max_size_bytes OR NEW.mime_type <> ALL (bucket.mime_types) OR NEW.object_key !~ bucket.key_pattern) THEN
    RAISE EXCEPTION 'bucket % does not take this file', NEW.bucket_name
      USING ERRCODE = 'check_violation', TABLE = 'stored_files', CONSTRAINT = 'trg_stored_files_guard',
        DETAIL = format('At most %s bytes of %s, key like %s.', bucket.max_size_bytes, array_to_string(bucket.mime_types, ', '), bucket.key_pattern);
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION guard_stored_file() OWNER TO app_owner;
REVOKE ALL ON FUNCTION guard_stored_file() FROM PUBLIC;
COMMENT ON FUNCTION guard_stored_file() IS 'Trigger: a file obeys the size, media types and key shape of its bucket.';
