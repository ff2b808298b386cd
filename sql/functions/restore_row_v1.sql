-- An author brings back what he deleted himself, not what an administrator took away.
CREATE OR REPLACE FUNCTION restore_row(p_table text, p_id bigint) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  since timestamptz;
  by_whom integer;
  also integer := 0;
BEGIN
  PERFORM require_soft_delete(p_table);
  EXECUTE format('SELECT deleted_at, deleted_by FROM %I WHERE id = $1 FOR UPDATE', p_table) INTO since, by_whom USING p_id;
  IF NOT may_delete_row(p_table, p_id) OR since IS NOT NULL AND NOT (is_admin() OR is_system() OR by_whom = current_user_id()) THEN
    RAISE EXCEPTION 'row % of % may not be restored by who asks', p_id, p_table USING ERRCODE = 'BK002';
  END IF;
  IF since IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format('UPDATE %I SET deleted_at = NULL, deleted_by = NULL WHERE id = $1', p_table) USING p_id;
  IF p_table = 'users' THEN
    WITH a AS (UPDATE user_profiles SET deleted_at = NULL, deleted_by = NULL WHERE user_id = p_id AND deleted_at = since RETURNING 1),
      b AS (UPDATE student_profiles SET deleted_at = NULL, deleted_by = NULL WHERE user_id = p_id AND deleted_at = since RETURNING 1),
      c AS (UPDATE tutor_profiles SET deleted_at = NULL, deleted_by = NULL WHERE user_id = p_id AND deleted_at = since RETURNING 1)
    SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM b) + (SELECT count(*) FROM c) INTO also;
  ELSIF p_table = 'messages' THEN
    UPDATE message_attachments SET deleted_at = NULL, deleted_by = NULL WHERE message_id = p_id AND deleted_at = since;
    GET DIAGNOSTICS also = ROW_COUNT;
  END IF;
  RETURN 1 + also;
END
$$;

ALTER FUNCTION restore_row(text, bigint) OWNER TO app_owner;
REVOKE ALL ON FUNCTION restore_row(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_row(text, bigint) TO app_user, app_system;
COMMENT ON FUNCTION restore_row(text, bigint) IS 'Undoes soft_delete_row, with what went along; returns how many rows came back, 0 when it was not deleted. Refusals: BK002, 22023 no such table.';
