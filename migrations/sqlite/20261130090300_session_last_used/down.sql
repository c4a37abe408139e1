ALTER TABLE oauth_sessions DROP COLUMN last_used_at;
