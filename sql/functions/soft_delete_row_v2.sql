-- Version 2: asks who says what time it is.
-- Rows that go along with another one carry the same moment in deleted_at: that is how restore_row finds them again, and leaves alone
-- what was deleted before. A lesson that lies ahead is cancelled, not deleted: money and credits hang on it.
CREATE OR REPLACE FUNCTION soft_delete_row(p_table text, p_id bigint, p_now timestamptz DEFAULT now()) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  deleted integer;
  also integer := 0;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_soft_delete(p_table);
  IF NOT may_delete_row(p_table, p_id) THEN
    RAISE EXCEPTION 'row % of % may not be deleted by who asks', p_id, p_table USING ERRCODE = 'BK002';
  END IF;
  IF EXISTS (
    SELECT FROM bookings b LEFT JOIN tutor_profiles t ON t.id = b.tutor_profile_id
    WHERE b.session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE') AND b.deleted_at IS NULL AND CASE p_table
      WHEN 'bookings' THEN b.id = p_id
      WHEN 'tutor_profiles' THEN b.tutor_profile_id = p_id
      WHEN 'users' THEN p_id IN (b.student_id, t.user_id)
      ELSE false END
  ) THEN
    RAISE EXCEPTION 'row % of % has lessons ahead', p_id, p_table
      USING ERRCODE = 'BK001', HINT = 'Cancel the lessons first: cancel_booking gives money and credits back.';
  END IF;

  EXECUTE format('UPDATE %I SET deleted_at = $2, deleted_by = $3 WHERE id = $1 AND deleted_at IS NULL', p_table)
    USING p_id, p_now, current_user_id();
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF deleted = 0 THEN
    RETURN 0;
  END IF;
  IF p_table = 'users' THEN
    WITH a AS (UPDATE user_profiles SET deleted_at = p_now, deleted_by = current_user_id() WHERE user_id = p_id AND deleted_at IS NULL RETURNING 1),
      b AS (UPDATE student_profiles SET deleted_at = p_now, deleted_by = current_user_id() WHERE user_id = p_id AND deleted_at IS NULL RETURNING 1),
      c AS (UPDATE tutor_profiles SET deleted_at = p_now, deleted_by = current_user_id() WHERE user_id = p_id AND deleted_at IS NULL RETURNING 1)
    SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM b) + (SELECT count(*) FROM c) INTO also;
  ELSIF p_table = 'messages' THEN
    UPDATE message_attachments SET deleted_at = p_now, deleted_by = current_user_id() WHERE message_id = p_id AND deleted_at IS NULL;
    GET DIAGNOSTICS also = ROW_COUNT;
  END IF;
  RETURN deleted + also;
END
$$;

ALTER FUNCTION soft_delete_row(text, bigint, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION soft_delete_row(text, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION soft_delete_row(text, bigint, timestamptz) TO app_user, app_system;
COMMENT ON FUNCTION soft_delete_row(text, bigint, timestamptz) IS 'Deletes softly, with the profiles of an account and the attachments of a message; returns how many rows changed, 0 when it was deleted already. Refusals: BK001 lessons lie ahead, BK002, 22023 no such table.';
