-- Version 2: looks at the account itself, also after act_as(): procedures write, and who was suspended meanwhile writes nothing. In
-- PL/pgSQL, which keeps its plan for the session.
CREATE OR REPLACE FUNCTION booking_role(p_student_id integer, p_tutor_profile_id integer) RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
BEGIN
  RETURN CASE
    WHEN is_system() THEN 'SYSTEM'
    WHEN active_user_role() IS NULL THEN NULL
    WHEN p_student_id = current_user_id() THEN 'STUDENT'
    WHEN p_tutor_profile_id = current_tutor_profile_id() THEN 'TUTOR'
    WHEN is_admin() THEN 'ADMIN'
  END;
END
$$;

ALTER FUNCTION booking_role(integer, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION booking_role(integer, integer) FROM PUBLIC;
COMMENT ON FUNCTION booking_role(integer, integer) IS 'In which capacity the transaction acts on a booking: STUDENT, TUTOR, ADMIN, SYSTEM; null: a stranger or nobody.';
