-- Conversations and notifications.

-- name: thread
-- One conversation, newest first, by pages.
-- as: owner
-- params: conversation
-- index: idx_messages_thread
SELECT id, sender_id, body, created_at, is_read FROM messages
WHERE conversation_id = $1 AND deleted_at IS NULL
ORDER BY id DESC
LIMIT 30;

-- name: what_one_wrote_to_another
-- What a report about a person is judged by.
-- as: admin
-- params: student, tutor_user
-- index: idx_messages_conversation
SELECT id, body, created_at FROM messages
WHERE sender_id = $1 AND recipient_id = $2
ORDER BY created_at DESC
LIMIT 50;

-- name: unread_messages
-- The number on the bell.
-- as: student
-- params: student
-- index: idx_messages_unread
SELECT count(*) FROM messages
WHERE recipient_id = $1 AND is_read = false;

-- name: unread_notifications
-- The other number.
-- as: student
-- params: student
-- index: idx_notifications_unread
SELECT id, title FROM notifications
WHERE user_id = $1 AND read_at IS NULL
ORDER BY id
LIMIT 20;

-- name: newest_notifications
-- The list behind it.
-- as: student
-- params: student
-- index: idx_notifications_user
SELECT id, title, body, created_at, read_at FROM notifications
WHERE user_id = $1
ORDER BY created_at DESC
LIMIT 20;
