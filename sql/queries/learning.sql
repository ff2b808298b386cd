-- What students learn. The first three are the public queries of the source document, with the names of this database:
-- students → users and bookings of a tutor, progress.acs_code → progress.skill_id, flight lessons → lessons.

-- name: instructor_dashboard
-- All students of an instructor with their overall proficiency; every page load.
-- as: tutor
-- params: tutor
-- index: idx_lessons_tutor, uq_progress_skill, idx_bookings_pair
SELECT s.student_id, avg(p.proficiency) AS overall_proficiency, count(DISTINCT p.skill_id) AS skills_practiced
FROM (SELECT student_id, max(scheduled_at) AS last_lesson FROM lessons WHERE tutor_profile_id = $1 GROUP BY student_id) AS s
LEFT JOIN progress p ON p.student_id = s.student_id
GROUP BY s.student_id, s.last_lesson
ORDER BY s.last_lesson DESC;

-- name: progress_of_student
-- Progress detail: all skills of one student.
-- as: student
-- params: student
-- index: uq_progress_skill
SELECT k.code, k.name, p.proficiency, p.practiced_at
FROM progress p
JOIN skills k ON k.id = p.skill_id
WHERE p.student_id = $1
ORDER BY k.code;

-- name: raise_proficiency
-- Lesson completion, second half (log_lesson writes both in one transaction).
-- as: owner
-- params: student
-- index: uq_progress_skill
UPDATE progress SET proficiency = least(proficiency + 0.1, 1)
WHERE student_id = $1 AND skill_id IN (1, 2, 3);

-- name: lessons_of_student
-- The learning diary.
-- as: student
-- params: student
-- index: idx_lessons_student
SELECT scheduled_at, duration_minutes, topics, homework FROM lessons
WHERE student_id = $1
ORDER BY scheduled_at DESC
LIMIT 20;

-- name: recent_progress
-- Who learned lately: the weekly mail.
-- as: owner
-- params: yesterday
-- index: idx_progress_updated_at
SELECT student_id, skill_id, proficiency FROM progress
WHERE updated_at >= $1
ORDER BY updated_at DESC
LIMIT 100;

-- name: open_goals
-- The student's goals.
-- as: student
-- params: student
-- index: idx_learning_goals_student
SELECT id, title, target_proficiency, due_on FROM learning_goals
WHERE student_id = $1 AND status = 'OPEN';

-- name: notes_on_student
-- What the tutor wrote down about a student.
-- as: tutor
-- params: tutor, student
-- index: idx_student_notes_pair
SELECT id, content, created_at FROM student_notes
WHERE tutor_profile_id = $1 AND student_id = $2 AND deleted_at IS NULL;
