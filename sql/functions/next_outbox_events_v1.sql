-- Ids are drawn before commit, so reading by id alone loses what a slow transaction commits late. Two gates: only events of
-- transactions older than every running one (pg_snapshot_xmin), for those nothing earlier can still appear; and none behind an event
-- that has to wait for the first gate, because events of one booking must keep their order: the row lock of the booking makes their ids
-- follow its history, while transaction numbers need not. Publishers take turns (advisory lock until the end of the transaction).
CREATE OR REPLACE FUNCTION next_outbox_events(p_limit integer DEFAULT 100) RETURNS SETOF outbox_events
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  horizon xid8;
BEGIN
  PERFORM require_system();
  PERFORM pg_advisory_xact_lock(hashtext('outbox_events'));
  horizon := pg_snapshot_xmin(pg_current_snapshot());
  RETURN QUERY
  SELECT * FROM outbox_events e
  WHERE e.published_at IS NULL AND e.xid < horizon
    AND e.id < coalesce((SELECT min(w.id) FROM outbox_events w WHERE w.published_at IS NULL AND w.xid >= horizon), 9223372036854775807)
  ORDER BY e.id
  LIMIT p_limit;
END
$$;

ALTER FUNCTION next_outbox_events(integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION next_outbox_events(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_outbox_events(integer) TO app_system;
COMMENT ON FUNCTION next_outbox_events(integer) IS 'Events that wait to be handed on, in an order that is safe to publish; others wait until the transaction ends. Refusals: BK002.';
