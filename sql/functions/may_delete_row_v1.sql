-- One list for deleting and restoring: what a person made alone is his to take back; what concerns two people, or an account, is not.
CREATE OR REPLACE FUNCTION may_delete_row(p_table text, p_id bigint) RETURNS boolean
  LANGUAGE sql STABLE
  SET search_path = public, pg_temp
AS $$
  SELECT is_admin() OR is_system() OR CASE p_table
    WHEN 'messages' THEN EXISTS (SELECT FROM messages WHERE id = p_id AND sender_id = current_user_id())
    WHEN 'message_attachments' THEN EXISTS (SELECT FROM message_attachments WHERE id = p_id AND uploaded_by = current_user_id())
    WHEN 'session_materials' THEN EXISTS (SELECT FROM session_materials WHERE id = p_id AND uploaded_by = current_user_id())
    WHEN 'stored_files' THEN EXISTS (SELECT FROM stored_files WHERE id = p_id AND owner_id = current_user_id())
    WHEN 'student_notes' THEN EXISTS (SELECT FROM student_notes WHERE id = p_id AND tutor_profile_id = current_tutor_profile_id())
    ELSE false
  END
$$;

ALTER FUNCTION may_delete_row(text, bigint) OWNER TO app_owner;
REVOKE ALL ON FUNCTION may_delete_row(text, bigint) FROM PUBLIC;
COMMENT ON FUNCTION may_delete_row(text, bigint) IS 'Whether who asks may soft-delete or restore a row: administrators and jobs any, authors their own messages, attachments, materials, files and notes.';
