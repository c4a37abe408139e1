ALTER TABLE oauth_sessions DROP COLUMN address;
ALTER TABLE oauth_sessions DROP COLUMN user_agent;
