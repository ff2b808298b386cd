-- Finding and judging tutors.

-- name: best_tutors
-- The catalogue without a question: best rated first, by pages.
-- as: visitor
-- scan: off, the 200 tutors of the test fit into a few pages
-- index: idx_tutor_profiles_approved
SELECT id, title, headline, hourly_rate, currency, average_rating
FROM tutor_profiles
WHERE is_approved AND deleted_at IS NULL
ORDER BY average_rating DESC, id
LIMIT 20;

-- name: tutors_by_words
-- Full-text search, as search_tutors asks it.
-- as: owner
-- scan: off, the 200 tutors of the test fit into a few pages
-- index: idx_tutor_profiles_search
SELECT id FROM tutor_profiles
WHERE search_vector @@ websearch_to_tsquery('simple', 'philosophy exam');

-- name: tutors_by_badge
-- The page of distinguished tutors.
-- as: owner
-- scan: off, the 200 tutors of the test fit into a few pages
-- index: idx_tutor_profiles_badges
SELECT id FROM tutor_profiles WHERE badges @> ARRAY['top_rated'];

-- name: tutors_by_price
-- Cheapest first, in one currency, as search_tutors asks it: under a policy, ranges of numeric reach no index.
-- as: owner
-- scan: off, the 200 tutors of the test fit into a few pages
-- index: idx_tutor_profiles_rate
SELECT id, title, hourly_rate
FROM tutor_profiles
WHERE currency = 'EUR' AND hourly_rate BETWEEN 10 AND 30 AND is_approved AND deleted_at IS NULL
ORDER BY hourly_rate
LIMIT 20;

-- name: profiles_to_review
-- The administrators' queue.
-- as: admin
-- scan: off, the 200 tutors of the test fit into a few pages
-- index: idx_tutor_profiles_review_queue
SELECT id, title, created_at FROM tutor_profiles
WHERE profile_status IN ('pending_approval', 'under_review')
ORDER BY profile_status, created_at;

-- name: hours_of_day
-- Who teaches at this hour of the week?
-- as: visitor
-- scan: off, the 200 tutors of the test fit into a few pages
-- index: idx_tutor_availabilities_day, idx_tutor_profiles_shown
SELECT tutor_profile_id FROM tutor_availabilities
WHERE day_of_week = 6 AND start_time <= '10:00' AND end_time > '10:00';

-- name: subjects_by_category
-- The menu.
-- as: visitor
-- scan: off, reference data are small
-- index: idx_subjects_category
SELECT id, code, name FROM subjects
WHERE category = 'science' AND is_active
ORDER BY category, sort_order;

-- name: newest_reviews_of_tutor
-- Below a tutor's profile.
-- as: visitor
-- params: tutor
-- index: idx_reviews_tutor
SELECT rating, comment, created_at FROM reviews
WHERE tutor_profile_id = $1 AND is_visible AND deleted_at IS NULL
ORDER BY created_at DESC
LIMIT 10;

-- name: last_answers_of_tutor
-- How fast a tutor answers.
-- as: owner
-- params: tutor
-- index: idx_tutor_response_log_tutor
SELECT response, response_seconds FROM tutor_response_log
WHERE tutor_profile_id = $1
ORDER BY responded_at DESC
LIMIT 20;
