-- Version 2: asks who says what time it is.
CREATE OR REPLACE FUNCTION mark_outbox_published(p_ids bigint[], p_now timestamptz DEFAULT now()) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  marked integer;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_system();
  UPDATE outbox_events SET published_at = p_now WHERE id = ANY (p_ids) AND published_at IS NULL;
  GET DIAGNOSTICS marked = ROW_COUNT;
  RETURN marked;
END
$$;

ALTER FUNCTION mark_outbox_published(bigint[], timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION mark_outbox_published(bigint[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mark_outbox_published(bigint[], timestamptz) TO app_system;
COMMENT ON FUNCTION mark_outbox_published(bigint[], timestamptz) IS 'Marks events as handed on; call it after the hand-over, in the transaction that read them: a crash between repeats events, and loses none. Returns how many were still waiting. Refusals: BK002.';
