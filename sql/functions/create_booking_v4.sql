-- Version 4: looks at the account itself, also after act_as().
CREATE OR REPLACE FUNCTION create_booking(
  p_tutor_profile_id integer, p_subject_id integer, p_start_time timestamptz, p_end_time timestamptz,
  p_package_id integer DEFAULT NULL, p_idempotency_key text DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  student CONSTANT integer := current_user_id();
  fee_pct CONSTANT numeric(5, 2) := 20.00;
  minor_units CONSTANT integer := coalesce((
    SELECT c.minor_units FROM tutor_profiles t JOIN supported_currencies c ON c.code = t.currency WHERE t.id = p_tutor_profile_id), 2);
  minutes CONSTANT numeric := extract(epoch FROM p_end_time - p_start_time) / 60;
  request_hash CONSTANT text := encode(sha256(convert_to(format('%s|%s|%s|%s|%s', p_tutor_profile_id, p_subject_id,
    extract(epoch FROM p_start_time), extract(epoch FROM p_end_time), p_package_id), 'UTF8')), 'hex');
  known idempotency_keys;
  tutor tutor_profiles;
  subject subjects;
  package student_packages;
  rate integer;
  fee integer;
  b bookings;
BEGIN
  PERFORM check_clock(p_now);
  IF active_user_role() IS DISTINCT FROM 'student' THEN
    RAISE EXCEPTION 'only students book lessons' USING ERRCODE = 'BK002';
  END IF;

  -- The first transaction with a key carries the request out; a second one waits here, then finds what the first made.
  IF p_idempotency_key IS NOT NULL THEN
    INSERT INTO idempotency_keys (user_id, scope, idempotency_key, request_hash)
    VALUES (student, 'create_booking', p_idempotency_key, request_hash) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT * INTO known FROM idempotency_keys k
      WHERE k.user_id = student AND k.scope = 'create_booking' AND k.idempotency_key = p_idempotency_key;
      IF known.request_hash <> request_hash THEN
        RAISE EXCEPTION 'idempotency key was used for another request'
          USING ERRCODE = 'BK409', HINT = 'Use a new key for a new request.';
      END IF;
      SELECT * INTO b FROM bookings WHERE id = known.result_id;
      RETURN b;
    END IF;
  END IF;

  PERFORM lock_slot(p_tutor_profile_id, student);
  SELECT t.* INTO tutor FROM tutor_profiles t JOIN users u ON u.id = t.user_id
  WHERE t.id = p_tutor_profile_id AND t.is_approved AND t.deleted_at IS NULL AND u.is_active AND u.deleted_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'tutor % not found', p_tutor_profile_id USING ERRCODE = 'BK404', DETAIL = 'Only approved tutors can be booked.';
  END IF;
  SELECT * INTO subject FROM subjects WHERE id = p_subject_id AND is_active;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'subject % not found', p_subject_id USING ERRCODE = 'BK404';
  END IF;
  IF NOT EXISTS (SELECT FROM tutor_subjects s WHERE s.tutor_profile_id = p_tutor_profile_id AND s.subject_id = p_subject_id) THEN
    RAISE EXCEPTION 'tutor % does not teach subject %', p_tutor_profile_id, p_subject_id USING ERRCODE = 'BK404';
  END IF;
  PERFORM check_slot(p_tutor_profile_id, student, p_start_time, p_end_time, p_now, NULL);

  IF p_package_id IS NULL THEN
    rate := round(tutor.hourly_rate * power(10::numeric, minor_units) * minutes / 60);
  ELSE
    package := use_credit(p_package_id, student, p_tutor_profile_id, p_subject_id, p_now);
    rate := round(package.purchase_price_cents::numeric / package.sessions_purchased);
  END IF;
  fee := round(rate * fee_pct / 100);

  BEGIN
    INSERT INTO bookings (
      tutor_profile_id, student_id, subject_id, package_id, start_time, end_time, state_changed_at, created_at,
      tutor_name, student_name, subject_name, rate_cents, currency, platform_fee_pct, platform_fee_cents, tutor_earnings_cents, pricing_snapshot
    ) VALUES (
      p_tutor_profile_id, student, p_subject_id, p_package_id, p_start_time, p_end_time, p_now, p_now,
      person_name(tutor.user_id), person_name(student), subject.name, rate, coalesce(package.currency, tutor.currency), fee_pct, fee, rate - fee,
      jsonb_build_object('hourly_rate', tutor.hourly_rate, 'hourly_rate_currency', tutor.currency, 'minutes', minutes, 'platform_fee_pct', fee_pct,
        'package_id', package.id, 'package_price_cents', package.purchase_price_cents, 'package_sessions', package.sessions_purchased)
    ) RETURNING * INTO b;
  EXCEPTION WHEN exclusion_violation OR unique_violation THEN
    -- Rows written past the procedures do not take its locks; the constraints still stand.
    RAISE EXCEPTION 'the slot is taken' USING ERRCODE = 'BK004', DETAIL = SQLERRM;
  END;

  UPDATE idempotency_keys k SET result_id = b.id
  WHERE k.user_id = student AND k.scope = 'create_booking' AND k.idempotency_key = p_idempotency_key;
  RETURN b;
END
$$;

ALTER FUNCTION create_booking(integer, integer, timestamptz, timestamptz, integer, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION create_booking(integer, integer, timestamptz, timestamptz, integer, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_booking(integer, integer, timestamptz, timestamptz, integer, text, timestamptz) TO app_user;
COMMENT ON FUNCTION create_booking(integer, integer, timestamptz, timestamptz, integer, text, timestamptz) IS 'A student asks for a lesson. Refusals: BK002 not a student, BK004 slot taken, BK005 outside availability, BK006 no credit, BK007 in the past, BK404 no such approved tutor, subject or package, or a subject the tutor does not teach, BK409 key used for another request.';
