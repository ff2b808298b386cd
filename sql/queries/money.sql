-- Payments, packages, the ledger.

-- name: payments_of_student
-- The invoices page.
-- as: student
-- params: student
-- index: idx_payments_student_id
SELECT id, amount_cents, currency, status, created_at FROM payments
WHERE student_id = $1
ORDER BY created_at DESC
LIMIT 20;

-- name: payments_to_follow_up
-- Holds that never became captures: the provider lets them lapse after a week.
-- as: owner
-- params: yesterday
-- index: idx_payments_status
SELECT id, booking_id FROM payments
WHERE status = 'AUTHORIZED' AND created_at < $1
ORDER BY created_at
LIMIT 100;

-- name: packages_for_lesson
-- Can this lesson be paid with a credit?
-- as: student
-- params: student, tutor
-- index: idx_student_packages_lookup
-- scan: off, the test has one page of packages
SELECT id, sessions_remaining, expires_at FROM student_packages
WHERE student_id = $1 AND tutor_profile_id = $2 AND status = 'active';

-- name: packages_to_expire
-- The nightly job.
-- as: owner
-- params: now
-- scan: off, the test has one page of packages
-- index: idx_student_packages_expiry
SELECT id FROM student_packages
WHERE status = 'active' AND expires_at <= $1
ORDER BY expires_at
LIMIT 100;

-- name: payouts_to_submit
-- What the payout job takes next.
-- as: owner
-- index: idx_payouts_open
SELECT id, tutor_profile_id, amount_cents, currency FROM payouts
WHERE status = 'PENDING'
ORDER BY created_at
LIMIT 50;

-- name: payouts_of_tutor
-- The tutor's income page.
-- as: tutor
-- params: tutor
-- index: idx_payouts_tutor
SELECT id, amount_cents, currency, status, paid_at FROM payouts
WHERE tutor_profile_id = $1
ORDER BY created_at DESC
LIMIT 12;

-- name: statement_of_wallet
-- The account statement.
-- as: owner
-- params: wallet
-- index: idx_wallet_transactions_wallet
SELECT id, type, amount_cents, balance_after_cents, created_at FROM wallet_transactions
WHERE wallet_id = $1
ORDER BY id DESC
LIMIT 30;

-- name: entries_of_transfer
-- The check that a transfer adds up to zero.
-- as: owner
-- params: transfer
-- index: idx_wallet_transactions_transfer
SELECT sum(amount_cents) FROM wallet_transactions WHERE transfer_id = $1;
