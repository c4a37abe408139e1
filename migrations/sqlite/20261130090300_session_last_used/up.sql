-- When a session was last used, to within a twentieth of the time that it may be idle.
ALTER TABLE oauth_sessions ADD COLUMN last_used_at BIGINT;
