-- 'simple': profiles are written in many languages, and one stemmer would be wrong for most of them.
CREATE OR REPLACE FUNCTION set_search_vector() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NEW.search_vector :=
    setweight(to_tsvector('simple', coalesce(NEW.title, '')), 'A')
    || setweight(to_tsvector('simple', coalesce(NEW.headline, '')), 'B')
    || setweight(to_tsvector('simple', concat_ws(' ', NEW.bio, NEW.teaching_philosophy)), 'C');
  RETURN NEW;
END
$$;

ALTER FUNCTION set_search_vector() OWNER TO app_owner;
REVOKE ALL ON FUNCTION set_search_vector() FROM PUBLIC;
COMMENT ON FUNCTION set_search_vector() IS 'Trigger: title (A), headline (B), bio and teaching philosophy (C) of a tutor, searchable.';
