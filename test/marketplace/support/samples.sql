-- Values for the parameters that sql/queries names: those of the busiest tutor with a lesson ahead.
SELECT b.tutor_profile_id AS tutor, t.user_id AS tutor_user, b.student_id AS student, b.student_id AS conversation, b.id AS booking, u.email,
  (SELECT id FROM users WHERE role = 'admin' LIMIT 1) AS admin, (SELECT min(id) FROM wallets WHERE kind = 'user') AS wallet,
  (SELECT transfer_id FROM wallet_transactions LIMIT 1) AS transfer, timestamptz '2026-03-02 10:20Z' AS now,
  timestamptz '2026-03-02 09:20Z' AS hour_ago, timestamptz '2026-03-01 10:20Z' AS yesterday, timestamptz '2024-06-01' AS long_ago,
  timestamptz '2026-03-02' AS week_from, timestamptz '2026-03-09' AS week_until
FROM bookings b JOIN tutor_profiles t ON t.id = b.tutor_profile_id JOIN users u ON u.id = b.student_id
WHERE t.is_approved AND b.session_state = 'SCHEDULED' ORDER BY t.total_sessions DESC, b.id LIMIT 1
